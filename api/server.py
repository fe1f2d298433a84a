"""A process that serves until it is told to stop, and the processes of a server with several.

SIGINT, SIGTERM and SIGHUP all mean: finish what is being answered, then leave. They have handlers
of our own, so that they work where the parent had them ignored.
"""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

import uvicorn

from api.protocol import BoundedProtocol
from api.settings import Settings, Settled

if TYPE_CHECKING:
    from api.wechat.client import WeChat

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DRAIN_SECONDS = 3
LEAVE_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 20
CONNECTIONS_MOST = 10_000
BACKLOG = 2_048
RESTART_SECONDS = 1.0
POLL_SECONDS = 0.1
FILES_BESIDE_CONNECTIONS = 1_000


class Stopped(SystemExit):
    """A signal asked this process to leave."""


class ListenError(Exception):
    """HOST and PORT can't be listened on; the text is for whoever typed the command."""


class Server(uvicorn.Server):
    """uvicorn's server on all that `running` opens; leaves on all three signals with code 0."""

    def __init__(
        self,
        config: uvicorn.Config,
        running: AbstractAsyncContextManager[object],
        *,
        leave: Callable[[], None],
    ) -> None:
        super().__init__(config)
        self._running = running
        self._leave = leave

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve until a signal; raises what `running` raises."""
        # Not uvicorn's lifespan: that one turns every reason not to start into a traceback.
        with self.capture_signals():
            async with self._running:
                await self._serve(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Finish what is being answered, and end what would go on."""
        self._leave()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take the signals while serving; a second one ends what is still being answered."""
        before = {number: signal.signal(number, self.handle_exit) for number in STOP_SIGNALS}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def stoppable() -> Iterator[None]:
    """Leave the block by Stopped at the first signal; later ones find us leaving already."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        raise Stopped(0)

    for number in STOP_SIGNALS:
        signal.signal(number, stop)
    try:
        yield
    except Stopped:
        return


def serve(settings: Settings, settled: Settled, *, relays: bool) -> None:
    """Serve on HOST and PORT in this process or, with WORKERS, in several; raises ListenError."""
    with _listener(settings.host, settings.port) as listener:
        if settings.workers > 1:
            _serve_in_workers(listener, settings.workers, settled, relays=relays)
        else:
            listen(listener, settings, settled, relays=relays)


def listen(listener: socket.socket, settings: Settings, settled: Settled, *, relays: bool) -> None:
    """Serve in this process until a signal; raises Unavailable, SettingsError."""
    # The schema takes half a second to import: only whoever serves pays it.
    from api import process
    from api.app import create
    from api.rate import RateLimits
    from api.socket import MESSAGE_BYTES_MOST, Wire
    from resolvers.live import Feeds

    _allow_files()
    limits, feeds = RateLimits(is_on=settings.rate_limit), Feeds()
    wechat = wechat_of(settings)
    app = create(settings, settled, limits, feeds, wechat=wechat)
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws=Wire,
        ws_max_size=MESSAGE_BYTES_MOST,
        # It would keep a window of every message for every client.
        ws_per_message_deflate=False,
        # Its own pings end in a code that clients do not come back from; the protocol has better.
        ws_ping_interval=None,
        loop="uvloop",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        limit_concurrency=CONNECTIONS_MOST,
        backlog=BACKLOG,
    )
    running = process.running(settled, limits, feeds, relays=relays, wechat=wechat)
    Server(config, running, leave=app.state.leave).run(sockets=[listener])


def wechat_of(settings: Settings) -> "WeChat | None":
    """Make the client of the mini-program that the settings name, if they do."""
    if not settings.wechat_app_id:
        return None
    # An HTTP client with all that TLS needs: only for those who talk to WeChat.
    from api.wechat.client import WeChat

    assert settings.wechat_app_secret, "Settings refuses an app id without its secret"
    secret = settings.wechat_app_secret.text
    return WeChat(settings.wechat_app_id, secret, settings.wechat_url)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        # The text of create_server's own error repeats the address.
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise ListenError(f"{host}:{port} can't be listened on: {reason}.") from None


def _allow_files() -> None:
    """Let this process have as many connections open as it says it takes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MOST + FILES_BESIDE_CONNECTIONS
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _serve_in_workers(
    listener: socket.socket, count: int, settled: Settled, *, relays: bool
) -> None:
    """Share one socket among several processes; one that dies is started again."""
    command = [sys.executable, "-m", "api", "worker"]
    command += [str(listener.fileno()), str(os.getpid())]
    command += ["--relays"] if relays else []
    workers = [_start(command, listener, settled) for _ in range(count)]
    try:
        while True:
            time.sleep(POLL_SECONDS)
            for place, worker in enumerate(workers):
                if worker.poll() is not None:
                    time.sleep(RESTART_SECONDS)
                    workers[place] = _start(command, listener, settled)
    finally:
        _end(workers)


def _start(
    command: list[str], listener: socket.socket, settled: Settled
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own command
        command, pass_fds=(listener.fileno(),), env=os.environ | settled.environment()
    )


def _end(workers: "list[subprocess.Popen[bytes]]") -> None:
    for worker in workers:
        worker.terminate()
    deadline = time.monotonic() + LEAVE_SECONDS
    for worker in workers:
        try:
            worker.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
