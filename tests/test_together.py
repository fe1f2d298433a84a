"""Reading together: one statement for all who ask while another one runs."""

import asyncio
from collections.abc import Sequence

import pytest

from models.errors import Invalid, Unavailable
from resolvers.together import Together


class Library:
    """Answers when it is let, and remembers what it was asked together."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []
        self.let = asyncio.Event()

    async def read(self, asked: Sequence[int]) -> list[int]:
        self.asked.append(list(asked))
        await self.let.wait()
        if 13 in asked:
            raise Unavailable("no 13")
        if -1 in asked:
            raise Invalid("no -1")
        return [10 * one for one in asked]


async def test_who_asks_meanwhile_is_read_for_together() -> None:
    library = Library()
    together = Together(library.read)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    others = [asyncio.create_task(together.ask(one)) for one in (2, 3, 2)]
    await asyncio.sleep(0)
    library.let.set()
    assert await asyncio.gather(first, *others) == [10, 20, 30, 20]
    assert library.asked == [[1], [2, 3, 2]]


async def test_a_failure_is_everybodys_and_does_not_last() -> None:
    library = Library()
    library.let.set()
    together = Together(library.read)
    failed = await asyncio.gather(together.ask(13), together.ask(1), return_exceptions=True)
    assert [type(one) for one in failed] == [Unavailable, Unavailable]
    assert await together.ask(1) == 10


async def test_who_asks_wrongly_spoils_it_for_nobody_else() -> None:
    library = Library()
    library.let.set()
    together = Together(library.read)
    asking = (together.ask(1), together.ask(-1), together.ask(2))
    first, wrong, last = await asyncio.gather(*asking, return_exceptions=True)
    assert (first, last) == (10, 20)
    assert isinstance(wrong, Invalid)


async def test_who_leaves_is_not_read_for() -> None:
    library = Library()
    together = Together(library.read)
    first = asyncio.create_task(together.ask(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    leaving, staying = asyncio.create_task(together.ask(2)), asyncio.create_task(together.ask(3))
    await asyncio.sleep(0)
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    library.let.set()
    assert (await first, await staying) == (10, 30)
    assert library.asked == [[1], [3]]


def test_a_loop_that_was_stopped_in_the_middle_keeps_no_other_one_waiting() -> None:
    library = Library()
    together = Together(library.read)

    async def leave() -> None:
        asking = asyncio.create_task(together.ask(1))
        await asyncio.sleep(0)
        asking.cancel()

    async def ask() -> int:
        library.let = asyncio.Event()
        library.let.set()
        return await together.ask(2)

    asyncio.run(leave())
    assert asyncio.run(ask()) == 20
