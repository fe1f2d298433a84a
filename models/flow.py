"""A flow: one table that says which move leads where and who may make it.

A domain whose things move through states has one (`FLOW`). The code decides by it, a page of
docs is written from it, and tests try every cell. Pure.
"""

from collections.abc import Mapping, Set
from typing import Generic, NamedTuple, TypeVar

from models.errors import Code, Refusal
from models.words import Word

State = TypeVar("State", bound=Word)
Move = TypeVar("Move", bound=Word)
Party = TypeVar("Party", bound=Word)


class Rule(NamedTuple, Generic[State, Party]):
    """Where a move is possible, where it may lead (nowhere: the state stays), and who makes it.

    A move that is `not_by_handler` judges the handling: nobody judges their own.
    """

    states: tuple[State, ...]
    to: tuple[State, ...]
    parties: tuple[Party, ...]
    not_by_handler: bool = False


class Flow(Generic[State, Move, Party]):
    """The moves of a kind of thing, which is called `noun` where one is refused.

    `judged` is what who handled a thing is told when they would judge it.
    """

    def __init__(
        self,
        rules: Mapping[Move, Rule[State, Party]],
        states: type[State],
        *,
        noun: str,
        judged: str,
    ) -> None:
        self._rules = rules
        self._noun = noun
        self._judged = judged
        self._in = {
            state: tuple(move for move, rule in rules.items() if state in rule.states)
            for state in states
        }

    def party(self, move: Move, state: State, found: Set[Party], *, has_handled: bool) -> Party:
        """Say as what somebody, who is `found` to a thing, makes a move.

        Raises Refusal NOT_ALLOWED for who may never make it here, and ILLEGAL_MOVE with the
        state that the thing is in.
        """
        rule = self._rules[move]
        party = next((party for party in rule.parties if party in found), None)
        if party is None:
            said = f"您没有权限对此{self._noun}进行“{move.chinese}”"
            raise Refusal(Code.NOT_ALLOWED, said)
        if rule.not_by_handler and has_handled:
            raise Refusal(Code.NOT_ALLOWED, self._judged)
        if state not in rule.states:
            said = f"{self._noun}当前为“{state.chinese}”，不能{move.chinese}"
            raise Refusal(Code.ILLEGAL_MOVE, said)
        return party

    def moves(self, state: State, found: Set[Party], *, has_handled: bool) -> tuple[Move, ...]:
        """Name the moves that somebody could make now, as far as the table says."""
        return tuple(
            move
            for move in self._in[state]
            if not found.isdisjoint(self._rules[move].parties)
            and not (has_handled and self._rules[move].not_by_handler)
        )
