"""A process that serves until it is told to stop, and the processes of a server with several.

SIGINT, SIGTERM and SIGHUP all mean: finish what is being answered, then leave. They have handlers
of our own, so that they work where the parent had them ignored.
"""

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from api.protocol import BoundedProtocol
from api.settings import Settings, Settled

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
DRAIN_SECONDS = 3
LEAVE_SECONDS = 5.0
KEEP_ALIVE_SECONDS = 20
CONNECTIONS_MOST = 10_000
BACKLOG = 2_048
RESTART_SECONDS = 1.0
POLL_SECONDS = 0.1
PR_SET_PDEATHSIG = 1


class Stopped(SystemExit):
    """A signal asked this process to leave."""


class Server(uvicorn.Server):
    """uvicorn's server, leaving on all three signals, with exit code 0."""

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
    """Serve on HOST and PORT in this process or, with WORKERS, in several."""
    if settings.workers > 1:
        _serve_in_workers(settings, settled, relays=relays)
    else:
        listen(settings, settled, relays=relays)


def listen(
    settings: Settings, settled: Settled, *, relays: bool, listener: socket.socket | None = None
) -> None:
    """Serve in this process until a signal, on `listener` or a socket of its own."""
    # The schema takes half a second to import: only whoever serves pays it.
    from api.app import create

    config = uvicorn.Config(
        create(settings, settled, relays=relays),
        host=settings.host,
        port=settings.port,
        http=BoundedProtocol,
        ws="none",
        loop="uvloop",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=DRAIN_SECONDS,
        limit_concurrency=CONNECTIONS_MOST,
        backlog=BACKLOG,
    )
    Server(config).run(sockets=[listener] if listener else None)


def die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent dies, however it dies."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _serve_in_workers(settings: Settings, settled: Settled, *, relays: bool) -> None:
    """Share one socket among WORKERS processes; one that dies is started again."""
    with socket.create_server(
        (settings.host, settings.port), backlog=BACKLOG, reuse_port=False
    ) as listener:
        listener.set_inheritable(True)
        command = [sys.executable, "-m", "api", "worker", str(listener.fileno())]
        command += ["--relays"] if relays else []
        workers = [_start(command, listener, settled) for _ in range(settings.workers)]
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
