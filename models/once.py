"""Once only: a request that is sent again, because its answer was lost, gets the first answer.

A key belongs to a person and an operation. With the same input it gives the stored answer, the
id of the result or the refusal; with another input it is refused as KEY_REUSED. Of two at once
one acts, the other waits for it and gets its answer.
"""

import hashlib
from collections.abc import Awaitable, Callable, Mapping

import orjson

from models import db
from models.db import Connection
from models.errors import Code, Refusal

KEY_LENGTH_MOST = 255

Act = Callable[[Connection], Awaitable[int]]


async def once(
    act: Act, *, person_id: int, operation: str, key: str, asked: Mapping[str, object]
) -> int:
    """Carry `act` out in one transaction unless it was before; give the id of its result.

    `asked` is the whole input without the key. Raises the Refusal that `act` raised, now or then;
    what it had written by then is rolled back.
    """
    check_key(key)
    digest = hashlib.sha256(orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)).digest()
    async with db.transaction() as connection:
        fresh = await connection.fetchval(_TAKE, person_id, operation, key, digest)
        if fresh is None:
            row = await connection.fetchrow(_ANSWER, person_id, operation, key)
            assert row, "a key that is taken stands there"
            return answer(
                is_same=row["asked"] == digest, result_id=row["result_id"], refusal=row["refusal"]
            )
        try:
            async with connection.transaction():
                result = await act(connection)
        except Refusal as refusal:
            refused = refusal
        else:
            await connection.execute(_RESULT, fresh, result)
            return result
        said = orjson.dumps([refused.code, refused.message, *refused.path]).decode()
        await connection.execute(_REFUSED, fresh, said)
    raise refused


def check_key(key: str) -> None:
    """Accept an idempotency key of 1 to KEY_LENGTH_MOST characters; raises Refusal INVALID."""
    if not 1 <= len(key) <= KEY_LENGTH_MOST or "\0" in key:
        raise Refusal(Code.INVALID, f"幂等键须为 1 到 {KEY_LENGTH_MOST} 个字符", "idempotencyKey")


def answer(*, is_same: bool, result_id: int | None, refusal: str | bytes | None) -> int:
    """Give the result that is stored for a key, or raise the Refusal; `is_same` is the input."""
    if not is_same:
        raise Refusal(Code.KEY_REUSED, "该幂等键已用于另一请求", "idempotencyKey")
    if refusal is not None:
        code, message, *path = orjson.loads(refusal)
        raise Refusal(Code(code), message, *path)
    assert result_id is not None, "what was carried out has a result"
    return result_id


_TAKE = """
INSERT INTO once (person_id, operation, key, asked) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id, operation, key) DO NOTHING RETURNING id
"""
_ANSWER = """
SELECT asked, result_id, refusal FROM once WHERE person_id = $1 AND operation = $2 AND key = $3
"""
_RESULT = "UPDATE once SET result_id = $2 WHERE id = $1"
_REFUSED = "UPDATE once SET refusal = $2::jsonb WHERE id = $1"
