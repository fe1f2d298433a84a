"""Files over HTTP: one PUT to a signed address, and GETs that a browser can't be fooled by.

| what happens | status | code |
|---|---|---|
| PUT: taken in whole | 204 | |
| an address that was not signed here, or for something else | 403 | FORBIDDEN |
| an address whose time is over | 410 | EXPIRED |
| PUT: was used before | 409 | ALREADY_USED |
| PUT: more bytes than announced | 413 | LIMIT_REACHED |
| PUT: tried too often, at one signed address or from one network address | 429 | LIMITED |
| PUT: fewer bytes, or not what it was announced as | 422 | INVALID |
| GET: no such file | 404 | NOT_FOUND |
| the database does not answer | 503 | UNAVAILABLE |

What goes out is never sniffed, never run and, unless it is a photo, never shown in place.
"""

import re
from collections.abc import Callable
from math import ceil

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.rate import RateLimits
from models import file
from models.errors import Code, Refusal, Unavailable
from models.file import Content, Signed
from resolvers.errors import UNAVAILABLE_TEXT, EdgeCode, EdgeError

STATUS = {
    Code.NOT_FOUND: 404,
    Code.ALREADY_USED: 409,
    Code.EXPIRED: 410,
    Code.LIMIT_REACHED: 413,
    Code.INVALID: 422,
}
POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
PUBLIC_CACHE = "public, max-age=31536000, immutable"
PRIVATE_CACHE = "private, no-store"
FORBIDDEN_TEXT = "文件地址无效"
MISSING_TEXT = "没有这个文件"

_KEY = re.compile("[1-9][0-9]{0,17}")
_DIGEST = re.compile("[0-9a-f]{64}")
_SIGNED = re.compile("[0-9a-f]{64}")
_EXPIRES = re.compile("[1-9][0-9]{0,11}")

log = structlog.get_logger()


def routes(limits: RateLimits, *, address_of: Callable[[Request], str]) -> list[Route]:
    """Give the routes of uploads and downloads; `address_of` says from where a request comes."""

    async def upload(request: Request) -> Response:
        key, signed = request.path_params["key"], _signed(request)
        if signed is None or not _KEY.fullmatch(key):
            return _no(403, EdgeCode.FORBIDDEN, FORBIDDEN_TEXT)
        try:
            limits.upload(signed.signature, address_of(request))
        except EdgeError as limited:
            return _limited(limited)
        return await _upload(request, key, signed)

    return [
        Route(f"{file.UPLOADS}{{key}}", upload, methods=["PUT"]),
        Route("/files/{name}", _download, methods=["GET"]),
    ]


async def _upload(request: Request, key: str, signed: Signed) -> Response:
    try:
        await file.receive(int(key), signed, request.stream())
    except file.Forbidden:
        return _no(403, EdgeCode.FORBIDDEN, FORBIDDEN_TEXT)
    except Refusal as refusal:
        log.info("upload refused", file=int(key), code=refusal.code)
        return _no(STATUS.get(refusal.code, 422), refusal.code, refusal.message)
    except Unavailable:
        return _no(503, EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT)
    except ClientDisconnect:
        # Nobody is there to be answered, and nothing of what came is left.
        return Response(status_code=400)
    return Response(status_code=204)


async def _download(request: Request) -> Response:
    name: str = request.path_params["name"]
    try:
        if _DIGEST.fullmatch(name):
            found, cache = await file.public(name), PUBLIC_CACHE
        else:
            found, cache = await _private(name, _signed(request)), PRIVATE_CACHE
    except file.Forbidden:
        return _no(403, EdgeCode.FORBIDDEN, FORBIDDEN_TEXT)
    except Refusal as refusal:
        return _no(STATUS[refusal.code], refusal.code, refusal.message)
    except Unavailable:
        return _no(503, EdgeCode.UNAVAILABLE, UNAVAILABLE_TEXT)
    if found is None:
        return _no(404, Code.NOT_FOUND, MISSING_TEXT)
    return _shown(found, cache)


async def _private(name: str, signed: Signed | None) -> Content | None:
    if signed is None or not _KEY.fullmatch(name):
        raise file.Forbidden
    return await file.private(int(name), signed)


def _shown(found: Content, cache: str) -> Response:
    is_photo = found.content_type.startswith("image/")
    placed = "inline" if is_photo else 'attachment; filename="table.xlsx"'
    return Response(
        found.content,
        media_type=found.content_type,
        headers={
            "cache-control": cache,
            "content-disposition": placed,
            "content-security-policy": POLICY,
        },
    )


def _signed(request: Request) -> Signed | None:
    """Read what the address says; None if it says anything else, or says it twice."""
    said = request.query_params.multi_items()
    given = dict(said)
    expires, signature = given.get("expires", ""), given.get("signature", "")
    if len(said) != len(Signed._fields) or not _EXPIRES.fullmatch(expires):
        return None
    return Signed(int(expires), signature) if _SIGNED.fullmatch(signature) else None


def _limited(error: EdgeError) -> JSONResponse:
    answer = _no(429, error.code, error.message)
    assert error.retry_after is not None, "who must wait is told how long"
    answer.headers["retry-after"] = str(max(1, ceil(error.retry_after)))
    return answer


def _no(status: int, code: str, message: str) -> JSONResponse:
    error = {"message": message, "extensions": {"code": code}}
    return JSONResponse({"errors": [error]}, status)
