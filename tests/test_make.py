"""The two commands: what they lock, and how they begin on a strange machine."""

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-uv.lock")
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==([^ ;\\]+)", re.MULTILINE)


def pins(lock: str) -> dict[str, str]:
    found = PINNED.findall((ROOT / lock).read_text())
    return {canonicalize_name(name): version for name, version in found}


def wanted(lock: str) -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    lines = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-test.lock": project["project"]["dependencies"] + groups["test"],
        "requirements-uv.lock": groups["uv"],
    }
    return [Requirement(line) for line in lines[lock]]


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_hold_what_the_project_asks_for(lock: str) -> None:
    pinned = pins(lock)
    for requirement in wanted(lock):
        version = pinned[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), requirement


@pytest.mark.parametrize("lock", LOCKS)
def test_the_locks_have_a_hash_for_every_pin_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    assert len(entries) == len(PINNED.findall(text))
    assert all("--hash=sha256:" in entry for entry in entries)
    assert "://" not in text
    assert "index" not in text


def test_the_locks_for_tests_and_for_running_agree() -> None:
    assert pins("requirements.lock").items() <= pins("requirements-test.lock").items()


def make(directory: Path, *arguments: str, path: Path | None = None) -> tuple[int, str]:
    """Run make in a directory that has nothing but the Makefile and the locks."""
    shutil.copy(ROOT / "Makefile", directory)
    for lock in LOCKS:
        shutil.copy(ROOT / lock, directory)
    done = subprocess.run(
        [str(shutil.which("make")), *arguments],
        cwd=directory,
        env={**os.environ, "PATH": str(path or os.environ["PATH"]), "MAKEFLAGS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def programs(directory: Path, **texts: str) -> Path:
    """Make a directory of programs: the shell's own, and scripts with these texts."""
    directory.mkdir()
    for name in ("sh", "rm", "sed", "printf", "echo", "touch"):
        if found := shutil.which(name):
            (directory / name).symlink_to(found)
    for name, text in texts.items():
        (directory / name).write_text(f"#!/bin/sh\n{text}\n")
        (directory / name).chmod(0o755)
    return directory


def test_help_names_every_command(tmp_path: Path) -> None:
    code, said = make(tmp_path, "help")
    assert code == 0
    assert {"run", "test", "test-full", "check", "bench", "lock"} <= set(
        re.findall(r"^  make (\S+)", said, re.MULTILINE)
    )


def test_a_python_that_is_too_old_is_said_clearly(tmp_path: Path) -> None:
    old = programs(tmp_path / "bin", python3='test "$1" = --version && echo "Python 3.9.1"')
    code, said = make(tmp_path, "run", path=old)
    assert code == 2
    assert "Wangge needs Python 3.11, 3.12, 3.13 or 3.14; python3 here is Python 3.9.1." in said
    assert not (tmp_path / ".venv").exists()


def test_a_fitting_python_beside_an_old_one_is_taken(tmp_path: Path) -> None:
    made = 'case "$1" in -c) exit 0;; --version) echo Python 3.13.0;; *) echo "made by it";; esac'
    path = programs(tmp_path / "bin", **{"python3": "exit 1", "python3.13": made})
    code, said = make(tmp_path, ".venv/bin/python", path=path)
    assert code == 0
    assert "Making .venv with Python 3.13.0\nmade by it" in "\n".join(sorted(said.splitlines()))
