"""The start page: what runs here, how to sign in, a first query, the care map, a moving ticket.

It asks `/graphql` like any client and loads nothing from elsewhere; its policy forbids it to.
"""

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

HERE = Path(__file__).parent
FILES = {
    "/": ("start.html", "text/html"),
    "/start.css": ("start.css", "text/css"),
    "/start.js": ("start.js", "text/javascript"),
    "/ticket.js": ("ticket.js", "text/javascript"),
}
POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self'; style-src 'self';"
    " img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def routes(*, lets_developers_in: bool) -> list[Route]:
    """Give the routes of the page and of its files.

    Where developers are let in, one of them watches a ticket there; elsewhere nobody is signed in.
    """
    return [
        Route(path, _file(name, kind, lets_developers_in=lets_developers_in))
        for path, (name, kind) in FILES.items()
    ]


def _file(
    name: str, kind: str, *, lets_developers_in: bool
) -> Callable[[Request], Awaitable[Response]]:
    content = (HERE / name).read_bytes()
    if lets_developers_in:
        content = content.replace(b"<body>", b"<body data-developers>")

    async def answer(_request: Request) -> Response:
        headers = {"content-security-policy": POLICY}
        return Response(content, media_type=kind, headers=headers)

    return answer
