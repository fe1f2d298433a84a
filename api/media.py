"""The two media types of an answer, and which of them a client asked for (RFC 9110, 12.5.1)."""

from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

CACHED_MOST = 256
CACHED_BYTES_MOST = 256
RANGES_MOST = 50
EVENT_STREAM = "text/event-stream"
UTF_8 = frozenset({"utf-8", "utf8"})


class Media(Enum):
    """A media type of an answer. JSON is for clients that know nothing of the other."""

    GRAPHQL = "application/graphql-response+json"
    JSON = "application/json"


class _Range(NamedTuple):
    name: str
    quality: float
    is_utf_8: bool


_cached: dict[bytes, Media | None] = {}


def accepted(accept: bytes | None) -> Media | None:
    """Give the media type that an Accept header prefers, or None if it takes neither.

    Without a header, and for `*/*`, it is JSON: who does not ask for the other can't read it.
    """
    if accept is None or accept in {b"*/*", b"application/json"}:
        return Media.JSON
    if accept in _cached:
        return _cached[accept]
    media = _preferred(accept.decode("latin-1").lower())
    if len(accept) <= CACHED_BYTES_MOST and len(_cached) < CACHED_MOST:
        _cached[accept] = media
    return media


def takes_event_stream(accept: bytes | None) -> bool:
    """Say whether an Accept header names event streams."""
    if accept is None or EVENT_STREAM.encode() not in accept.lower():
        return False
    ranges = _ranges(accept.decode("latin-1").lower())
    return any(one.name == EVENT_STREAM and one.quality > 0 for one in ranges)


def is_json(content_type: bytes | None) -> bool:
    """Say whether a body is JSON in UTF-8 by its Content-Type."""
    if content_type == b"application/json":
        return True
    if content_type is None:
        return False
    name, parameters = _parsed(content_type.decode("latin-1").lower())
    return name == Media.JSON.value and parameters.get("charset", "utf-8") in UTF_8


def _preferred(accept: str) -> Media | None:
    """Choose by quality, then by how exactly the type is named, then what says more."""
    if not accept.strip():
        return Media.JSON
    ranges = list(_ranges(accept))
    best: tuple[float, int] = (0.0, 0)
    preferred = None
    for media in (Media.GRAPHQL, Media.JSON):
        quality, exactness = _match(media, ranges)
        # Two ranges with a star take either: JSON wins, being the later one.
        better = (quality, exactness) > best or (exactness < 2 and (quality, exactness) == best)  # noqa: PLR2004 - 2 is "by its name"
        if quality > 0 and better:
            best, preferred = (quality, exactness), media
    return preferred


def _match(media: Media, ranges: list[_Range]) -> tuple[float, int]:
    """Give the quality of `media`, by the most exact range that covers it, and how exact."""
    for exactness, name in ((2, media.value), (1, "application/*"), (0, "*/*")):
        qualities = [one.quality for one in ranges if one.name == name and one.is_utf_8]
        if qualities:
            return max(qualities), exactness
    return 0.0, 0


def _ranges(accept: str) -> Iterator[_Range]:
    for part in accept.split(",")[:RANGES_MOST]:
        name, parameters = _parsed(part)
        quality = _quality(parameters.get("q", "1"))
        yield _Range(name, quality, parameters.get("charset", "utf-8") in UTF_8)


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0.0
    return quality if 0.0 <= quality <= 1.0 else 0.0


def _parsed(text: str) -> tuple[str, dict[str, str]]:
    name, *parts = text.split(";")
    pairs = (part.partition("=") for part in parts)
    return name.strip(), {key.strip(): value.strip().strip('"') for key, _, value in pairs}
