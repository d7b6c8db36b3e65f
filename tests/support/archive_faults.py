"""The platform's verdict on a bid of the small tender, by the rule itself."""

import io
from dataclasses import dataclass, field
from functools import partial

from crypto.container_digest import container_digest
from crypto.errors import BadHeader, BadMac, BadPayload
from crypto.keys import recipient_public
from crypto.sealed_file import SealPolicy, open_stream
from tendering.domain.bundle import BadBundle, read_bundle
from tendering.domain.fault import (
    BidFault,
    Evidence,
    Payload,
    attribute,
    attribute_bid,
)
from tendering.domain.opening import OpenedEnvelope
from tendering.domain.tender import Tender
from tests.support.archive_parties import BidMade


@dataclass
class HandedIn:
    """What came in about the third bidder's bid."""

    shares: dict[str, dict[int, bytes]] = field(default_factory=dict)
    refusals: set[int] = field(default_factory=set)
    file_keys: dict[str, bytes] = field(default_factory=dict)
    in_time: bool = False
    asked: bool = False


def verdict_on(tender: Tender, made: BidMade, handed: HandedIn) -> BidFault:
    """Judge the bid as it lies in custody."""
    findings = {}
    for one in made.bid.envelopes:
        stored = made.containers[one.kind]
        evidence = Evidence(
            header=stored,
            policy=SealPolicy(
                one.context,
                tender.threshold,
                tuple(holder.public_key or b"" for holder in tender.key_holders),
                recipient_public(one.recipient),
            ),
            intact=container_digest([stored]) == one.digest,
            shares=handed.shares.get(one.kind, {}),
            refusals=frozenset(handed.refusals),
            file_key=handed.file_keys.get(one.kind),
            in_time=handed.in_time,
            asked=handed.asked,
        )
        findings[one.kind] = attribute(evidence, partial(payload_of, stored))
    return attribute_bid(findings)


def payload_of(container: bytes, file_key: bytes) -> Payload:
    """What is in a container."""
    try:
        plaintext = b"".join(open_stream(io.BytesIO(container), file_key))
    except (BadHeader, BadMac, BadPayload):
        return Payload.BROKEN
    try:
        read_bundle(lambda offset, count: plaintext[offset : offset + count], len(plaintext))
    except BadBundle:
        return Payload.NOT_CANONICAL
    return Payload.OPENS


def opened_envelopes(made: BidMade, *, rederives: bool) -> list[OpenedEnvelope]:
    """What unlocking a bid showed; `rederives`: so does the record of its price envelope."""
    return [
        OpenedEnvelope(
            one.kind,
            one.digest,
            container_digest([made.plaintexts[one.kind]]),
            rederives=rederives or one.kind != "price",
        )
        for one in made.bid.envelopes
    ]
