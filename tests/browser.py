"""A headless Chromium in hand, spoken to by its DevTools protocol through two pipes."""

import base64
import fcntl
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pytest

ANSWER_SECONDS = 20.0
POLL_SECONDS = 0.02
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--remote-debugging-pipe",
)
# Chromium reads its orders from 3 and answers on 4.
LAUNCH = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4);"
LAUNCH += " os.execv(sys.argv[3], sys.argv[3:])"


class Browser:
    """One page; everything that it says in its console or is refused is in `complaints`."""

    def __init__(self, orders: IO[bytes], answers: IO[bytes]) -> None:
        self._orders, self._answers = orders, answers
        self._number = 0
        self._session: str | None = None
        self.complaints: list[str] = []
        self.requests: list[str] = []
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self._call(f"{domain}.enable")

    def size(self, width: int, height: int) -> None:
        """Make the window so large."""
        self._call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def open(self, address: str) -> None:
        """Go to a page."""
        self._call("Page.navigate", url=address)

    def evaluate(self, expression: str) -> Any:  # noqa: ANN401 - JSON
        """Give the value of an expression in the page; fails with the page's own error."""
        result = self._call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def wait_for(self, expression: str) -> Any:  # noqa: ANN401 - JSON
        """Wait until an expression is true in the page, and give its value."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while not (value := self.evaluate(expression)):
            said = self.evaluate("document.body?.innerText")
            assert time.monotonic() < deadline, f"never {expression}\n{self.complaints}\n{said}"
            time.sleep(POLL_SECONDS)
        return value

    def picture(self, path: Path) -> None:
        """Write what is seen as a PNG."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot")["data"]))

    def _call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        order: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            order["sessionId"] = self._session
        self._orders.write(json.dumps(order).encode() + b"\0")
        self._orders.flush()
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return dict(answer["result"])
            self._notice(answer)

    def _next(self) -> dict[str, Any]:
        message = bytearray()
        while (byte := self._answers.read(1)) != b"\0":
            assert byte, "the browser has left"
            message += byte
        return dict(json.loads(message))

    def _notice(self, event: dict[str, Any]) -> None:
        given = event.get("params", {})
        match event.get("method"):
            case "Network.requestWillBeSent":
                if not given["request"]["url"].startswith("data:"):
                    self.requests.append(given["request"]["url"])
            case "Log.entryAdded":
                self.complaints.append(given["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(json.dumps(given["exceptionDetails"]))
            case "Runtime.consoleAPICalled" if given["type"] in ("error", "warning"):
                self.complaints.append(json.dumps(given["args"]))


@contextmanager
def browser(profile: Path) -> Iterator[Browser]:
    """Run Chromium on a profile of its own until the block ends; skips where there is none."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("Chromium is needed to see a page as a person does")
    (read, order), (answer, write) = os.pipe(), os.pipe()
    # Numbers that are neither 3 nor 4, so that the launcher overwrites none of them.
    given = [fcntl.fcntl(number, fcntl.F_DUPFD, 10) for number in (read, write)]
    launch = [sys.executable, "-I", "-S", "-c", LAUNCH, *map(str, given)]
    process = subprocess.Popen(
        [*launch, program, *FLAGS, f"--user-data-dir={profile}"],
        pass_fds=given,
        stderr=subprocess.DEVNULL,
    )
    for number in (read, write, *given):
        os.close(number)
    with os.fdopen(order, "wb") as orders, os.fdopen(answer, "rb") as answers:
        try:
            yield Browser(orders, answers)
        finally:
            process.terminate()
            process.wait()
