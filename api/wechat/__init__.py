"""WeChat's server API: who signs in, the phone number that somebody shares, messages to phones.

The client (client.py) brings an HTTP client with all that TLS needs, so it is imported only where
one is made. `session_key` and the access token never leave the server, and stand in no log and no
error.
"""
