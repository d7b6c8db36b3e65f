"""A tender to seal bids for, with key holders who have announced their keys, as its notice says."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clients.tender_facts import ANNOUNCEMENT_LABEL, announcement_statement
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.keys import (
    AnyOpeningKey,
    HybridKey,
    OpeningKey,
    SigningKey,
    generate_signing_key,
)
from crypto.opening_keys import Sm2SoftwareKey
from crypto.seal_suites import CLASSIC, GM, HYBRID
from crypto.signing import sign_statement
from tendering.domain.journal import Entry, Stream
from tendering.domain.tender import (
    Document,
    KeyHolder,
    Lot,
    Tender,
    TenderStatus,
    Terms,
    public_facts,
)

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
TENDER = UUID(int=0x7E)
BIDDER = UUID(int=0xB1)
NAMES = ("示范市公证处", "示范市公共资源交易中心", "示范市行政审批局")


def holder_keys(suite_name: str = CLASSIC.name) -> list[AnyOpeningKey]:
    """The key holders' opening keys."""
    kinds: dict[str, Callable[[bytes], AnyOpeningKey]] = {
        CLASSIC.name: OpeningKey,
        HYBRID.name: HybridKey,
        GM.name: Sm2SoftwareKey,
    }
    return [kinds[suite_name](bytes([number]) * 32) for number in (1, 2, 3)]


def an_authority() -> tuple[SigningKey, bytes]:
    """An authority that certifies key holders."""
    key = generate_signing_key()
    return key, make_authority("示范外部证书机构", key=key, at=AT - timedelta(days=1), years=5)


def a_tender(authority: tuple[SigningKey, bytes], suite_name: str = CLASSIC.name) -> Tender:
    """A published tender of one lot."""
    tender = Tender(
        id=TENDER,
        number="KB-2026-0001",
        title="示范项目",
        description="示范",
        regime="construction",
        region="510100",
        status=TenderStatus.PUBLISHED,
        procuring_entity_id=UUID(int=1),
        agency_id=UUID(int=2),
        supervisor_id=UUID(int=3),
        lots=(Lot("1", "土建", 10_000_000, 9_000_000, 100_000),),
        threshold=2,
        suite=suite_name,
        key_holders=(),
        documents=(Document("招标文件.pdf", b"\1" * 32, 5, "application/pdf"),),
        method={},
        committee={},
        terms=Terms(90, 60, 60),
        deadline=AT + timedelta(days=23),
        published_at=AT,
        timetable={"published_at": "2026-11-23T02:00:00.000000Z"},
    )
    holders = [a_holder(number, authority, suite_name=suite_name) for number in (1, 2, 3)]
    return replace(tender, key_holders=tuple(holders))


def a_holder(
    number: int,
    authority: tuple[SigningKey, bytes],
    *,
    name: str | None = None,
    suite_name: str = CLASSIC.name,
) -> KeyHolder:
    """A key holder with its signed announcement."""
    name = NAMES[number - 1] if name is None else name
    key = generate_signing_key()
    certificate = issue(
        authority[1],
        authority[0],
        make_request(key, common_name=name, organization=name, uscc=""),
        at=AT - timedelta(days=1),
        days=365,
        subject=CertificateSubject(name, organization=name),
    )
    organization_id = UUID(int=0x10 + number)
    public_key = holder_keys(suite_name)[number - 1].public
    said = announcement_statement(TENDER, number, organization_id, public_key)
    signed = sign_statement(key, certificate, label=ANNOUNCEMENT_LABEL, statement=said)
    announcement = signed.to_value()
    assert isinstance(announcement, dict)
    return KeyHolder(number, organization_id, NAMES[number - 1], public_key, announcement)


def a_notice(tender: Tender) -> Entry:
    """The entry that published it."""
    return Entry(TENDER, Stream.PUBLIC, 1, "tender.published", public_facts(tender), AT, b"\0" * 32)
