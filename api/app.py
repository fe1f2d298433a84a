"""The application: routes, health and metrics."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute

from api import files, pages
from api.admission import Admission
from api.document import Documents, trusted_documents
from api.graphiql import Files
from api.http import GraphQLEndpoint
from api.identity import SignIn, Tokens
from api.operations import Operations
from api.phones import PhoneCodes
from api.rate import RateLimits
from api.settings import Settings, Settled
from api.shield import GRAPHQL, Shield
from api.socket import SocketEndpoint
from api.sse import EventStreams
from api.subscription import Subscriptions
from models import db, person, station
from models.errors import Unavailable
from resolvers.live import Feeds
from resolvers.schema import schema

CORS_SECONDS = 600
READY_SECONDS = 1.0

if TYPE_CHECKING:
    from api.wechat.client import WeChat

Endpoint = Callable[[Request], Awaitable[Response]]


def create(
    settings: Settings,
    settled: Settled,
    limits: RateLimits,
    feeds: Feeds,
    *,
    wechat: "WeChat | None" = None,
) -> Starlette:
    """Make the application of one process, which serves while `process.running` is open.

    Its `state.leave` ends what would go on for ever; it is called when the process leaves.
    """
    tokens = Tokens(settled.token_secret)
    sign_in = SignIn(tokens, limits, settled.lets_developers_in, wechat)
    phones = PhoneCodes(settled.lets_developers_in, wechat)
    admission = Admission(tokens, limits, sign_in, phones=phones, proxies=settings.trusted_proxies)
    trusted = settings.trusted_documents
    documents = Documents(
        schema._schema,
        public_schema=settled.shows_schema,
        trusted=trusted_documents(trusted) if trusted else None,
    )
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)

    subscriptions = Subscriptions(Operations(documents), feeds, registry=registry)
    streams = EventStreams(subscriptions, registry=registry)
    sockets = SocketEndpoint(
        subscriptions, admission, origins=settings.allowed_origins, registry=registry
    )

    app = Starlette(
        routes=[
            Route(
                GRAPHQL,
                GraphQLEndpoint(documents, admission, streams=streams, registry=registry),
            ),
            WebSocketRoute(GRAPHQL, sockets),
            Route("/health/live", _live),
            Route("/health/ready", _ready),
            Route("/metrics", _metrics(settings, settled, registry)),
            *files.routes(limits, address_of=_address_of(admission)),
            *pages.routes(lets_developers_in=settled.lets_developers_in),
            *_ide(settings, settled),
        ],
        middleware=_middleware(settings),
        exception_handlers={HTTPException: _refused},
    )
    # A redirect would name plain http behind a proxy, and send a bearer token there.
    app.router.redirect_slashes = False
    app.state.leave = streams.leave
    return app


def _address_of(admission: Admission) -> Callable[[Request], str]:
    return lambda request: admission.address(request.scope, dict(request.headers.raw))


def _ide(settings: Settings, settled: Settled) -> list[Route]:
    """Offer the IDE where the schema is no secret, with a sign-in where developers are let in."""
    if not settled.shows_schema:
        return []
    roles = person.DEVELOPMENT_ROLES if settled.lets_developers_in else {}
    people = {key: role.chinese for key, (role, _) in roles.items()}
    return pages.ide.routes(Files(settings.data_dir / "ide"), people=people)


def _middleware(settings: Settings) -> list[Middleware]:
    layers = [Middleware(Shield, hosts=settings.hosts)]
    if settings.allowed_origins:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.allowed_origins,
            allow_methods=("GET", "POST", "PUT"),
            allow_headers=("authorization", "content-type", "x-request-id"),
            expose_headers=("x-request-id", "retry-after"),
            max_age=CORS_SECONDS,
        )
        layers.append(cors)
    return layers


async def _refused(_request: Request, exception: Exception) -> Response:
    """Answer in the form of every other refusal: no such path, or not by this method."""
    assert isinstance(exception, HTTPException)
    error = {"message": exception.detail, "extensions": {"code": "BAD_REQUEST"}}
    return JSONResponse({"errors": [error]}, exception.status_code, exception.headers)


async def _live(_request: Request) -> Response:
    return JSONResponse({"status": "live"})


async def _ready(_request: Request) -> Response:
    try:
        station.snapshot()
        async with asyncio.timeout(READY_SECONDS):
            await db.fetch_one("SELECT 1")
    except (Unavailable, TimeoutError):
        return JSONResponse({"status": "unavailable"}, 503)
    return JSONResponse({"status": "ready"})


def _metrics(settings: Settings, settled: Settled, registry: CollectorRegistry) -> Endpoint:
    """Show the metrics to whoever has METRICS_TOKEN; without one, on a development server."""
    token = settings.metrics_token

    async def metrics(request: Request) -> Response:
        if token:
            shown = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(shown, b"Bearer " + token.text.encode()):
                return JSONResponse({"status": "forbidden"}, 403)
        elif not settled.shows_schema:
            return JSONResponse({"status": "not found"}, 404)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return metrics
