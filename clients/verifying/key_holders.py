"""Key holders after the notice: who took whose place by whose order, and whose key is destroyed."""

from uuid import UUID

from clients.key_replacements import REPLACED, verify_replacements
from clients.tender_facts import NoticeInvalid, announcement_statement
from clients.verifying.case import Case, place
from clients.verifying.journals import deadline_at
from clients.verifying.key_holder_bodies import KeyDestroyed, KeyHolderReplaced, ReplacementOrdered
from clients.verifying.report import Notes
from crypto.errors import CryptoError
from crypto.signing import SignedStatement
from tendering.domain.journal import Entry, Stream
from tendering.domain.key_policy import REPLACEMENT_LABEL, RESEAL_TIME, under
from tendering.domain.tender import KeyHolder

DESTRUCTION_LABEL = "kaibiao/key-destruction/v1"


def check_replacements(case: Case, notes: Notes) -> None:
    """Each was ordered by the host under its signature, and left a day to seal again."""
    public = case.streams[Stream.PUBLIC]
    orders: dict[tuple[int, UUID], Entry] = {}
    for entry, order in case.all(
        Stream.PUBLIC, "key_holder.replacement_ordered", ReplacementOrdered
    ):
        _check_order(case, entry, order, notes)
        orders[order.number, order.organization_id] = entry
    try:
        verify_replacements(case.tender, public, trusted_roots=case.keys.roots)
    except NoticeInvalid as error:
        notes.fails(REPLACED, str(error))
    for entry, body in case.all(Stream.PUBLIC, REPLACED, KeyHolderReplaced):
        where = place(entry)
        ordered = orders.get((body.number, body.organization_id))
        notes.require(
            ordered is not None and ordered.seq < entry.seq, where, "nobody had ordered it"
        )
        notes.require(
            body.effective_at <= deadline_at(case, before=entry) - RESEAL_TIME,
            where,
            "too near the deadline for bidders to seal again",
        )
        certificate = SignedStatement.from_value(body.announcement).certificate
        case.certificates.setdefault(certificate, (entry.at, where))
        notes.remark(f"key holder {body.number} replaced by {body.name}")


def check_destructions(case: Case, notes: Notes) -> None:
    """Who stated the destruction of a key signed it, and it is a key announced for this tender."""
    if Stream.CUSTODY not in case.streams:
        notes.skips("which keys of key holders are destroyed")
        return
    for entry, body in case.all(Stream.CUSTODY, "key_holder.key_destroyed", KeyDestroyed):
        where = place(entry)
        holder = _holder_of_key(case, body.number, body.public_key)
        if holder is None:
            notes.fails(where, "destroys a key that was never announced")
            continue
        try:
            signed, who = case.signed(
                body.statement, label=DESTRUCTION_LABEL, at=entry.at, where=where
            )
        except CryptoError as error:
            notes.fails(where, str(error))
            continue
        expected = announcement_statement(
            case.tender.id, holder.number, holder.organization_id, holder.public_key or b""
        )
        notes.require(
            signed.statement == expected, where, "what was signed is not what was entered"
        )
        notes.require(
            who.uscc == case.uscc_of(holder.organization_id), where, "not signed by its holder"
        )
        notes.remark(f"key holder {body.number} states that its key is destroyed")


def _check_order(case: Case, entry: Entry, body: ReplacementOrdered, notes: Notes) -> None:
    where = place(entry)
    expected = {
        "tender_id": str(case.tender.id),
        "number": body.number,
        "organization_id": str(body.organization_id),
        "reason": body.reason,
    }
    try:
        signed, who = case.signed(body.statement, label=REPLACEMENT_LABEL, at=entry.at, where=where)
    except CryptoError as error:
        notes.fails(where, str(error))
        return
    parties = (case.tender.procuring_entity_id, case.tender.agency_id)
    codes = {case.uscc_of(party) for party in parties if party is not None}
    notes.require(signed.statement == expected, where, "what was signed is not what was entered")
    notes.require(
        who.uscc in codes, where, "ordered by neither the procuring entity nor its agency"
    )


def _holder_of_key(case: Case, number: int, public_key: str) -> KeyHolder | None:
    for version in range(1, case.tender.policy_version + 1):
        for holder in under(case.tender, version).key_holders:
            if holder.number == number and (holder.public_key or b"").hex() == public_key:
                return holder
    return None
