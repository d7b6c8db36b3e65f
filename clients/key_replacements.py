"""Key holders that were replaced, as the public record tells it: read, followed and checked.

Whoever seals, holds a key or verifies an archive comes to the key holders of now by the same steps:
those of the notice, and one replacement after the other. So with the bills of quantities.
"""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from clients.tender_facts import NoticeInvalid, tender_of_notice, verify_announcement
from crypto.certificates import CertificateFacts
from tendering.domain.bill_amendments import BILL_REPLACED, with_replaced_bill
from tendering.domain.journal import Entry, instant, parse_instant
from tendering.domain.key_policy import Successor, replaced, under
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import BillInvalid
from tendering.domain.suite_rules import require_key_of_suite
from tendering.domain.tender import Tender

REPLACED: Final = "key_holder.replaced"


def tender_now(published: Entry, entries: Iterable[Entry]) -> Tender:
    """The tender of a notice with the key holders and bills of quantities that it has now.

    `entries`: the public stream.

    Raises NoticeInvalid.
    """
    tender = tender_of_notice(published)
    for entry in entries:
        if entry.kind == REPLACED:
            tender = _follow(tender, entry)
        elif entry.kind == BILL_REPLACED:
            try:
                tender = with_replaced_bill(tender, entry.body)
            except BillInvalid as error:
                raise NoticeInvalid(f"the bill in entry {entry.seq}: {error.detail}") from error
    return tender


def verify_replacements(
    tender: Tender, entries: Iterable[Entry], *, trusted_roots: Sequence[bytes]
) -> dict[int, CertificateFacts]:
    """Who took which place, by their certificates. Raises NoticeInvalid.

    `tender` is that of `tender_now` and `entries` are the same.
    """
    found = {}
    for version, entry in enumerate((one for one in entries if one.kind == REPLACED), start=2):
        number = entry.body["number"]
        holders = {holder.number: holder for holder in under(tender, version).key_holders}
        assert isinstance(number, int)
        found[number] = verify_announcement(
            tender, holders[number], trusted_roots=trusted_roots, at=entry.at
        )
    return found


def _follow(tender: Tender, entry: Entry) -> Tender:
    body = entry.body
    where = f"the replacement in entry {entry.seq}"
    try:
        number, announcement = body["number"], body["announcement"]
        if not isinstance(number, int) or not isinstance(announcement, dict):
            raise NoticeInvalid(f"{where} names no key holder")
        successor = Successor(number, UUID(str(body["organization_id"])), str(body["name"]), "")
        public_key = bytes.fromhex(str(body["public_key"]))
        at = parse_instant(str(body["effective_at"]))
        require_key_of_suite(tender, public_key)
    except (KeyError, ValueError, Invalid) as error:
        raise NoticeInvalid(f"{where}: {error}") from error
    if number not in {holder.number for holder in tender.key_holders}:
        raise NoticeInvalid(f"{where} is of nobody")
    if at > entry.at:
        raise NoticeInvalid(f"{where} took effect after it was entered: {instant(at)}")
    after = replaced(tender, successor, public_key=public_key, announcement=announcement, at=at)
    if (body.get("version"), body.get("key_policy")) != (after.policy_version, after.key_policy):
        raise NoticeInvalid(f"{where} leads to another key policy")
    return after
