"""Become a server: step down from root, die with the parent, exec. Started by api/stack only.

A program of its own, because no Python may run between fork and exec in a process with threads.
Imports nothing of the project and little of the library: it runs before every server.

    launch.py PARENT DEATH_SIGNAL COUNT DIRECTORY… PROGRAM ARGUMENT…

PARENT is the process whose death sends DEATH_SIGNAL; the COUNT directories are the server's own.
"""

import contextlib
import ctypes
import os
import pwd
import signal
import struct
import sys

NOBODY = 65534
CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION = 0x20080522

libc = ctypes.CDLL(None, use_errno=True)


def main(arguments: list[str]) -> None:
    """Turn this process into the server."""
    parent, death_signal, count = map(int, arguments[:3])
    owned, command = arguments[3 : 3 + count], arguments[3 + count :]
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGQUIT):
        # The parent may have inherited them as ignored, as under nohup.
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    step_down(owned)
    # Last, because the kernel forgets it whenever the credentials change.
    libc.prctl(PR_SET_PDEATHSIG, death_signal)
    if os.getppid() != parent:
        sys.exit("The parent died before the server began.")
    os.execv(command[0], command)  # noqa: S606 - the command is api/stack's own


def step_down(owned: list[str]) -> None:
    """Stop being root, which PostgreSQL refuses; a user without a name gets one as well.

    In a user namespace root carries another user's number and its files stay its own. Where the
    machine refuses namespaces (as many containers do), root becomes nobody and gives it the files.
    """
    user = os.geteuid()
    if user != 0:
        if not has_name(user) and may_unshare():
            enter_namespace()
    elif may_unshare():
        give(owned, user)
        enter_namespace()
    else:
        give(owned, plain_user())
        become(plain_user())


def has_name(user: int) -> bool:
    """Say whether the machine knows a name for `user`: initdb asks for it."""
    try:
        pwd.getpwuid(user)
    except KeyError:
        return False
    return True


def plain_user() -> int:
    """Give nobody, or some other user that is not root."""
    users = [entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0]
    return NOBODY if NOBODY in users or not users else users[0]


def may_unshare() -> bool:
    """Try a user namespace in a child, so that a refusal leaves this process as it was."""
    child = os.fork()
    if child == 0:
        try:
            enter_namespace()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def enter_namespace() -> None:
    """Go into a user namespace in which this user has the number of a plain one."""
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWUSER) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    inside = plain_user()
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside} {user} 1"),
        ("gid_map", f"{inside} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)


def give(owned: list[str], user: int) -> None:
    """Make `user` the owner of the directories with all that is in them, where it is not."""
    for top in owned:
        if os.stat(top).st_uid == user:
            continue
        for directory, _, files in os.walk(top, topdown=False):
            for name in files:
                # Both servers start side by side and share a directory of sockets.
                with contextlib.suppress(FileNotFoundError):
                    os.chown(os.path.join(directory, name), user, user, follow_symlinks=False)
            os.chown(directory, user, user)


def become(user: int) -> None:
    """Change to `user`, who keeps the right to walk through the directories above its own.

    The checkout may lie below root's home, which is closed to all others. Where that right can't
    be kept the server goes on without it, and says itself what it can't reach.
    """
    libc.prctl(PR_SET_KEEPCAPS, 1)
    os.setgroups([])
    os.setresgid(user, user, user)
    os.setresuid(user, user, user)
    bit = 1 << CAP_DAC_OVERRIDE
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    if libc.capset(header, struct.pack("6I", bit, bit, bit, 0, 0, 0)) == 0:
        libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
