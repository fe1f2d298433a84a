"""Small packages, and a program that stands in for npm."""

import base64
import hashlib
import io
import tarfile
from pathlib import Path

from api.graphiql import Package

TEXTS = {
    "one": {"a.js": "one();", "b.css": "a {}", "scripts.js": "steal();"},
    "two": {"c.js": "2"},
}
TAKEN = {"one": {"a.js": "one.js", "b.css": "one.css"}, "two": {"c.js": "two.js"}}


def archive(texts: dict[str, str]) -> bytes:
    """Pack files as npm packs them."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as opened:
        for name, text in texts.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text)
            opened.addfile(member, io.BytesIO(text.encode()))
    return content.getvalue()


ARCHIVES = {name: archive(texts) for name, texts in TEXTS.items()}
PACKAGES = tuple(
    Package(
        name, "1.0.0", base64.b64encode(hashlib.sha512(content).digest()).decode(), TAKEN[name]
    )
    for name, content in ARCHIVES.items()
)


class Npm:
    """A directory for PATH with an npm in it; `calls` is what it has been told so far."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._store = directory / "store"
        self._store.mkdir(parents=True)
        for name, content in ARCHIVES.items():
            self.replace(name, content)
        self.does('cp "$store"/*.tgz .')

    @property
    def path(self) -> str:
        """PATH with this npm before all others."""
        return f"{self.directory}:/usr/bin:/bin"

    @property
    def calls(self) -> list[str]:
        """The arguments of every call."""
        written = self.directory / "calls"
        return written.read_text().splitlines() if written.exists() else []

    @property
    def process(self) -> int:
        """The id of the last call's process."""
        return int((self.directory / "process").read_text())

    def replace(self, name: str, content: bytes) -> None:
        """Let the registry have another archive."""
        (self._store / f"{name}-1.0.0.tgz").write_bytes(content)

    def does(self, script: str) -> None:
        """Let npm do this from now on, in the shell."""
        program = self.directory / "npm"
        fresh = program.with_suffix(".new")
        fresh.write_text(
            f'#!/bin/sh\nhere="{self.directory}"\nstore="{self._store}"\n'
            f'echo $$ > "$here/process"\necho "$@" >> "$here/calls"\n{script}\n'
        )
        fresh.chmod(0o755)
        fresh.rename(program)
