"""Uploading, for tests: pictures made up on the spot, and the routes of files without a server."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from starlette.applications import Starlette

from api import files
from api.rate import RateLimits
from models import file
from tests.graph import ask

SECRET = "a secret of the tests"  # noqa: S105
START = """mutation ($input: FileUploadStartInput!) { fileUploadStart(input: $input) {
  file { id kind contentType bytes isStored url } uploadUrl expiresAt
  userErrors { code message path }
} }"""


def use(directory: Path) -> None:
    """Keep files in this directory from now on."""
    file.keep_in(directory, secret=SECRET)


@asynccontextmanager
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the routes of files, whose clock of limits stands still."""
    limits = RateLimits(clock=lambda: 0.0)
    routes = files.routes(limits, address_of=lambda request: request.headers["x-address"])
    transport = httpx.ASGITransport(app=Starlette(routes=routes))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://files", headers={"x-address": "192.0.2.1"}
    ) as one:
        yield one


def picture(
    form: str = "JPEG", size: tuple[int, int] = (64, 48), *, color: str = "red", **more: object
) -> bytes:
    """Make a picture in a format."""
    made = io.BytesIO()
    mode = "RGBA" if form in {"PNG", "WEBP"} else "RGB"
    Image.new(mode, size, color).save(made, form, **more)
    return made.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


async def start(
    person_id: int, content: bytes, *, content_type: str = "image/jpeg", **more: object
) -> dict[str, Any]:
    """Announce a file and give the payload."""
    given = {"kind": "PHOTO", "contentType": content_type, "bytes": len(content), **more}
    payload: dict[str, Any] = (await ask(START, person_id, input=given))["fileUploadStart"]
    return payload


async def uploaded(http: httpx.AsyncClient, person_id: int, content: bytes, **more: str) -> str:
    """Upload a file; gives its id."""
    payload = await start(person_id, content, **more)
    answer = await http.put(payload["uploadUrl"], content=content)
    assert answer.status_code == 204, answer.text
    return str(payload["file"]["id"])


def kept(directory: Path) -> list[str]:
    """Name everything that stands in the store."""
    return sorted(path.name for path in directory.rglob("*") if path.is_file())
