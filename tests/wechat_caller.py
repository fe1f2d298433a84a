"""A process that needs WeChat's access token, for tests of what several of them share.

`python -m tests.wechat_caller REDIS_URL WECHAT_URL CODE…` prints the phone number behind each
code, a line each, once its standard input says so.
"""

import asyncio
import sys

from api.wechat.client import WeChat
from models import cipher, event
from tests.program import DATA_KEYS
from tests.wechat import APP_ID, APP_SECRET


async def main(redis_url: str, url: str, *codes: str) -> None:
    cipher.use(cipher.read_keys(DATA_KEYS))
    redis = event.connect_redis(redis_url) if redis_url else None
    wechat = WeChat(APP_ID, APP_SECRET, url)
    wechat.use(redis)
    sys.stdin.readline()
    for number in await asyncio.gather(*map(wechat.phone_number, codes)):
        sys.stdout.write(f"{number}\n")
    await wechat.close()
    if redis:
        await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
