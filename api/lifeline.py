"""Children that end when their parent does, however it ends."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def die_with_parent(parent: int) -> None:
    """Ask the kernel for SIGTERM when `parent` dies, however it dies; leave if it is dead already.

    The kernel says nothing of a parent that died while this process was being started.
    """
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit("The parent died before this process began.")
