"""A bidder's program reads a notice and believes nothing in it that is not signed."""

from dataclasses import replace

import pytest

from clients.tender_facts import NoticeInvalid, tender_of_notice, verify_key_holders
from crypto.keys import SigningKey
from tendering.domain.tender import Tender
from tests.unit.clients.a_sealing_tender import NAMES, a_holder, a_notice, an_authority

Authority = tuple[SigningKey, bytes]


def test_the_notice_gives_the_tender_back(tender: Tender) -> None:
    read = tender_of_notice(a_notice(tender))

    assert read.key_policy == tender.key_policy
    assert read.lots == tender.lots
    assert read.deadline == tender.deadline


def test_a_key_policy_that_is_not_that_of_the_announcements_is_refused(tender: Tender) -> None:
    notice = a_notice(tender)
    notice.body["key_policy"] = {**tender.key_policy, "suite": "another"}

    with pytest.raises(NoticeInvalid, match="key policy"):
        tender_of_notice(notice)


def test_a_notice_without_its_parts_is_refused(tender: Tender) -> None:
    notice = a_notice(tender)
    del notice.body["lots"]

    with pytest.raises(NoticeInvalid, match="lots"):
        tender_of_notice(notice)


def test_a_notice_of_another_tender_is_refused(tender: Tender) -> None:
    notice = a_notice(tender)
    notice.body["tender_id"] = "00000000-0000-0000-0000-000000000001"

    with pytest.raises(NoticeInvalid, match="another tender"):
        tender_of_notice(notice)


def test_holders_whom_a_trusted_authority_certified_are_named(
    tender: Tender, authority: Authority
) -> None:
    found = verify_key_holders(tender, trusted_roots=[authority[1]], published=a_notice(tender))

    assert [one.organization for one in found] == list(NAMES)


def test_holders_certified_by_somebody_else_are_refused(tender: Tender) -> None:
    stranger = an_authority()

    with pytest.raises(NoticeInvalid, match="key holder 1"):
        verify_key_holders(tender, trusted_roots=[stranger[1]], published=a_notice(tender))


def test_an_announced_key_that_was_exchanged_is_found(tender: Tender, authority: Authority) -> None:
    first, *rest = tender.key_holders
    forged = replace(tender, key_holders=(replace(first, public_key=b"\5" * 32), *rest))

    with pytest.raises(NoticeInvalid, match="something else"):
        verify_key_holders(forged, trusted_roots=[authority[1]], published=a_notice(forged))


def test_a_holder_certified_under_another_name_is_found(
    tender: Tender, authority: Authority
) -> None:
    impostor = a_holder(1, authority, name="别的单位")
    forged = replace(tender, key_holders=(impostor, *tender.key_holders[1:]))

    with pytest.raises(NoticeInvalid, match="another name"):
        verify_key_holders(forged, trusted_roots=[authority[1]], published=a_notice(forged))
