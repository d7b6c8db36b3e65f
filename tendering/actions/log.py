"""The log's deeds: sequence a batch, keep the evidence about it, prove from it, complete receipts.

A batch is all leaves that wait, filled up with random ones to a multiple of 256 and shuffled, made
at a fixed pace whether anything happened or not: size, pace and contents of the public tree are
the same with no bid and with twenty. More than 256 leaves within one interval would show that there
were more than 256, on the whole platform, and nothing else.

Where Sunlight keeps a lock apart from its tiles, here the compare-and-swap of the head, the tiles
and the checkpoint commit together, and nothing leaves the process before they have.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from crypto.keys import NoteKey
from crypto.merkle import TILE_WIDTH, root_of
from crypto.tlog import checkpoint_body, sign_note
from tendering.domain.log_tree import (
    BLOCK,
    LEVEL_MAX,
    Block,
    consistency_path,
    extend_frontier,
    frontier_root,
    inclusion_path,
    place_among_padding,
    proof_of,
    tiles_of,
)
from tendering.domain.published_keys import PublishedKeys, policy_json
from tendering.domain.receipts import Completion, Receipt, TimeStamp
from tendering.storage import log
from tendering.storage.connection import Connection
from tendering.storage.log import Checkpoint, Head, Tile

# What waits beyond this goes into the next batch.
BATCH_LEAVES_MAX: Final = 64 * BLOCK

Random = Callable[[int], bytes]


async def sequence_batch(
    connection: Connection,
    *,
    at: datetime,
    interval_seconds: float,
    signer: NoteKey,
    random: Random,
) -> Checkpoint | None:
    """Make the next batch; None when it is not due or another process is making it.

    The caller commits, then shows the checkpoint to others. `random(n)` gives n unpredictable
    bytes. The signer's name is the log's origin.
    """
    old = await log.lock_head(connection, interval_seconds=interval_seconds)
    if old is None:
        return None
    # Dies here: the lock ends with the connection, everything waits for the next sequencer.
    waiting = await log.take_pending(connection, BATCH_LEAVES_MAX)
    blocks, places = place_among_padding(waiting, random)
    tiles = _bottom_tiles(old.size, blocks)
    # Dies from here to the commit: all is rolled back, the leaves wait as before. Another
    # sequencer will pad and shuffle anew, so its tree of this size differs from ours; that is no
    # split view, because ours, signed or not, was never seen outside this process.
    await log.insert_tiles(connection, tiles)
    await log.insert_blocks(connection, old.size // BLOCK, blocks)
    await _insert_upper_tiles(connection, old.size, old.size + len(blocks) * BLOCK)
    await log.insert_leaves(
        connection, [(leaf, old.size + place) for leaf, place in places.items()]
    )
    new = _grown(old, tiles)
    root = frontier_root(new.frontier)
    text = sign_note(checkpoint_body(signer.name, new.size, root), signer)
    checkpoint = Checkpoint(new.size, root, text, at)
    await log.insert_checkpoint(connection, checkpoint)
    swapped = await log.replace_head(connection, old, new, interval_seconds=interval_seconds)
    assert swapped, "the head moved although its row is locked"
    # Dies in the commit: either all of it is durable or nothing is. We do not learn which, and need
    # not: the next sequencer reads the head, and an unpublished checkpoint is published by it as
    # the one to which its own is consistent.
    # Dies after the commit: the checkpoint stands, nobody has cosigned it; the next one's
    # cosignatures cover its leaves too.
    return checkpoint


async def inclusion_proof(connection: Connection, index: int, size: int) -> list[bytes]:
    """Audit path of leaf `index` in the published tree of `size` leaves, from a few tiles."""
    path = inclusion_path(index, size)
    return proof_of(path, await log.tiles_at(connection, tiles_of(path), size=size))


async def consistency_proof(connection: Connection, old: int, size: int) -> list[bytes]:
    """Proof that the published tree of `size` leaves continues the one of `old`."""
    path = consistency_path(old, size)
    return proof_of(path, await log.tiles_at(connection, tiles_of(path), size=size))


async def complete_receipt(
    connection: Connection, receipt: Receipt, *, keys: PublishedKeys
) -> Receipt:
    """Add what others said by now; the same receipt while no quorum covers its leaf."""
    index = await log.index_of(connection, receipt.leaf)
    if index is None:
        return receipt
    evidence = await log.covering_evidence(
        connection, index, quorum=keys.quorum, authorities=len(keys.authorities)
    )
    if evidence is None:
        return receipt
    completion = Completion(
        leaf_index=index,
        proof=tuple(await inclusion_proof(connection, index, evidence.size)),
        checkpoint=evidence.cosigned,
        time_stamps=tuple(TimeStamp(each.authority, each.token) for each in evidence.tokens),
        policy=policy_json(keys),
    )
    return replace(receipt, completion=completion)


def _bottom_tiles(size: int, blocks: Sequence[Block]) -> list[Tile]:
    return [
        Tile(0, size // BLOCK + number, root_of(block.hashes()), None)
        for number, block in enumerate(blocks)
    ]


async def _insert_upper_tiles(connection: Connection, old_size: int, size: int) -> None:
    """Add the upper tiles that this growth fills: each once, when its 256th hash is there."""
    before, after = old_size // BLOCK, size // BLOCK
    for level in range(1, LEVEL_MAX + 1):
        before, after = before // TILE_WIDTH, after // TILE_WIDTH
        for n in range(before, after):
            hashes = await log.roots(connection, level - 1, n * TILE_WIDTH, TILE_WIDTH)
            await log.insert_tiles(connection, [Tile(level, n, root_of(hashes), b"".join(hashes))])


def _grown(old: Head, tiles: Sequence[Tile]) -> Head:
    roots = [tile.root for tile in tiles]
    frontier = extend_frontier(old.frontier, old.size // BLOCK, roots)
    return Head(old.size + len(tiles) * BLOCK, tuple(frontier))
