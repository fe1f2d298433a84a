"""WeChat's server API: who signs in, and the phone number that somebody shares.

`session_key` and the access token never leave the server, and stand in no log and no error.
"""

from api.wechat.client import WeChat

__all__ = ["WeChat"]
