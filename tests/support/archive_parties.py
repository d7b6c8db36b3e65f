"""Everybody in a small tender for tests, with real keys and certificates, and their sealed bids."""

import hashlib
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from clients.demo.cheating import Cheat, cheating_header
from crypto.age_payload import seal_stream
from crypto.canonical import JsonValue
from crypto.certificates import CertificateSubject, issue, make_authority, make_request
from crypto.container_digest import container_digest
from crypto.keys import AnyOpeningKey, NoteKey, OpeningKey, SigningKey, generate_signing_key
from crypto.opening_keys import Sm2SoftwareKey
from crypto.seal_header import derive_header
from crypto.seal_suites import GM, SUITES
from crypto.sealed_file import SealPolicy
from crypto.signing import sign_statement
from tendering.domain.bid import (
    MANIFEST_LABEL,
    SealedBid,
    SealedEnvelope,
    envelope_context,
    manifest_statement,
)
from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name
from tendering.domain.published_keys import Authority, PublishedKeys, Witness
from tendering.domain.tender import ENVELOPES, Tender
from tendering.domain.time_stamping import Stamper

PUBLISHED = datetime(2026, 10, 26, 1, 0, tzinfo=UTC)
DEADLINE = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
MADE = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
ORIGIN = "log.example/kaibiao"
SABOTAGED_SEALING = (
    "wrong-record",  # of key holder 3
    "false-shares",  # consistent shares of another key
    "bad-records",  # of key holders 2 and 3: they do not decrypt
    "cut-payload",
    "not-a-bundle",
)
FILE_BYTES = 70_000  # more than one chunk of the payload


@dataclass(frozen=True, slots=True)
class Party:
    """An organization, or an expert, that signs."""

    id: UUID
    uscc: str
    name: str
    key: SigningKey = field(repr=False)
    certificate: bytes = field(repr=False)

    def sign(self, label: str, statement: JsonValue) -> JsonValue:
        """A signed statement as JSON."""
        return sign_statement(
            self.key, self.certificate, label=label, statement=statement
        ).to_value()


def chance(*names: object) -> bytes:
    """32 bytes that are the same in every run."""
    return hashlib.sha256(repr(names).encode()).digest()


def opening_key_of(suite_name: str, secret: bytes) -> AnyOpeningKey:
    """The opening key of a secret, X25519 or SM2."""
    return Sm2SoftwareKey(secret) if suite_name == GM.name else OpeningKey(secret)


class Platform:
    """The platform, an outside authority, two witnesses, and everybody they certify."""

    def __init__(self) -> None:
        """Make all keys."""
        self.authority_key = generate_signing_key()
        self.authority = self._root("示范平台 CA", self.authority_key)
        self.outside_key = generate_signing_key()
        self.outside = self._root("示范外部 CA", self.outside_key)
        self.receipt = NoteKey.from_seed("platform.example/receipt", chance("receipt"))
        self.log = NoteKey.from_seed(ORIGIN, chance("log"))
        self.vrf_seed = chance("vrf")
        self.witnesses = [
            NoteKey.from_seed(f"witness.example/w{number}", chance("witness", number))
            for number in (1, 2)
        ]
        self.stamper = self._stamper("示范时间戳", self.outside, self.outside_key)

    @property
    def published(self) -> PublishedKeys:
        """What the platform shows on its page."""
        return PublishedKeys(
            receipt_keys=(self.receipt.verifier,),
            log_keys=(self.log.verifier,),
            witnesses=tuple(Witness(key.cosigner, "示范公证处", True) for key in self.witnesses),
            quorum=2,
            authorities=(Authority(self.stamper.name, self.outside),),
            certifiers=(Authority("示范外部 CA", self.outside),),
            operator_roots=(self.authority,),
            interval_seconds=1,
        )

    def party(
        self, number: int, name: str, *, outside: bool = False, expert: bool = False
    ) -> Party:
        """Somebody with a certificate by the platform's authority, or by the outside one."""
        key = generate_signing_key()
        uscc = "" if expert else f"91510100MA{number:07d}X"
        subject = CertificateSubject(name, "" if expert else name, uscc)
        root, root_key = (
            (self.outside, self.outside_key) if outside else (self.authority, self.authority_key)
        )
        request = make_request(key, common_name=name, organization=name, uscc=uscc)
        certificate = issue(
            root, root_key, request, at=PUBLISHED - timedelta(days=9), days=365, subject=subject
        )
        return Party(UUID(int=number), uscc, name, key, certificate)

    def _root(self, name: str, key: SigningKey) -> bytes:
        return make_authority(name, key=key, at=PUBLISHED - timedelta(days=99), years=9)

    def _stamper(self, name: str, root: bytes, root_key: SigningKey) -> Stamper:
        key = generate_signing_key()
        certificate = issue(
            root,
            root_key,
            make_request(key, common_name=name, organization=name, uscc=""),
            at=PUBLISHED - timedelta(days=9),
            days=365,
            subject=CertificateSubject(name, name),
            usage="timestamping",
        )
        return Stamper(certificate, key)


@dataclass(frozen=True, slots=True)
class BidMade:
    """A bid with everything its bidder knows."""

    bid: SealedBid
    containers: dict[str, bytes] = field(repr=False)
    file_keys: dict[str, bytes] = field(repr=False)
    plaintexts: dict[str, bytes] = field(repr=False)
    forms: dict[str, dict[str, JsonValue]]


def make_bid(
    tender: Tender,
    bidder: Party,
    *,
    counter: int,
    price_fen: int,
    sabotage: str = "",
    priced: Callable[[int], bytes] | None = None,
) -> BidMade:
    """A sealed bid, with a bill if `priced`; `sabotage`d in one envelope (SABOTAGED_SEALING)."""
    forms: dict[str, dict[str, JsonValue]] = {
        "qualification": {"objective": {"credit": "8.00"}},
        "technical": {},
        "price": {"price_fen": price_fen, "duration_days": 300, "quality": "合格"},
    }
    containers, file_keys, plaintexts = {}, {}, {}
    envelopes = []
    for kind in ENVELOPES:
        own = (bidder.id, counter, kind)
        opening_key = opening_key_of(tender.suite, chance("opening", *own))
        file_keys[kind] = chance("file key", *own)[:16]
        context = envelope_context(tender, lot="1", kind=kind, bidder_id=bidder.id, counter=counter)
        policy = SealPolicy(
            context,
            tender.threshold,
            tuple(holder.public_key or b"" for holder in tender.key_holders),
            opening_key.public,
        )
        files = [("标书.pdf", filling(chance("content", *own)))]
        files += [("bill.json", priced(price_fen))] if kind == "price" and priced else []
        plaintexts[kind] = bundle(kind, forms[kind], files)
        header = derive_header(file_keys[kind], policy)
        spoiled = sabotage if kind == sabotaged_envelope(sabotage) else ""
        if spoiled in {"wrong-record", "false-shares", "bad-records"}:
            header = cheating_header(header, file_keys[kind], policy, Cheat(sabotage))
        if spoiled == "not-a-bundle":
            plaintexts[kind] += bytes(512)
        sealed = io.BytesIO()
        algorithms, plaintext = SUITES[tender.suite].algorithms, io.BytesIO(plaintexts[kind])
        seal_stream(file_keys[kind], chance("nonce", *own)[:16], plaintext, sealed, algorithms)
        payload = sealed.getvalue()
        containers[kind] = header + (payload[:-100] if spoiled == "cut-payload" else payload)
        envelopes.append(
            SealedEnvelope(
                kind,
                UUID(int=0),
                context,
                container_digest([containers[kind]]),
                len(containers[kind]),
                opening_key.recipient,
            )
        )
    statement = manifest_statement(
        tender, lot="1", bidder_id=bidder.id, counter=counter, envelopes=envelopes
    )
    manifest = bidder.sign(MANIFEST_LABEL, statement)
    assert isinstance(manifest, dict)
    bid = SealedBid(tender.id, "1", bidder.id, counter, tuple(envelopes), manifest)
    return BidMade(bid, containers, file_keys, plaintexts, forms)


def sabotaged_envelope(sabotage: str) -> str:
    """Which envelope is spoiled: without a price there is nothing to evaluate."""
    return "technical" if sabotage == "not-a-bundle" else "price"


def filling(seed: bytes) -> bytes:
    """A file's bytes."""
    return (seed * (FILE_BYTES // len(seed) + 1))[:FILE_BYTES]


def bundle(kind: str, form: dict[str, JsonValue], contents: Sequence[tuple[str, bytes]]) -> bytes:
    """A bundle with files of these names and bytes."""
    files = tuple(
        BundleFile(
            member_name(number, name),
            name,
            "application/pdf",
            len(content),
            hashlib.sha256(content).hexdigest(),
        )
        for number, (name, content) in enumerate(contents, start=1)
    )
    return b"".join(bundle_chunks(Bundle(kind, form, files), [[one] for _, one in contents]))
