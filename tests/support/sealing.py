"""A bidder with a certified key, and what it sends: sealed containers under a signed manifest."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from crypto.age_payload import seal_stream
from crypto.certificates import CertificateSubject, issue, make_request
from crypto.container_digest import part_root
from crypto.keys import SigningKey, generate_opening_key, generate_signing_key
from crypto.seal_header import SealPolicy, derive_header
from crypto.signing import sign_statement
from crypto.suite import random_bytes
from tendering.domain.bid import (
    MANIFEST_LABEL,
    SealedEnvelope,
    envelope_context,
    manifest_statement,
)
from tendering.domain.tender import ENVELOPES, Tender
from tendering.keys import PlatformKeys

KEY_DAYS: Final = 400


@dataclass(frozen=True, slots=True)
class BidSigner:
    """A bidder's id and its certified key."""

    bidder_id: UUID
    certificate: bytes
    key: SigningKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sent:
    """A sealed bid on its way. `containers` by kind of envelope."""

    tender_id: UUID
    counter: int
    containers: Mapping[str, bytes]
    manifest: Mapping[str, Any]

    def body(self, **changes: Any) -> bytes:
        """The body of a request that brings the containers along."""
        body = {
            "lot": "1",
            "counter": self.counter,
            "manifest": dict(self.manifest),
            "containers": {
                kind: base64.b64encode(content).decode()
                for kind, content in self.containers.items()
            },
        }
        return json.dumps({**body, **changes}).encode()


def bid_signer(keys: PlatformKeys, bidder_id: UUID, uscc: str, *, at: datetime) -> BidSigner:
    """A key certified by the platform's own authority."""
    key = generate_signing_key()
    subject = CertificateSubject("示范投标人", organization="示范投标人", uscc=uscc)
    request = make_request(key, common_name="示范投标人", organization="示范投标人", uscc=uscc)
    authority = keys.authority
    certificate = issue(
        authority.certificate, authority.key, request, at=at, days=KEY_DAYS, subject=subject
    )
    return BidSigner(bidder_id, certificate, key)


def seal_bid(
    tender: Tender, signer: BidSigner, *, counter: int = 1, plaintext_bytes: int = 4000
) -> Sent:
    """Seal three plaintexts of that size for the tender's first lot and sign the manifest."""
    containers: dict[str, bytes] = {}
    envelopes = []
    for kind in ENVELOPES:
        opening = generate_opening_key()
        context = envelope_context(
            tender, lot="1", kind=kind, bidder_id=signer.bidder_id, counter=counter
        )
        holders = tuple(holder.public_key or b"" for holder in tender.key_holders)
        policy = SealPolicy(context, tender.threshold, holders, opening.public)
        containers[kind] = _container(policy, plaintext_bytes)
        envelopes.append(
            SealedEnvelope(
                kind,
                uuid4(),
                context,
                part_root(containers[kind]),
                len(containers[kind]),
                opening.recipient,
            )
        )
    statement = manifest_statement(
        tender, lot="1", bidder_id=signer.bidder_id, counter=counter, envelopes=envelopes
    )
    return Sent(tender.id, counter, containers, sign_manifest(signer, statement))


def sign_manifest(signer: BidSigner, statement: Mapping[str, Any]) -> dict[str, Any]:
    """The envelope of a manifest that says `statement`."""
    signed = sign_statement(
        signer.key, signer.certificate, label=MANIFEST_LABEL, statement=dict(statement)
    )
    value = signed.to_value()
    assert isinstance(value, dict)
    return value


def _container(policy: SealPolicy, plaintext_bytes: int) -> bytes:
    file_key, nonce = random_bytes(16), random_bytes(16)
    target = io.BytesIO()
    target.write(derive_header(file_key, policy))
    seal_stream(file_key, nonce, io.BytesIO(random_bytes(plaintext_bytes)), target)
    return target.getvalue()
