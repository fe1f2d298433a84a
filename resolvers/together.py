"""Reading together what many ask for at the same time, so that a burst costs few statements.

The first who asks is read at once. Whoever asks while a statement runs waits for the next one,
which reads for all of them: alone one waits no longer than before, and in a crowd much less.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from models.errors import Unavailable

AT_ONCE_MOST = 200

Asked = TypeVar("Asked")
Found = TypeVar("Found")


class Together(Generic[Asked, Found]):
    """Asks `read`, which gives for some things what each is, in their order."""

    def __init__(self, read: Callable[[Sequence[Asked]], Awaitable[Sequence[Found]]]) -> None:
        self._read = read
        self._waiting: list[tuple[Asked, asyncio.Future[Found]]] = []
        self._reading: asyncio.Task[None] | None = None

    async def ask(self, asked: Asked) -> Found:
        """Give what `read` gives for one; raises what it raises."""
        answer: asyncio.Future[Found] = asyncio.get_running_loop().create_future()
        self._waiting.append((asked, answer))
        if self._reading is None or self._is_over(self._reading):
            self._reading = asyncio.create_task(self._keep_reading(), name="read together")
        return await answer

    @staticmethod
    def _is_over(reading: "asyncio.Task[None]") -> bool:
        # One of a loop that was stopped in the middle never ends.
        return reading.done() or reading.get_loop() is not asyncio.get_running_loop()

    async def _keep_reading(self) -> None:
        while self._waiting:
            taken = self._waiting[:AT_ONCE_MOST]
            del self._waiting[:AT_ONCE_MOST]
            # Whoever left in the meantime is not read for.
            wanted = [(asked, answer) for asked, answer in taken if not answer.done()]
            if wanted:
                await self._answer(wanted)

    async def _answer(self, wanted: "list[tuple[Asked, asyncio.Future[Found]]]") -> None:
        try:
            found = await self._read([asked for asked, _ in wanted])
        except Exception as failure:
            if len(wanted) > 1 and not isinstance(failure, Unavailable):
                # Something is wrong with one of them; the others are not to suffer for it.
                for one in wanted:
                    await self._answer([one])
                return
            for _, answer in wanted:
                if not answer.done():
                    answer.set_exception(failure)
            return
        for (_, answer), given in zip(wanted, found, strict=True):
            if not answer.done():
                answer.set_result(given)
