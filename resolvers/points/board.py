"""Boards in the graph: the ranking as it is, and those of months, which can be proven."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

import strawberry

from models import points
from models.access import Action
from models.errors import Code, Refusal
from models.page import FIRST_DEFAULT, Page
from models.points import BoardState
from resolvers import guard, words
from resolvers.context import Info
from resolvers.field import After, First, given, shown
from resolvers.node import global_id, key_of
from resolvers.page import Connection
from resolvers.payload import UserError, UserErrorRecord
from resolvers.points.shape import PointsProgramme

words.enum(BoardState, name="PointsBoardState", description="How a month's board stands. 月榜状态")
BOARD, OBJECTION = "PointsBoard", "PointsObjection"


@strawberry.type(description="Somebody's place by merit. 榜单行")
class PointsBoardLine:
    """Somebody's place by merit."""

    rank: int = strawberry.field(description="The place; equals share one. 名次")
    name: str = strawberry.field(description="The name, masked where it must be. 姓名")
    merit: int = strawberry.field(description="The merit. 荣誉分")
    is_mine: bool = strawberry.field(description="Whether it is the viewer's. 是否本人")


def _sibling(of: strawberry.Parent[points.Step]) -> str:
    return of.digest.hex()


@strawberry.type(description="A sibling on the way to the board's digest. 校验步骤")
class PointsProofStep:
    """A sibling on the way to the board's digest."""

    digest: str = shown(_sibling, description="Its SHA-256, in hexadecimal. 摘要")
    is_left: bool = strawberry.field(description="Whether it stands on the left. 是否在左")


@strawberry.type(
    description="The viewer's own line: SHA-256 of 0x00 and the text, then of 0x01 and each pair"
    " of siblings, ends at the board's digest. 本人榜单校验"
)
class PointsOwnLine:
    """The viewer's own line, with its proof."""

    rank: int = strawberry.field(description="The place. 名次")
    merit: int = strawberry.field(description="The merit. 荣誉分")
    text: str = strawberry.field(description="The line as it was hashed. 原文")
    proof: list[PointsProofStep] = strawberry.field(description="The lowest first. 校验路径")


def _id(of: strawberry.Parent[points.Board]) -> strawberry.ID:
    return global_id(BOARD, of.id)


async def _lines(
    of: strawberry.Parent[points.Board],
    info: Info,
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Line]:
    return await points.lines(
        of.id, viewer_id=info.context.person_id, first=given(first, FIRST_DEFAULT), after=after
    )


async def _own(of: strawberry.Parent[points.Board], info: Info) -> points.OwnLine | None:
    viewer = info.context.person_id
    return await points.own_line(of.id, viewer_id=viewer) if viewer else None


@strawberry.type(description="The ranking of a month that is over. 月榜")
class PointsBoard:
    """The ranking of a month that is over."""

    id: strawberry.ID = shown(_id, description="The id. 标识")
    month: str = strawberry.field(description="The month, like 2026-11. 月份")
    state: BoardState = strawberry.field(description="How it stands. 状态")
    digest: str = strawberry.field(
        description="The root of the tree of hashes over its lines, in hexadecimal. 摘要"
    )
    lines: int = strawberry.field(description="How many are on it. 人数")
    objections_until: datetime | None = strawberry.field(
        description="Until when one may object. 异议截止"
    )
    ranking: Connection[PointsBoardLine] = shown(_lines, description="Its lines. 名次")
    own_line: PointsOwnLine | None = shown(
        _own, description="The viewer's line with its proof, once it is published. 本人名次"
    )


async def points_ranking(
    info: Info,
    programme_id: Annotated[strawberry.ID, strawberry.argument(description="Of which. 项目标识")],
    first: First = FIRST_DEFAULT,
    after: After = None,
) -> Page[points.Line]:
    """Give the ranking as it is."""
    key, size = key_of(programme_id, PointsProgramme.__name__), given(first, FIRST_DEFAULT)
    return await points.ranking(
        key or 0, viewer_id=info.context.person_id, first=size, after=after
    )


async def points_board(
    info: Info,
    programme_id: Annotated[strawberry.ID, strawberry.argument(description="Of which. 项目标识")],
    month: Annotated[str, strawberry.argument(description="Like 2026-11. 月份")],
) -> points.Board | None:
    """Give a month's board."""
    key = key_of(programme_id, PointsProgramme.__name__)
    return await points.board(key, month, viewer_id=info.context.person_id) if key else None


@strawberry.type
class BoardQuery:
    """Root fields that show boards."""

    points_ranking: Connection[PointsBoardLine] = shown(
        points_ranking, description="Members by merit at this moment, the most first. 实时排名"
    )
    points_board: PointsBoard | None = shown(
        points_board,
        description="A month's board; before its notice for those in charge only. 月榜",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What a mutation of boards gives back."""

    board_id: strawberry.ID | None = None
    objection_id: strawberry.ID | None = None
    user_errors: list[UserErrorRecord] = field(default_factory=list)


@strawberry.input(description="Which to publish. 公示月榜参数")
class PointsBoardPublishInput:
    """Which to publish."""

    board_id: strawberry.ID = strawberry.field(description="Which. 月榜标识")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="What is wrong with one's line. 提出异议参数")
class PointsObjectInput:
    """What is wrong with one's line."""

    board_id: strawberry.ID = strawberry.field(description="Which. 月榜标识")
    text: str = strawberry.field(description="Why; at most 500. 异议内容")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.input(description="Which objection, and the answer. 答复异议参数")
class PointsObjectionAnswerInput:
    """Which objection, and the answer."""

    objection_id: strawberry.ID = strawberry.field(description="Which. 异议标识")
    text: str = strawberry.field(description="The answer; at most 500. 答复")
    idempotency_key: str = strawberry.field(description="So that it happens once. 幂等键")


@strawberry.type(description="What `pointsBoardPublish` gives back. 公示月榜结果")
class PointsBoardPublishPayload:
    """What `pointsBoardPublish` gives back."""

    board_id: strawberry.ID | None = strawberry.field(
        description="The id of what came of it. 标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsObject` gives back. 提出异议结果")
class PointsObjectPayload:
    """What `pointsObject` gives back."""

    objection_id: strawberry.ID | None = strawberry.field(
        description="The id of what came of it. 标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@strawberry.type(description="What `pointsObjectionAnswer` gives back. 答复异议结果")
class PointsObjectionAnswerPayload:
    """What `pointsObjectionAnswer` gives back."""

    board_id: strawberry.ID | None = strawberry.field(
        description="The id of what came of it. 标识"
    )
    user_errors: list[UserError] = strawberry.field(description="Why not, if not. 用户错误")


@guard.needs(Action.POINTS_PUBLISH, outcome=Noticed)
async def points_board_publish(
    info: Info,
    asked: Annotated[
        PointsBoardPublishInput,
        strawberry.argument(name="input", description="Which to publish. 公示月榜参数"),
    ],
) -> Noticed:
    """Publish a board."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.publish(
        actor_id=actor, board_id=_board(asked.board_id), key=asked.idempotency_key
    )
    return Noticed(board_id=global_id(BOARD, key))


@guard.needs(Action.POINTS_OBJECT, outcome=Noticed)
async def points_object(
    info: Info,
    asked: Annotated[
        PointsObjectInput,
        strawberry.argument(
            name="input", description="What is wrong with one's line. 提出异议参数"
        ),
    ],
) -> Noticed:
    """Object to one's line."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    key = await points.object_to(
        actor_id=actor,
        board_id=_board(asked.board_id),
        said=asked.text,
        key=asked.idempotency_key,
    )
    return Noticed(objection_id=global_id(OBJECTION, key))


@guard.needs(Action.POINTS_PUBLISH, outcome=Noticed)
async def points_objection_answer(
    info: Info,
    asked: Annotated[
        PointsObjectionAnswerInput,
        strawberry.argument(
            name="input", description="Which objection, and the answer. 答复异议参数"
        ),
    ],
) -> Noticed:
    """Answer an objection."""
    actor = info.context.person_id
    assert actor, "the guard lets in who is signed in"
    objection_id = key_of(asked.objection_id, OBJECTION)
    if objection_id is None:
        raise Refusal(Code.NOT_FOUND, "未找到该异议", "objectionId")
    key = await points.answer(
        actor_id=actor, objection_id=objection_id, said=asked.text, key=asked.idempotency_key
    )
    return Noticed(board_id=global_id(BOARD, key))


def _board(given: strawberry.ID) -> int:
    key = key_of(given, BOARD)
    if key is None:
        raise Refusal(Code.NOT_FOUND, "未找到该月榜", "boardId")
    return key


@strawberry.type
class BoardMutation:
    """Root fields that publish boards."""

    points_board_publish: PointsBoardPublishPayload = guard.mutation(
        points_board_publish, description="Put a board on public notice for 5 days. 公示月榜"
    )
    points_object: PointsObjectPayload = guard.mutation(
        points_object, description="Object to one's line while the board is on notice. 提出异议"
    )
    points_objection_answer: PointsObjectionAnswerPayload = guard.mutation(
        points_objection_answer,
        description="Answer an objection; a board is final once all are. 答复异议",
    )
