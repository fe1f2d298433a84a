"""A few demo tickets and wishes that live before one's eyes: on the embedded stack, or ALIVE=1.

Each step is an ordinary move by somebody who may make it, a development person of one number in
the development village. What anybody else reported or wished for is left alone.
"""

import asyncio
import random

import structlog

from api.alive import tickets, wishes
from models.errors import Refusal, Unavailable

STEP_SECONDS = 5.0

log = structlog.get_logger()


async def keep_moving() -> None:
    """Take a step now and then, until cancelled; a database without the standard city is left."""
    randomness = random.Random()  # noqa: S311 - made-up data, not a secret
    while True:
        await asyncio.sleep(STEP_SECONDS)
        one = randomness.choice((tickets, wishes))
        try:
            if not await one.step(randomness):
                return
        except (Refusal, Unavailable) as no:
            log.debug("demo_waits", reason=str(no))
        except Exception:
            log.exception("demo_failed")
