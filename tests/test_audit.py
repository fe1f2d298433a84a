"""The audit suite of GraphQL over HTTP (npm graphql-http) against a server process."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SUITE = "graphql-http@1.23.1"
GRAPHQL = "graphql@16.11.0"
AUDITS = 61
INSTALL_SECONDS = 60
AUDIT_SECONDS = 60
ROOT = Path(__file__).parent.parent

SCRIPT = """
const { auditServer } = require('graphql-http');
auditServer({ url: process.argv[1] }).then((results) => console.log(JSON.stringify(
  results.map(({ id, name, status, reason }) => ({ id, name, status, reason })))));
"""


@pytest.fixture
def modules() -> Path:
    """Give the folder of node packages with the suite in it, or skip and say why."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        pytest.skip("node and npm are needed to run the audit suite of GraphQL over HTTP")
    folder = ROOT / "node_modules"
    if not (folder / "graphql-http" / "package.json").exists():
        install = [npm, "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
        try:
            subprocess.run(
                [*install, "--prefix", str(ROOT), SUITE, GRAPHQL],
                capture_output=True,
                text=True,
                timeout=INSTALL_SECONDS,
                check=True,
            )
        except subprocess.SubprocessError as failed:
            pytest.skip(f"npm can't fetch the audit suite here: {failed}")
    return folder


@pytest.fixture
def port() -> Iterator[int]:
    command = [sys.executable, "-m", "tests.edge"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        yield int(process.stdout.readline())
        process.stdin.close()


def test_every_audit_of_graphql_over_http_passes(modules: Path, port: int) -> None:
    done = subprocess.run(
        ["node", "-e", SCRIPT, f"http://127.0.0.1:{port}/graphql"],  # noqa: S607 - found above
        cwd=modules.parent,
        capture_output=True,
        text=True,
        timeout=AUDIT_SECONDS,
        check=True,
    )
    audits = json.loads(done.stdout)
    failed = [
        (audit["id"], audit["name"], audit["reason"])
        for audit in audits
        if audit["status"] != "ok"
    ]
    assert failed == []
    assert len(audits) == AUDITS
