"""Runs the embedded servers until a signal comes; a program that test_stack.py kills in many ways.

Prints the servers' URLs as one line of JSON when they answer, and one line at the end.
"""

import json
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from types import FrameType

from api.stack import StackError, embedded


def interrupt(number: int, frame: FrameType | None) -> None:
    """Let every signal do what Ctrl-C does."""
    raise KeyboardInterrupt


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
    main(Path(sys.argv[1]))
