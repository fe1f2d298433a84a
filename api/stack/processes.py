"""Which processes still live in a directory, and how to be rid of them."""

import os
import signal
import time
from pathlib import Path

POLL_SECONDS = 0.005


def living_in(directory: Path) -> set[int]:
    """Give the processes whose working directory is `directory`; zombies live nowhere."""
    try:
        home = directory.stat()
    except FileNotFoundError:
        return set()
    return {
        int(name) for name in os.listdir("/proc") if name.isdecimal() and _is_at(int(name), home)
    }


def wait_until_left(directory: Path, *, seconds: float, only: int | None = None) -> bool:
    """Wait until no process lives in `directory`, or `only` this one does not; False: it does."""
    deadline = time.monotonic() + seconds
    while living := living_in(directory):
        if only is not None and only not in living:
            return True
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def kill(processes: set[int]) -> None:
    """Kill what is still there of `processes`."""
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _is_at(process: int, home: os.stat_result) -> bool:
    try:
        return os.path.samestat(os.stat(f"/proc/{process}/cwd"), home)
    except OSError:  # It is gone, a zombie, or another user's.
        return False
