"""The code on a station's sign: its village, the letters of its kind, and a number."""

from models.db import Connection
from models.station.snapshot import VILLAGE_CODE_LENGTH
from models.station.words import CODE_LETTERS, Kind


def code_prefix(kind: Kind, *, area_code: str) -> str:
    """Give what comes before the number: 320281001001-BE, or a higher area that it serves."""
    return f"{area_code[:VILLAGE_CODE_LENGTH]}-{CODE_LETTERS[kind]}"


class Codes:
    """Gives the codes of new stations in a transaction that holds the locks of their villages.

    Numbers are never given again: a station that was closed keeps its row and its code.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._last: dict[str, int] = {}

    async def next(self, kind: Kind, *, area_code: str) -> str:
        """Give the code of the next station of a kind."""
        begin = code_prefix(kind, area_code=area_code)
        if begin not in self._last:
            self._last[begin] = await self._connection.fetchval(_LAST, begin) or 0
        self._last[begin] += 1
        return f"{begin}{self._last[begin]:02}"


# Some thousand rows, read once for each new station: no index serves a part of a text.
_LAST = """
SELECT max(substr(code, length($1) + 1)::int) FROM station
WHERE starts_with(code, $1) AND substr(code, length($1) + 1) ~ '^[0-9]{1,9}$'
"""
