"""The floor: raw uvicorn that answers every request with the same bytes.

As a program (`python -m tests.bench.floor PORT BYTES`) it serves an answer of so many bytes.
"""

import sys

import uvicorn
from starlette.types import Receive, Scope, Send


class Constant:
    """Answers everything alike."""

    def __init__(self, size: int) -> None:
        self._body = b'{"data":"' + b"x" * (size - 11) + b'"}'
        self._headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(self._body)).encode()),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request once it is there as a whole."""
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": self._headers})
        await send({"type": "http.response.body", "body": self._body})


def main() -> None:
    """Serve on a port."""
    port, size = int(sys.argv[1]), int(sys.argv[2])
    uvicorn.run(
        Constant(size),
        port=port,
        loop="uvloop",
        http="httptools",
        lifespan="off",
        access_log=False,
        log_level="warning",
    )


if __name__ == "__main__":
    main()
