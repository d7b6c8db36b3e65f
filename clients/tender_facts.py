"""What a tender's notice says, read and checked by the bidder's own program.

A bid is sealed to the published key holders. If the platform could slip in keys of its own it could
read every bid, so each holder's announcement is verified here: signed for this tender, with a
certificate that leads to an authority which the bidder trusts beforehand.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from crypto.canonical import JsonValue, digest
from crypto.certificates import CertificateFacts
from crypto.errors import BadCertificate, BadSignature
from crypto.signing import SignedStatement, verify_statement
from tendering.domain.circumstances import from_json
from tendering.domain.journal import Entry, parse_instant
from tendering.domain.procedure import round_from_json
from tendering.domain.quantities.lot_bill import lot_bill_from_json
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.rules import ProcedureInvalid
from tendering.domain.suite_rules import require_key_of_suite
from tendering.domain.tender import (
    Document,
    KeyHolder,
    Lot,
    Previous,
    Tender,
    TenderStatus,
    Terms,
)

ANNOUNCEMENT_LABEL = "kaibiao/key-announcement/v1"


class NoticeInvalid(Exception):
    """The published notice contradicts itself or rests on signatures that do not hold."""


def tender_of_notice(published: Entry) -> Tender:
    """The tender as its `tender.published` entry describes it. Raises NoticeInvalid."""
    facts = published.body
    try:
        tender = _tender(facts)
    except (KeyError, TypeError, ValueError, ProcedureInvalid) as error:
        raise NoticeInvalid(f"the notice lacks or bends {error}") from error
    if tender.id != published.tender_id:
        raise NoticeInvalid("the notice is of another tender")
    if facts["key_policy"] != tender.key_policy:
        raise NoticeInvalid("the key policy is not that of the announcements")
    try:
        for holder in tender.key_holders:
            require_key_of_suite(tender, holder.public_key or b"")
    except Invalid as error:
        raise NoticeInvalid(f"the key policy: {error}") from error
    return tender


def verify_key_holders(
    tender: Tender, *, trusted_roots: Sequence[bytes], published: Entry
) -> list[CertificateFacts]:
    """Check every key holder's announcement; who the holders are, by their certificates.

    `trusted_roots` are the authorities, DER, that the bidder trusts to certify key holders. Raises
    NoticeInvalid.
    """
    assert published.tender_id == tender.id
    holders = [
        verify_announcement(tender, holder, trusted_roots=trusted_roots, at=published.at)
        for holder in tender.key_holders
    ]
    if len({who.public_der for who in holders}) != len(holders):
        raise NoticeInvalid("two key holders sign with one key")
    return holders


def verify_announcement(
    tender: Tender, holder: KeyHolder, *, trusted_roots: Sequence[bytes], at: datetime
) -> CertificateFacts:
    """A key holder's announcement holds at `at`; who it is by certificate. NoticeInvalid."""
    assert holder.announcement is not None
    assert holder.public_key is not None
    try:
        signed = SignedStatement.from_value(dict(holder.announcement))
        who = verify_statement(signed, label=ANNOUNCEMENT_LABEL, trusted_roots=trusted_roots, at=at)
    except (BadSignature, BadCertificate) as error:
        raise NoticeInvalid(f"key holder {holder.number}: {error}") from error
    expected: JsonValue = announcement_statement(
        tender.id, holder.number, holder.organization_id, holder.public_key
    )
    if signed.statement != expected:
        raise NoticeInvalid(f"key holder {holder.number} announced something else")
    if who.organization != holder.name:
        raise NoticeInvalid(f"key holder {holder.number} is certified under another name")
    return who


def announcement_statement(
    tender_id: UUID, number: int, organization_id: UUID, public_key: bytes
) -> dict[str, JsonValue]:
    """What a key holder signs about its key for one tender."""
    return {
        "tender_id": str(tender_id),
        "number": number,
        "organization_id": str(organization_id),
        "public_key": public_key.hex(),
    }


def key_policy_digest(tender: Tender) -> bytes:
    """What a manifest says about whom the bid was sealed to. 32 bytes."""
    return digest("kaibiao/key-policy/v1", tender.key_policy)


def _previous(facts: Mapping[str, Any] | None) -> Previous | None:
    if facts is None:
        return None
    return Previous(UUID(facts["tender_id"]), bytes.fromhex(facts["admitted_digest"]))


def _tender(facts: Mapping[str, Any]) -> Tender:
    holders, announcements = facts["key_policy"]["holders"], facts["key_announcements"]
    agency = facts["agency_id"]
    return Tender(
        id=UUID(facts["tender_id"]),
        number=facts["number"],
        title=facts["title"],
        description=facts["description"],
        regime=facts["regime"],
        region=facts["region"],
        round=round_from_json(facts["round"]),
        previous=_previous(facts["previous"]),
        status=TenderStatus.PUBLISHED,
        procuring_entity_id=UUID(facts["procuring_entity_id"]),
        agency_id=None if agency is None else UUID(agency),
        supervisor_id=UUID(facts["supervisor_id"]),
        lots=tuple(
            Lot(
                lot=lot["lot"],
                title=lot["title"],
                estimate_fen=lot["estimate_fen"],
                ceiling_price_fen=lot["ceiling_price_fen"],
                bid_security_fen=lot["bid_security_fen"],
                items=tuple(lot["items"]),
                bill=lot_bill_from_json(lot["bill"]),
            )
            for lot in facts["lots"]
        ),
        threshold=facts["key_policy"]["threshold"],
        suite=facts["key_policy"]["suite"],
        key_holders=tuple(
            KeyHolder(
                number=holder["number"],
                organization_id=UUID(holder["organization_id"]),
                name=holder["name"],
                public_key=bytes.fromhex(holder["public_key"]),
                announcement=announcement,
            )
            for holder, announcement in zip(holders, announcements, strict=True)
        ),
        documents=tuple(
            Document(
                name=document["name"],
                digest=bytes.fromhex(document["digest"]),
                size_bytes=document["size_bytes"],
                media_type=document["media_type"],
            )
            for document in facts["documents"]
        ),
        method=facts["method"],
        committee=facts["committee"],
        terms=Terms(facts["bid_validity_days"], facts["unlock_minutes"], facts["drain_seconds"]),
        deadline=parse_instant(facts["deadline"]),
        published_at=parse_instant(facts["timetable"]["published_at"]),
        timetable=facts["timetable"],
        source=facts["source"],
        demonstration=facts["demonstration"],
        circumstances=from_json(facts["circumstances"]),
    )
