"""Runs the embedded servers until a signal comes; a program that test_stack.py kills in many ways.

Prints the servers' URLs as one line of JSON when they answer, and one line at the end. With
`--without-namespaces` the kernel refuses new namespaces, as in many containers.
"""

import ctypes
import json
import platform
import signal
import struct
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from api.stack import StackError, embedded


def interrupt(number: int, frame: FrameType | None) -> None:
    """Let every signal do what Ctrl-C does."""
    raise KeyboardInterrupt


PR_SET_SECCOMP = 22
SECCOMP_MODE_FILTER = 2
UNSHARE = {"x86_64": 272, "aarch64": 97}
# Classic BPF: load the call's number; refuse unshare with EPERM; allow all else.
INSTRUCTION = "HBBI"
LOAD, IF_EQUAL, ANSWER = 0x20, 0x15, 0x06
REFUSE, ALLOW = 0x00050001, 0x7FFF0000


class Filter(ctypes.Structure):
    """A program for the kernel: how many instructions, and where (struct sock_fprog)."""

    _fields_ = (("length", ctypes.c_ushort), ("program", ctypes.c_void_p))


def refuse_namespaces() -> None:
    """Let unshare fail in this process and its children."""
    steps = (
        (LOAD, 0, 0, 0),
        (IF_EQUAL, 0, 1, UNSHARE[platform.machine()]),
        (ANSWER, 0, 0, REFUSE),
        (ANSWER, 0, 0, ALLOW),
    )
    program = ctypes.create_string_buffer(b"".join(struct.pack(INSTRUCTION, *s) for s in steps))
    wanted = Filter(len(steps), ctypes.cast(program, ctypes.c_void_p))
    libc = ctypes.CDLL(None, use_errno=True)
    assert libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(wanted)) == 0


def main(data_dir: Path) -> None:
    """Run until a signal comes."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    try:
        with embedded(data_dir) as servers:
            sys.stdout.write(json.dumps(asdict(servers)) + "\n")
            sys.stdout.flush()
            while True:
                signal.pause()
    except KeyboardInterrupt:
        sys.stdout.write("stopped\n")
    except StackError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    if "--without-namespaces" in sys.argv:
        refuse_namespaces()
    main(Path(sys.argv[1]))
