"""A small public key infrastructure and its signers, for tests of signed documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec

from crypto import timestamp
from crypto.certificates import CertificateSubject, issue, make_authority, make_crl, make_request
from crypto.keys import SigningKey
from tendering.documents import signing
from tendering.documents.signing import SignaturePlace
from tendering.documents.typesetting import Rendered, Signer, fact_list, heading, typeset

SIGNED_AT = datetime(2026, 11, 23, 1, 30, 5, tzinfo=UTC)
_START = SIGNED_AT - timedelta(days=1)
CA_KEY = SigningKey(ec.derive_private_key(2001, ec.SECP256R1()))
_TSA_KEY = SigningKey(ec.derive_private_key(2002, ec.SECP256R1()))
ROOT = make_authority("示范根证书", key=CA_KEY, at=_START, years=10)
REVOCATIONS = make_crl(ROOT, CA_KEY, [], at=_START, days=30, number=1)
_TSA = issue(
    ROOT,
    CA_KEY,
    make_request(_TSA_KEY, common_name="", organization="", uscc=""),
    at=_START,
    days=30,
    subject=CertificateSubject("示范时间戳服务", "示范交易中心"),
    usage="timestamping",
)


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a key and a certificate from the root."""

    name: str
    key: SigningKey
    certificate: bytes


def a_party(name: str, number: int = 1, *, organization: bool = False) -> Party:
    """A party whose key follows from its number; certified for 30 days."""
    key = SigningKey(ec.derive_private_key(3000 + number, ec.SECP256R1()))
    request = make_request(key, common_name="", organization="", uscc="")
    subject = CertificateSubject(name, name if organization else "")
    return Party(name, key, issue(ROOT, CA_KEY, request, at=_START, days=30, subject=subject))


def a_record(signers: int = 5, text: str = "示范道路工程") -> Rendered:
    """A short document with places for signatures."""
    return typeset(
        title="开标记录",
        number="KB-1",
        footer="示范",
        blocks=[heading("一、概况"), fact_list(("项目名称", text))],
        signers=[Signer("签名", f"示范{n}", person=True) for n in range(signers)],
        made_at=SIGNED_AT,
    )


async def stamp(digest: bytes, *, at: datetime = SIGNED_AT) -> bytes:
    """A time-stamp token over a digest."""
    answer = timestamp.respond(
        timestamp.make_request(digest),
        certificate_der=_TSA,
        key=_TSA_KEY,
        at=at,
        serial=7,
        policy_oid="1.2.3.4.1",
    )
    return timestamp.token_of(answer)


def prepared(
    pdf: bytes,
    party: Party,
    *,
    field: str = "host",
    place: SignaturePlace | None = None,
    seal_text: str | None = None,
    revocation_lists: Sequence[bytes] = (),
) -> signing.Prepared:
    """The document waiting for the party's signature."""
    return signing.prepare(
        pdf,
        field=field,
        certificate=party.certificate,
        chain=[ROOT],
        signed_at=SIGNED_AT,
        reason="开标记录 · 主持人",
        place=place,
        seal_text=seal_text,
        revocation_lists=revocation_lists,
    )


async def signed(pdf: bytes, party: Party, *, field: str = "host") -> bytes:
    """The document signed by the party, unseen."""
    waiting = prepared(pdf, party, field=field)
    return await signing.complete(
        waiting, party.key.sign_raw(waiting.attributes), timestamper=stamp
    )
