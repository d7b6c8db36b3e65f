"""Whose fault it is that a bid did not open or is invalid: computed from the archive alone.

The rule is the platform's own, `tendering/domain/fault.py`; here it is asked with what custody and
the containers of the archive show, and its answer is put into words.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from clients.verifying.case import Case
from clients.verifying.opened_containers import OpenedContainer, open_container
from clients.verifying.report import Fault
from clients.verifying.sealing import Sealed, sealed_containers
from clients.verifying.submissions import Kept
from crypto.container_digest import container_digest
from crypto.errors import BadHeader, BadMac, BadPayload
from tendering.domain.fault import (
    SENTENCES,
    BidFault,
    Cause,
    Evidence,
    Finding,
    HolderPart,
    Payload,
    Whose,
    attribute,
    attribute_bid,
)

_WHOSE = {
    Whose.BIDDER: "投标人",
    Whose.KEY_HOLDERS: "密钥持有人",
    Whose.PLATFORM: "平台",
    Whose.PROCURING_ENTITY: "招标人",
}
_PARTS = {
    HolderPart.CLEARED: ("已洗清，其记录本来就是错的", "cleared, its record was made wrongly"),
    HolderPart.LIED: ("交出了假份额", "handed in a false share"),
    HolderPart.REFUSED_WRONGLY: ("谎称其记录不可用", "called a good record unusable"),
    HolderPart.RELEASED: ("密封之后被更换", "replaced after it was sealed"),
    HolderPart.SILENT: ("未交出份额", "handed in nothing"),
    HolderPart.UNDECIDED: ("尚不能判定", "undecided without the file key"),
}
"""What is said of a key holder; nothing of one that was honest."""
_FOR_WANT_OF_SHARES = frozenset({Cause.NO_PATH, Cause.HOLDERS_FAILED, Cause.HOLDERS_REPLACED})


@dataclass(frozen=True, slots=True)
class Told:
    """What custody says about a bid, by kind of envelope; see `Evidence`."""

    shares: Mapping[str, Mapping[int, bytes]] = field(default_factory=dict)
    refusals: frozenset[int] = frozenset()
    file_keys: Mapping[str, bytes] = field(default_factory=dict)
    in_time: bool = False
    asked: bool = False


def find_fault(case: Case, kept: Kept, told: Told, *, kinds: Collection[str]) -> BidFault:
    """Judge a bid of which these envelopes did not open. Raises BadBag, BadHeader, BadKey."""
    return attribute_bid(
        {
            container.kind: _judge(case, container, told)
            for container in sealed_containers(case, kept)
            if container.kind in kinds
        }
    )


def invalid_fault(container: Sealed, file_key: bytes, opened: OpenedContainer) -> Finding:
    """Judge a container that opened with its file key."""
    evidence = Evidence(
        header=container.header,
        policy=container.policy,
        intact=True,  # it has just proved authentic
        file_key=file_key,
        in_time=True,
    )
    payload = Payload.OPENS if opened.is_bundle else Payload.NOT_CANONICAL
    return attribute(evidence, lambda _: payload)


def in_words(kept: Kept, fault: BidFault) -> Fault:
    """The verdict as the report has it, in Chinese and English."""
    zh, en = SENTENCES[fault.cause]
    parts = fault.findings[fault.kind].holders
    # Who was not needed or not asked has nothing to answer for.
    skipped = set() if fault.cause in _FOR_WANT_OF_SHARES else {HolderPart.SILENT}
    said = [
        (number, _PARTS[part])
        for number, part in sorted(parts.items())
        if part in _PARTS and part not in skipped
    ]
    if said:
        zh += "；" + "，".join(f"密钥持有人{number}{words[0]}" for number, words in said)
        en += "; " + ", ".join(f"key holder {number} {words[1]}" for number, words in said)
    return Fault(
        lot=kept.lot,
        bidder=kept.uscc,
        whose=fault.whose,
        proved=fault.proved,
        why=f"{fault.kind}: {en}",
        zh=f"责任方：{_WHOSE[fault.whose]}（{'已证明' if fault.proved else '按规则推定'}）；{zh}",
        failing_holders=fault.failing_holders,
    )


def _judge(case: Case, container: Sealed, told: Told) -> Finding:
    def opens(file_key: bytes) -> Payload:
        try:
            opened = open_container(
                case.archive,
                container.path,
                file_key,
                kind=container.kind,
                header_bytes=container.header_bytes,
            )
        except (BadHeader, BadMac, BadPayload):
            return Payload.BROKEN
        return Payload.OPENS if opened.is_bundle else Payload.NOT_CANONICAL

    is_there = container.path in case.archive
    evidence = Evidence(
        header=container.header,
        policy=container.policy,
        intact=is_there
        and container_digest(case.archive.chunks(container.path)) == container.digest,
        shares=told.shares.get(container.kind, {}),
        refusals=told.refusals,
        released=container.released,
        file_key=told.file_keys.get(container.kind),
        in_time=told.in_time,
        asked=told.asked,
    )
    return attribute(evidence, opens)
