"""Cheating, for demonstrations of what comes out: `kaibiao demo --sabotage KIND`.

One bidder seals what it should not, key holders lie, or the operator damages what it keeps. Nobody
else behaves differently, and nobody tells the verifier.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import Final

from clients.bid_sealing import PreparedBid, save_prepared, seal_policy
from crypto import suite
from crypto.age_header import Stanza, build_header
from crypto.age_payload import NONCE_BYTES, open_stream, seal_stream
from crypto.algorithms import Algorithms
from crypto.container_digest import container_digest
from crypto.opening_keys import AnyOpeningKey
from crypto.seal_header import derive_header, read_sealed_header
from crypto.seal_suites import SUITES
from crypto.sealed_file import SEALED_HEADER_BYTES_MAX, SealPolicy, unwrap_with_opening_key
from tendering.domain.tender import Tender

CUT_BYTES: Final = 100
EXTRA_BYTES: Final = 512
CHEATING_BIDDER: Final = 5
LYING_HOLDERS: Final = (2, 3)


class Cheat(StrEnum):
    """What somebody does that it should not."""

    WRONG_RECORD = "wrong-record"
    FALSE_SHARES = "false-shares"
    BAD_RECORDS = "bad-records"
    BAD_RECORDS_CLEARED = "bad-records-cleared"
    LYING_HOLDERS = "lying-holders"
    LYING_HOLDERS_CLEARED = "lying-holders-cleared"
    CUT_PAYLOAD = "cut-payload"
    NOT_A_BUNDLE = "not-a-bundle"
    DAMAGED = "damaged"


TOLD: Final[Mapping[Cheat, str]] = {
    Cheat.WRONG_RECORD: "投标人把给密钥持有人3的记录做错",
    Cheat.FALSE_SHARES: "投标人把另一把密钥的分片交给持有人,然后说密钥丢失",
    Cheat.BAD_RECORDS: "投标人给持有人2、3的记录打不开,然后说密钥丢失",
    Cheat.BAD_RECORDS_CLEARED: "同上,事后公布文件密钥",
    Cheat.LYING_HOLDERS: "投标人密钥丢失,持有人2、3谎称记录不可用",
    Cheat.LYING_HOLDERS_CLEARED: "同上,投标人事后公布文件密钥自证",
    Cheat.CUT_PAYLOAD: "投标人密封时截断内容",
    Cheat.NOT_A_BUNDLE: "投标人密封的不是规定格式的投标文件包",
    Cheat.DAMAGED: "平台运营方改动所保管的加密投标文件",
}
LOSES_KEY: Final = frozenset(
    {
        Cheat.FALSE_SHARES,
        Cheat.BAD_RECORDS,
        Cheat.BAD_RECORDS_CLEARED,
        Cheat.LYING_HOLDERS,
        Cheat.LYING_HOLDERS_CLEARED,
    }
)
"""The bidder says at the opening that its key is lost, and the key holders are asked."""
CLEARS: Final = frozenset({Cheat.BAD_RECORDS_CLEARED, Cheat.LYING_HOLDERS_CLEARED})
LIES: Final = frozenset({Cheat.LYING_HOLDERS, Cheat.LYING_HOLDERS_CLEARED})
BLAMED: Final[Mapping[Cheat, tuple[str, bool]]] = {
    Cheat.WRONG_RECORD: ("bidder", True),
    Cheat.FALSE_SHARES: ("bidder", True),
    Cheat.BAD_RECORDS: ("bidder", False),
    Cheat.BAD_RECORDS_CLEARED: ("bidder", True),
    Cheat.LYING_HOLDERS: ("bidder", False),
    Cheat.LYING_HOLDERS_CLEARED: ("key_holders", True),
    Cheat.CUT_PAYLOAD: ("bidder", True),
    Cheat.NOT_A_BUNDLE: ("bidder", True),
    Cheat.DAMAGED: ("platform", True),
}
"""Whom the verifier must name, and whether as proved. docs/specs/sealed-bid-v1.md §6."""
# The first key holder whose record is spoiled.
_FIRST_SPOILED: Final = {
    Cheat.FALSE_SHARES: 1,
    Cheat.BAD_RECORDS: 2,
    Cheat.BAD_RECORDS_CLEARED: 2,
    Cheat.WRONG_RECORD: 3,
}
_SEALED_BADLY: Final = frozenset({*_FIRST_SPOILED, Cheat.CUT_PAYLOAD, Cheat.NOT_A_BUNDLE})


def spoil(
    tender: Tender, prepared: PreparedBid, keys: Mapping[str, AnyOpeningKey], cheat: Cheat
) -> PreparedBid:
    """A sealed bid with one envelope as a cheating bidder would seal it; the same otherwise."""
    if cheat not in _SEALED_BADLY:
        return prepared
    # Without a price there would be nothing to evaluate.
    kind = "technical" if cheat is Cheat.NOT_A_BUNDLE else "price"
    envelope = next(one for one in prepared.envelopes if one.kind == kind)
    key, file = keys[envelope.recipient], prepared.path(envelope)
    whole = file.read_bytes()
    begin = whole[:SEALED_HEADER_BYTES_MAX]
    file_key = unwrap_with_opening_key(begin, key)
    length = read_sealed_header(begin).header_length
    header, payload = whole[:length], whole[length:]
    if cheat in _FIRST_SPOILED:
        policy = seal_policy(
            tender,
            lot=prepared.lot,
            kind=kind,
            bidder_id=prepared.bidder_id,
            counter=prepared.counter,
            bidder=key.public,
        )
        header = cheating_header(header, file_key, policy, cheat)
    elif cheat is Cheat.CUT_PAYLOAD:
        payload = payload[:-CUT_BYTES]
    else:
        payload = _lengthened(file_key, payload, SUITES[tender.suite].algorithms)
    file.write_bytes(header + payload)
    spoiled = replace(
        envelope,
        digest=container_digest(file).hex(),
        size_bytes=len(header) + len(payload),
    )
    envelopes = tuple(spoiled if one is envelope else one for one in prepared.envelopes)
    cheated = replace(prepared, envelopes=envelopes)
    save_prepared(cheated)
    return cheated


def cheating_header(header: bytes, file_key: bytes, policy: SealPolicy, cheat: Cheat) -> bytes:
    """A header whose MAC fits and whose records do not hold what they should."""
    honest, other = read_sealed_header(header), read_sealed_header(derive_header(bytes(16), policy))
    first = _FIRST_SPOILED[cheat]
    unusable = cheat in {Cheat.BAD_RECORDS, Cheat.BAD_RECORDS_CLEARED}
    body = b""
    for number in range(1, len(policy.holders) + 1):
        record = (other if number >= first else honest).record(number)
        last = record.wrapped[-1] ^ (1 if unusable and number >= first else 0)
        body += record.wrapped[:-1] + bytes([last]) + record.commitment
    arguments = honest.header.stanzas[1].arguments
    stanzas: Sequence[Stanza] = [honest.bidder_stanza, Stanza(arguments, body)]
    return build_header(file_key, stanzas, algorithms=policy.suite.algorithms)


def damage(kept: Path, original: Path) -> bool:
    """Change one byte of the operator's copy of a file below `kept`; whether it was found."""
    content = original.read_bytes()
    for file in kept.rglob("*"):
        if file.is_file() and file.stat().st_size == len(content):
            if file.read_bytes() != content:
                continue
            file.chmod(0o600)
            file.write_bytes(content[:-9] + bytes([content[-9] ^ 1]) + content[-8:])
            return True
    return False


def _lengthened(file_key: bytes, payload: bytes, algorithms: Algorithms) -> bytes:
    chunks = open_stream(file_key, io.BytesIO(payload), algorithms)
    plaintext = io.BytesIO(b"".join(chunks) + bytes(EXTRA_BYTES))
    sealed = io.BytesIO()
    seal_stream(file_key, suite.random_bytes(NONCE_BYTES), plaintext, sealed, algorithms)
    return sealed.getvalue()
