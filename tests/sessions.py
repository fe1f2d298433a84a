"""Signing somebody in for a test, without codes and without WeChat."""

from datetime import UTC, datetime

from api.identity import Tokens
from models import db, person
from tests.program import SECRET


async def token_of(person_id: int) -> str:
    """Start a session of a person; gives its access token."""
    async with db.transaction() as connection:
        signed = await person.start_session(
            connection, person_id, device="", now=datetime.now(UTC)
        )
    token, _ = Tokens(SECRET).issue(person_id, signed.session_id)
    return token
