"""Logs: one line an event to stderr, readable on a terminal and JSON everywhere else."""

import logging
import sys

import structlog


def configure(level: str) -> None:
    """Set up structlog, and let the libraries speak up only when something is wrong."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    # They warn of every malformed request, a line that any client could write at will, and of
    # every connection that can't be opened, which whoever needed it says better.
    for library in ("uvicorn.error", "asyncpg"):
        logging.getLogger(library).setLevel(logging.ERROR)
    # It tells the addresses it asks, in which WeChat wants its secrets.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[structlog.typing.Processor] = (
        # Its own tracebacks show local variables, and so secrets.
        [structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)]
        if sys.stderr.isatty()
        else [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level.lower()),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
