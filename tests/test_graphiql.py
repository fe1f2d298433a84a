"""GraphiQL's files: fetched once, whole, as they were published, by one process at a time."""

import base64
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import pytest

from api import graphiql
from api.graphiql import FetchError, Files
from tests.packages import PACKAGES, TEXTS, Npm, archive
from tests.processes import ROOT, wait_until
from tests.server import is_running

OTHER = archive({"a.js": "stolen();", "b.css": "", "c.js": ""})
# Waits for a word in a pipe, so that a test decides when npm goes on.
WAITS = 'mkfifo "$here/go"; read word < "$here/go"; '


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Npm:
    made = Npm(tmp_path / "bin")
    monkeypatch.setenv("PATH", made.path)
    return made


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path / "data" / "ide", PACKAGES)


@contextmanager
def fetching(data: Path, *arguments: str, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command; it pins the real packages, whatever npm brings."""
    with subprocess.Popen(
        [sys.executable, "-m", "api", "ide", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATA_DIR": str(data)} | environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def is_clean(files: Files) -> bool:
    """Whether nothing lies about but the files, the lock and the reason of a failure."""
    return {entry.name for entry in files.home.iterdir()} <= {files.edition, "lock", "failure.txt"}


def test_the_named_files_come_as_they_were_published_and_nothing_else(
    npm: Npm, files: Files
) -> None:
    assert not files.are_there
    files.fetch()
    assert files.are_there
    assert {path.name: path.read_text() for path in files.directory.iterdir()} == {
        "one.js": TEXTS["one"]["a.js"],
        "one.css": TEXTS["one"]["b.css"],
        "two.js": TEXTS["two"]["c.js"],
    }
    assert files.names == {"one.js", "one.css", "two.js"}
    assert is_clean(files)
    assert files.failure is None
    (call,) = npm.calls
    assert call.startswith("pack --ignore-scripts ")
    assert call.endswith(" one@1.0.0 two@1.0.0")


def test_what_is_there_is_not_fetched_again(npm: Npm, files: Files) -> None:
    files.fetch()
    Files(files.home, PACKAGES).fetch()
    assert len(npm.calls) == 1


def test_another_edition_takes_the_place_of_the_old_one(npm: Npm, files: Files) -> None:
    files.fetch()
    fewer = Files(files.home, PACKAGES[:1])
    assert not fewer.are_there
    fewer.fetch()
    assert fewer.are_there
    assert not files.are_there
    changed = PACKAGES[0]._replace(digest="x"), PACKAGES[1]
    assert len({files.edition, fewer.edition, Files(files.home, changed).edition}) == 3


def test_an_archive_with_another_digest_is_refused_whole(npm: Npm, files: Files) -> None:
    npm.replace("two", OTHER)
    with pytest.raises(FetchError, match=r"^two 1\.0\.0 is not what was published as that\.$"):
        files.fetch()
    assert not files.are_there
    assert is_clean(files)
    assert files.failure == "two 1.0.0 is not what was published as that."


def test_after_a_failure_the_files_can_still_come(npm: Npm, files: Files) -> None:
    npm.does("echo 'npm error code ENOTFOUND\nnpm error offline <b>' >&2; exit 1")
    with pytest.raises(FetchError, match=r"^npm failed: code ENOTFOUND offline <b>$"):
        files.fetch()
    assert not files.are_there
    assert len(npm.calls) == 1
    assert files.failure == "npm failed: code ENOTFOUND offline <b>"
    npm.does('cp "$store"/*.tgz .')
    files.fetch()
    assert files.are_there
    assert files.failure is None


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("exit 7", "npm failed: code 7"),
        ("true", r"npm brought no one 1\.0\.0\."),
        ("yes broken | head -c 100000 >&2; exit 1", f"npm failed: {'broken ' * 43}".strip()[:312]),
    ],
)
def test_a_failure_is_said_in_a_sentence(npm: Npm, files: Files, script: str, reason: str) -> None:
    npm.does(script)
    with pytest.raises(FetchError, match=f"^{reason}"):
        files.fetch()
    assert files.failure
    assert len(files.failure) < 320
    assert not files.are_there


def test_without_npm_the_reason_is_that(
    files: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FetchError, match=r"^npm is not installed on this machine\.$"):
        files.fetch()
    assert not files.are_there


def test_a_directory_that_can_not_be_written_is_said(npm: Npm, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(FetchError, match="can't be written"):
        Files(tmp_path / "data" / "ide", PACKAGES).fetch()
    assert npm.calls == []


def test_an_npm_that_hangs_is_ended_with_all_that_it_has_started(
    npm: Npm, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    npm.does('sleep 600 & echo $! > "$here/child"; wait')
    monkeypatch.setattr(graphiql, "FETCH_SECONDS", 1.0)
    with pytest.raises(FetchError, match=r"^npm did not end within"):
        files.fetch()
    child = int((npm.directory / "child").read_text())
    wait_until(lambda: not is_running(child) and not is_running(npm.process))
    assert not files.are_there
    assert is_clean(files)


def test_of_two_at_once_one_fetches_and_both_have_the_files(npm: Npm, files: Files) -> None:
    npm.does(WAITS + 'cp "$store"/*.tgz .')
    assert not files.are_coming
    threads = [Thread(target=files.fetch) for _ in range(2)]
    for thread in threads:
        thread.start()
    wait_until((npm.directory / "go").exists)
    assert files.are_coming
    assert not files.are_there
    (npm.directory / "go").write_text("on\n")
    for thread in threads:
        thread.join(10)
    assert files.are_there
    assert not files.are_coming
    assert len(npm.calls) == 1


def test_what_a_killed_process_leaves_is_no_obstacle(npm: Npm, files: Files) -> None:
    npm.does(WAITS)
    with fetching(files.home.parent) as process:
        wait_until((npm.directory / "go").exists)
        assert files.are_coming
        process.kill()
        process.wait()
    (npm.directory / "go").write_text("on\n")
    wait_until(lambda: not is_running(npm.process))
    assert not files.are_there
    assert not files.are_coming
    assert not is_clean(files)
    npm.does('cp "$store"/*.tgz .')
    files.fetch()
    assert files.are_there
    assert is_clean(files)


def test_a_signal_ends_the_command_and_its_npm(npm: Npm, files: Files) -> None:
    npm.does(WAITS)
    with fetching(files.home.parent) as process:
        wait_until((npm.directory / "go").exists)
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
        assert process.stderr
        assert process.stderr.read() == ""
    assert not is_running(npm.process)
    assert is_clean(files)


def test_the_command_says_what_is_wrong_and_fails(npm: Npm, tmp_path: Path) -> None:
    npm.does("echo 'npm error offline' >&2; exit 1")
    with fetching(tmp_path / "data") as process:
        _, said = process.communicate(timeout=20)
    assert (process.returncode, said) == (1, "npm failed: offline\n")


def test_behind_a_server_npm_waits_for_its_first_answer_and_a_failure_is_one_line(
    npm: Npm, tmp_path: Path
) -> None:
    npm.does("echo 'npm error offline' >&2; exit 1")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        with fetching(
            tmp_path / "data", "--behind-server", HOST="127.0.0.1", PORT=port
        ) as process:
            connection, _ = server.accept()
            with connection:
                assert connection.recv(65_536).startswith(b"HEAD /health/live ")
                assert npm.calls == []
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            _, said = process.communicate(timeout=20)
    assert len(npm.calls) == 1
    (line,) = said.splitlines()
    assert '"event": "ide_not_fetched"' in line
    assert '"reason": "npm failed: offline"' in line
    assert process.returncode == 0


def test_every_package_is_pinned_to_what_was_published() -> None:
    for package in graphiql.PACKAGES:
        assert len(base64.b64decode(package.digest, validate=True)) == 64
        assert package.version.count(".") == 2
        assert package.files
    assert Files(Path("x")).names == {
        "react.js",
        "react-dom.js",
        "graphql-ws.js",
        "graphiql.js",
        "graphiql.css",
    }
