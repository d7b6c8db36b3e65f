"""SQL of the log: leaves that wait, tiles, checkpoints and what others said of them.

Growth: a batch adds a root and a seed, from which padding is computed again, and a checkpoint,
less than a KiB in all with their indices and one real leaf; 1.5 to 4 KiB of evidence for each
round in which witnesses and time-stamping authorities answer, until it is pruned; an upper tile of
8 KiB once in 256 batches.
What the public is shown does not depend on how many of the leaves are real.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from crypto.merkle import HASH_BYTES, TILE_WIDTH
from tendering.domain.log_tree import Block, split_hashes, tile_width
from tendering.storage.connection import Connection, Record

# How far behind its leaf, in leaves, a receipt looks for a checkpoint with better evidence: the
# growth of an hour of batches of the smallest size.
EVIDENCE_SEARCH_LEAVES: Final = 3600 * TILE_WIDTH


@dataclass(frozen=True, slots=True)
class Head:
    """Where the tree ends: number of leaves and the roots of its largest complete subtrees."""

    size: int
    frontier: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """A full tile: 256 hashes and the root over them, which is one hash of the level above.

    At level 0 there are no hashes here: they follow from a block.
    """

    level: int
    n: int
    root: bytes
    hashes: bytes | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint as the log signed it (a C2SP signed note)."""

    size: int
    root: bytes
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Token:
    """An RFC 3161 token over a checkpoint's root, DER, and the authority's name."""

    authority: str
    token: bytes


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the witnesses and the time-stamping authorities said of one checkpoint."""

    size: int
    cosigned: str
    witnesses: int
    tokens: tuple[Token, ...]
    at: datetime


# --- leaves --------------------------------------------------------------------------------------


async def add_pending(connection: Connection, leaf: bytes) -> None:
    """Put a leaf into the next batch; it is there if and only if this transaction commits."""
    await connection.execute(
        "INSERT INTO tendering.log_pending (leaf) VALUES ($1) ON CONFLICT (leaf) DO NOTHING", leaf
    )


async def take_pending(connection: Connection, limit: int) -> list[bytes]:
    """Take the leaves that waited longest out of the queue."""
    rows = await connection.fetch(
        """DELETE FROM tendering.log_pending WHERE seq IN (
             SELECT seq FROM tendering.log_pending ORDER BY seq LIMIT $1)
           RETURNING leaf""",
        limit,
    )
    return [row["leaf"] for row in rows]


async def insert_leaves(connection: Connection, places: Sequence[tuple[bytes, int]]) -> None:
    """Note where real leaves stand in the tree."""
    await connection.execute(
        """INSERT INTO tendering.log_leaves (leaf, index)
           SELECT leaf, index FROM unnest($1::bytea[], $2::bigint[]) AS placed (leaf, index)
           ON CONFLICT (leaf) DO NOTHING""",
        [leaf for leaf, _ in places],
        [index for _, index in places],
    )


async def index_of(connection: Connection, leaf: bytes) -> int | None:
    """Where a leaf stands; None while it waits for its batch."""
    index: int | None = await connection.fetchval(
        "SELECT index FROM tendering.log_leaves WHERE leaf = $1", leaf
    )
    return index


# --- the head ------------------------------------------------------------------------------------


async def lock_head(connection: Connection, *, interval_seconds: float) -> Head | None:
    """Become the sequencer for this transaction, if a batch is due and nobody else is.

    The pace is the database server's real time, the same for all processes.
    """
    # FOR UPDATE: nothing refers to this row, and a second sequencer must not even wait for it.
    row = await connection.fetchrow(
        """SELECT size, frontier FROM tendering.log_head
           WHERE only_row AND sequenced_at + make_interval(secs => $1) <= clock_timestamp()
           FOR UPDATE SKIP LOCKED""",
        interval_seconds,
    )
    return None if row is None else _head(row)


async def seconds_until_due(connection: Connection, *, interval_seconds: float) -> float:
    """How long until the next batch is due; zero or less when it is."""
    seconds: float = await connection.fetchval(
        """SELECT CASE WHEN isfinite(sequenced_at) THEN extract(epoch FROM
             sequenced_at + make_interval(secs => $1) - clock_timestamp())::float8 ELSE 0 END
           FROM tendering.log_head WHERE only_row""",
        interval_seconds,
    )
    return seconds


async def is_busy(connection: Connection) -> bool:
    """Is any tender between its publication and its opening? A public fact, unlike its bids."""
    busy: bool = await connection.fetchval(
        "SELECT EXISTS (SELECT FROM tendering.tenders WHERE status = 'published')"
    )
    return busy


async def replace_head(
    connection: Connection, old: Head, new: Head, *, interval_seconds: float
) -> bool:
    """Compare and swap: False when the tree is no longer where `old` says.

    The next batch is due one interval after this one was, so the pace does not drift, and at once
    only when more than an interval was missed.
    """
    swapped: bool | None = await connection.fetchval(
        """UPDATE tendering.log_head SET size = $3, frontier = $4, sequenced_at = greatest(
             sequenced_at + make_interval(secs => $5),
             clock_timestamp() - make_interval(secs => $5 / 2))
           WHERE only_row AND size = $1 AND frontier = $2 RETURNING true""",
        old.size,
        b"".join(old.frontier),
        new.size,
        b"".join(new.frontier),
        interval_seconds,
    )
    return swapped is True


# --- tiles ---------------------------------------------------------------------------------------


async def insert_tiles(connection: Connection, tiles: Sequence[Tile]) -> None:
    """Add full tiles."""
    await connection.executemany(
        "INSERT INTO tendering.log_tiles (level, n, root, hashes) VALUES ($1, $2, $3, $4)",
        [(tile.level, tile.n, tile.root, tile.hashes) for tile in tiles],
    )


async def insert_blocks(connection: Connection, first: int, blocks: Sequence[Block]) -> None:
    """Keep what level-0 tiles from number `first` are computed from."""
    await connection.executemany(
        "INSERT INTO tendering.log_blocks (n, seed, real) VALUES ($1, $2, $3)",
        [
            (first + number, block.seed, b"".join(bytes([at]) + leaf for at, leaf in block.real))
            for number, block in enumerate(blocks)
        ],
    )


async def tile(connection: Connection, level: int, n: int, width: int) -> bytes | None:
    """The first `width` hashes of a tile; None when the tree has not got that far.

    An upper tile that is not full yet is made of the roots below it, at most 255 short rows.
    """
    if level == 0:
        block = await _block(connection, n)
        return None if block is None else b"".join(block.hashes()[:width])
    full: bytes | None = await connection.fetchval(
        "SELECT hashes FROM tendering.log_tiles WHERE level = $1 AND n = $2", level, n
    )
    if full is not None:
        return full[: width * HASH_BYTES]
    hashes = b"".join(await roots(connection, level - 1, n * TILE_WIDTH, width))
    return hashes if len(hashes) == width * HASH_BYTES else None


async def _block(connection: Connection, n: int) -> Block | None:
    row = await connection.fetchrow("SELECT seed, real FROM tendering.log_blocks WHERE n = $1", n)
    if row is None:
        return None
    real = row["real"]
    starts = range(0, len(real), 1 + HASH_BYTES)
    return Block(
        row["seed"],
        tuple((real[start], real[start + 1 : start + 1 + HASH_BYTES]) for start in starts),
    )


async def roots(connection: Connection, level: int, first: int, count: int) -> list[bytes]:
    """Roots of at most `count` full tiles of a level from number `first`, in order."""
    rows = await connection.fetch(
        """SELECT root FROM tendering.log_tiles
           WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n""",
        level,
        first,
        first + count,
    )
    return [row["root"] for row in rows]


async def tiles_at(
    connection: Connection, wanted: Sequence[tuple[int, int]], *, size: int
) -> dict[tuple[int, int], bytes]:
    """The tiles named, as they were in the tree of `size` leaves, which must have been reached."""
    found = {}
    for level, n in wanted:
        hashes = await tile(connection, level, n, tile_width(size, level, n))
        assert hashes is not None, f"tile {level}/{n} of a published tree is missing"
        found[level, n] = hashes
    return found


# --- checkpoints and evidence --------------------------------------------------------------------


async def insert_checkpoint(connection: Connection, checkpoint: Checkpoint) -> None:
    """Add the checkpoint of a new size."""
    await connection.execute(
        """INSERT INTO tendering.log_checkpoints (size, root, text, at)
           VALUES ($1, $2, $3, $4)""",
        checkpoint.size,
        checkpoint.root,
        checkpoint.text,
        checkpoint.at,
    )


async def latest_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest checkpoint, as the log signed it; None before the first batch."""
    row = await connection.fetchrow(
        """SELECT size, root, text, at FROM tendering.log_checkpoints
           ORDER BY size DESC LIMIT 1"""
    )
    return None if row is None else _checkpoint(row)


async def latest_text(connection: Connection) -> str | None:
    """The newest checkpoint with its cosignatures, as far as they have arrived."""
    text: str | None = await connection.fetchval(
        """SELECT coalesce(evidence.cosigned, newest.text)
           FROM (SELECT size, text FROM tendering.log_checkpoints
                 ORDER BY size DESC LIMIT 1) AS newest
           LEFT JOIN tendering.log_evidence AS evidence USING (size)"""
    )
    return text


async def insert_evidence(connection: Connection, evidence: Evidence) -> None:
    """Keep what a round of asking brought; what an earlier round of the same size said stays."""
    tokens = [{"authority": each.authority, "token": each.token} for each in evidence.tokens]
    await connection.execute(
        """INSERT INTO tendering.log_evidence (
             size, cosigned, witnesses, tokens, authorities, at)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (size) DO NOTHING""",
        evidence.size,
        evidence.cosigned,
        evidence.witnesses,
        msgspec.json.encode(tokens).decode(),
        len(evidence.tokens),
        evidence.at,
    )


async def covering_evidence(
    connection: Connection, index: int, *, quorum: int, authorities: int
) -> Evidence | None:
    """The evidence that proves leaf `index` best: a full one first, else the earliest quorum.

    Looks `EVIDENCE_SEARCH_LEAVES` far, and where there is no quorum, at the first one after that.
    None when no checkpoint that covers the leaf has `quorum` cosignatures yet.
    """
    row = await connection.fetchrow(
        """SELECT size, cosigned, witnesses, tokens, at FROM (
             (SELECT size, cosigned, witnesses, tokens, authorities, at
              FROM tendering.log_evidence
              WHERE size > $1 AND size <= $1 + $4 AND witnesses >= $2
              ORDER BY least(authorities, $3) DESC, size LIMIT 1)
             UNION ALL
             (SELECT size, cosigned, witnesses, tokens, authorities, at
              FROM tendering.log_evidence
              WHERE size > $1 + $4 AND witnesses >= $2 ORDER BY size LIMIT 1)) AS covering
           ORDER BY size LIMIT 1""",
        index,
        quorum,
        authorities,
        EVIDENCE_SEARCH_LEAVES,
    )
    return None if row is None else _evidence(row)


async def latest_evidence(connection: Connection, *, quorum: int) -> Evidence | None:
    """The newest checkpoint that `quorum` witnesses have cosigned; None when there is none."""
    row = await connection.fetchrow(
        """SELECT size, cosigned, witnesses, tokens, at FROM tendering.log_evidence
           WHERE witnesses >= $1 ORDER BY size DESC LIMIT 1""",
        quorum,
    )
    return None if row is None else _evidence(row)


def _head(row: Record) -> Head:
    return Head(row["size"], tuple(split_hashes(row["frontier"])))


def _checkpoint(row: Record) -> Checkpoint:
    return Checkpoint(row["size"], row["root"], row["text"], row["at"])


def _evidence(row: Record) -> Evidence:
    tokens = msgspec.json.decode(row["tokens"], type=tuple[Token, ...])
    return Evidence(row["size"], row["cosigned"], row["witnesses"], tokens, row["at"])
