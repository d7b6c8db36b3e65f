"""The transparency log: checkpoints, witnesses, receipts' proofs, tiles.

A log is an RFC 6962 tree whose state is stated in checkpoints (C2SP tlog-checkpoint), watched by
witnesses (C2SP tlog-witness), and published as tiles (C2SP tlog-tiles). Tree and notes have modules
of their own; their names are gathered here. docs/specs/log-v1.md.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crypto.errors import BadCheckpoint, BadProof
from crypto.merkle import (
    EMPTY_ROOT,
    HASH_BYTES,
    PROOF_MAX,
    TILE_WIDTH,
    Tree,
    leaf_hash,
    node_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from crypto.notes import (
    Note,
    NoteVerifier,
    cosign,
    parse_note,
    sign_note,
    verify_cosignatures,
    verify_note,
    with_signatures,
)

__all__ = [
    "EMPTY_ROOT",
    "TILE_WIDTH",
    "Checkpoint",
    "InclusionReceipt",
    "Note",
    "NoteVerifier",
    "Tree",
    "WitnessState",
    "checkpoint_body",
    "cosign",
    "entries_path",
    "entry_bundle",
    "format_proof",
    "leaf_hash",
    "node_hash",
    "parse_checkpoint",
    "parse_note",
    "parse_proof",
    "root_of",
    "sign_note",
    "tile_path",
    "verify_checkpoint",
    "verify_consistency",
    "verify_cosignatures",
    "verify_inclusion",
    "verify_note",
    "with_signatures",
    "witness_decision",
]

SIZE_MAX = 2**63 - 1

_PROOF_LINE = "c2sp.org/tlog-proof@v1"
_CHECKPOINT_LINES = 3
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,18})\Z")
_ENTRY_BYTES_MAX = 0xFFFF


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says about itself: its name, its number of leaves, its root of 32 bytes."""

    origin: str
    size: int
    root: bytes


def checkpoint_body(origin: str, size: int, root: bytes) -> str:
    """The text that the log signs with `sign_note`: three lines."""
    assert len(root) == HASH_BYTES
    assert 0 <= size <= SIZE_MAX
    return f"{origin}\n{size}\n{_base64(root)}\n"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read a checkpoint from a signed note or its body, verifying nothing. Raises BadCheckpoint."""
    body = parse_note(text).body if "\n\n" in text else text
    lines = body.split("\n")
    if len(lines) <= _CHECKPOINT_LINES or lines.pop() or not all(lines):
        raise BadCheckpoint("a checkpoint has three lines and no empty one")
    origin, size, root = lines[:_CHECKPOINT_LINES]
    if not _DECIMAL.match(size) or int(size) > SIZE_MAX:
        raise BadCheckpoint("the second line of a checkpoint is its size")
    return Checkpoint(origin, int(size), _hash(root, BadCheckpoint))


def verify_checkpoint(text: str, verifier: str) -> Checkpoint:
    """Read a checkpoint that the log of this verifier key has signed under its own name.

    Raises BadCheckpoint, BadKey.
    """
    checkpoint = parse_checkpoint(verify_note(text, [verifier]).body)
    if checkpoint.origin != NoteVerifier.parse(verifier).name:
        raise BadCheckpoint("the checkpoint is of another log")
    return checkpoint


@dataclass(frozen=True, slots=True)
class WitnessState:
    """All that a witness has to keep about a log, and never to forget."""

    size: int = 0
    root: bytes = EMPTY_ROOT


def witness_decision(
    last_size: int, last_root: bytes, checkpoint: Checkpoint, proof: Sequence[bytes]
) -> WitnessState:
    """May the witness cosign this checkpoint? Returns what it has to keep before it signs.

    Only growth is accepted: the same size with the same root, or a larger tree that continues the
    last one seen (C2SP tlog-witness). The log's signature has been checked. Raises BadCheckpoint
    for a smaller tree, BadProof for one that does not continue the last.
    """
    if checkpoint.size < last_size:
        raise BadCheckpoint("the log has become smaller")
    verify_consistency(
        old_size=last_size,
        old_root=last_root,
        size=checkpoint.size,
        root=checkpoint.root,
        proof=proof,
    )
    return WitnessState(checkpoint.size, checkpoint.root)


@dataclass(frozen=True, slots=True)
class InclusionReceipt:
    """A proof that stands alone (C2SP tlog-proof): index, audit path, checkpoint with signatures.

    `extra` is not authenticated by the proof; a blinded leaf's nonce travels there.
    """

    index: int
    proof: tuple[bytes, ...]
    checkpoint: str
    extra: bytes = b""

    def verify(self, leaf: bytes, verifier: str) -> Checkpoint:
        """Check that leaf hash `leaf` is in the log of `verifier`. Cosignatures are separate.

        Raises BadCheckpoint, BadProof, BadKey.
        """
        checkpoint = verify_checkpoint(self.checkpoint, verifier)
        verify_inclusion(
            index=self.index,
            size=checkpoint.size,
            leaf=leaf,
            proof=self.proof,
            root=checkpoint.root,
        )
        return checkpoint


def format_proof(receipt: InclusionReceipt) -> str:
    """The receipt as text, `.tlog-proof`."""
    extra = [f"extra {_base64(receipt.extra)}"] if receipt.extra else []
    hashes = [_base64(value) for value in receipt.proof]
    lines = [_PROOF_LINE, *extra, f"index {receipt.index}", *hashes, "", receipt.checkpoint]
    return "\n".join(lines)


def parse_proof(text: str) -> InclusionReceipt:
    """Inverse of `format_proof`, verifying nothing. Raises BadProof, BadCheckpoint."""
    head, separator, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not separator or lines[0] != _PROOF_LINE or len(lines) > PROOF_MAX + _CHECKPOINT_LINES:
        raise BadProof("not a log proof")
    rest = lines[1:]
    extra = b""
    if rest and rest[0].startswith("extra "):
        extra = _decode(rest.pop(0).removeprefix("extra "), BadProof)
    if not rest or not rest[0].startswith("index "):
        raise BadProof("a log proof without an index")
    index = rest.pop(0).removeprefix("index ")
    if not _DECIMAL.match(index):
        raise BadProof("a malformed index")
    parse_checkpoint(checkpoint)
    hashes = tuple(_hash(line, BadProof) for line in rest)
    return InclusionReceipt(int(index), hashes, checkpoint, extra)


def tile_path(level: int, index: int, width: int = TILE_WIDTH) -> str:
    """`tile/<level>/x001/x234/067`, with `.p/<width>` for a tile not full (C2SP tlog-tiles)."""
    return f"tile/{level}/{_numbered(index, width)}"


def entries_path(index: int, width: int = TILE_WIDTH) -> str:
    """`tile/entries/<index>`: where the entries below level-0 tile `index` are."""
    return f"tile/entries/{_numbered(index, width)}"


def entry_bundle(entries: Iterable[bytes]) -> bytes:
    """Entries with two bytes of length before each (C2SP tlog-tiles)."""
    bundle = bytearray()
    for entry in entries:
        assert len(entry) <= _ENTRY_BYTES_MAX
        bundle += len(entry).to_bytes(2, "big") + entry
    return bytes(bundle)


def _numbered(index: int, width: int) -> str:
    assert index >= 0
    assert 1 <= width <= TILE_WIDTH
    groups = [f"{index % 1000:03d}"]
    while index >= 1000:  # noqa: PLR2004 - three decimal digits to a path element
        index //= 1000
        groups.insert(0, f"x{index % 1000:03d}")
    return "/".join(groups) + ("" if width == TILE_WIDTH else f".p/{width}")


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(text: str, error: type[BadProof] | type[BadCheckpoint]) -> bytes:
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as cause:
        raise error("malformed base64") from cause
    if _base64(data) != text:
        raise error("base64 that is not canonical")
    return data


def _hash(text: str, error: type[BadProof] | type[BadCheckpoint]) -> bytes:
    data = _decode(text, error)
    if len(data) != HASH_BYTES:
        raise error("a hash has 32 bytes")
    return data
