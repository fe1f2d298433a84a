"""A tree of hashes over the lines of a board, so that each can be proven by itself. Pure.

As in RFC 9162: a leaf is SHA-256 of 0x00 and the line, a node of 0x01 and its two children; the
left side of a tree of n leaves has the largest power of two below n.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

DIGEST_BYTES = 32


class Step(NamedTuple):
    """A sibling on the way from a leaf to the root, and on which side it stands."""

    digest: bytes
    is_left: bool


def leaf(line: bytes) -> bytes:
    """Give the hash of a line."""
    return hashlib.sha256(b"\0" + line).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """Give the hash of the whole tree; that of no leaves is SHA-256 of nothing."""
    if len(leaves) == 0:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    middle = _middle(len(leaves))
    return _node(root(leaves[:middle]), root(leaves[middle:]))


def proof(leaves: Sequence[bytes], index: int) -> tuple[Step, ...]:
    """Give the siblings that lead from a leaf to the root, the lowest first."""
    if len(leaves) == 1:
        return ()
    middle = _middle(len(leaves))
    if index < middle:
        return (*proof(leaves[:middle], index), Step(root(leaves[middle:]), is_left=False))
    below = proof(leaves[middle:], index - middle)
    return (*below, Step(root(leaves[:middle]), is_left=True))


def climbed(line: bytes, steps: Sequence[Step]) -> bytes:
    """Compute the root from a line and its proof, as whoever checks it does."""
    digest = leaf(line)
    for step in steps:
        pair = (step.digest, digest) if step.is_left else (digest, step.digest)
        digest = _node(*pair)
    return digest


def _middle(count: int) -> int:
    power: int = 1 << (count - 1).bit_length() - 1
    return power


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()
