"""The start page."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.settings import Settled


def routes(settled: Settled) -> list[Route]:
    """Give the routes of the pages."""

    async def start(_request: Request) -> Response:
        return HTMLResponse("<!doctype html>")

    return [Route("/", start)]
