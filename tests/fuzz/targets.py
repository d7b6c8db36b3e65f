"""Every parser of bytes from others: what it may raise, and inputs to begin with.

A target takes any bytes and returns, or raises one of its named errors; anything else is a bug.
`tests/fuzz/run.py` looks for one with coverage as its guide, `test_parsers.py` repeats what is
known and a seeded few more.
"""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from clients.witness import NotARequest, parse_add_checkpoint
from crypto import canonical, cms, timestamp
from crypto.age_armor import ArmorReader
from crypto.age_header import build_header, parse_header, x25519_stanza
from crypto.age_payload import open_stream, seal_stream
from crypto.certificates import (
    check_crl,
    facts,
    request_subject,
)
from crypto.errors import (
    BadArmor,
    BadCertificate,
    BadCheckpoint,
    BadHeader,
    BadKey,
    BadPayload,
    BadProof,
    BadSignature,
    BadTimestamp,
    CryptoError,
)
from crypto.keys import NoteKey, SigningKey
from crypto.notes import NoteVerifier, cosign, parse_note, verify_cosignatures
from crypto.pdf_signatures import signatures
from crypto.request_signatures import WireRefused, read_public_key
from crypto.seal_header import SealPolicy, derive_header, read_sealed_header
from crypto.tlog import (
    InclusionReceipt,
    checkpoint_body,
    format_proof,
    parse_checkpoint,
    parse_proof,
    sign_note,
)
from evaluation_rooms import messages
from insurance_gateway.wire import Notice, read_policy
from tendering.domain import bag
from tendering.domain.bundle import BadBundle, Bundle, bundle_chunks, read_bundle
from tendering.domain.contributions import EXPERTS, DrawSubject, opened, require_sealed
from tendering.domain.log_tree import parse_tile_path
from tendering.domain.opening_forms import short_text, whole_number
from tendering.domain.published_keys import parse_published_keys
from tendering.domain.receipts import parse_receipt
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.bids import ContainerRefused
from tendering.domain.refusals.log import PublishedKeysInvalid, ReceiptInvalid
from tests.support.contributing import made
from tests.support.make import ENTITY, a_tender

NOON: Final = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
DIGEST: Final = bytes(range(32))


@dataclass(frozen=True, slots=True)
class Target:
    """A parser. `refusals` are its named errors; `seeds` are inputs that it takes."""

    parse: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]


_SUBJECT: Final = DrawSubject(a_tender(), EXPERTS, bytes(32))
_CONTRIBUTION: Final = made(_SUBJECT, ENTITY)


def text_of(data: bytes) -> str:
    """Any text: bytes that are none become the sign for that."""
    return data.decode("utf-8", "replace")


# --- what the seeds are made of ------------------------------------------------------------------

_LOG = NoteKey.from_seed("log.example/kaibiao", bytes(32))
_WITNESS = NoteKey.from_seed("witness.example/w1", bytes([1]) * 32)
_CHECKPOINT = sign_note(checkpoint_body(_LOG.name, 5, DIGEST), _LOG)
_COSIGNED = _CHECKPOINT + cosign(_CHECKPOINT, _WITNESS, NOON)
# Made once with our own code: signatures hold chance, and a test must be the same each time.
_SEEDS: Final = Path(__file__).parent / "seeds"
_ROOT = (_SEEDS / "root.der").read_bytes()
_STAMPING = (_SEEDS / "stamping.der").read_bytes()
_ANSWER = (_SEEDS / "answer.der").read_bytes()
_KEY: Final = SigningKey(ec.derive_private_key(1003, ec.SECP256R1()))


def _respond(query: bytes) -> bytes:
    return timestamp.respond(
        query,
        certificate_der=_STAMPING,
        key=_KEY,
        at=NOON + timedelta(hours=1),
        serial=7,
        policy_oid="1.2.3.4.1",
    )


_HOLDERS = (bytes([10]) * 32, bytes([11]) * 32, bytes([12]) * 32)


def _armored(data: bytes) -> object:
    reader = ArmorReader(io.BytesIO(data))
    while reader.read(1 << 16):
        pass
    return None


_ARMORED: Final = (
    b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdlLWVuY3J5cHRpb24=\n-----END AGE ENCRYPTED FILE-----\n"
)


def _sealed_payload() -> bytes:
    target = io.BytesIO()
    seal_stream(bytes(16), bytes(16), io.BytesIO(b"offer" * 100), target)
    sealed = target.getvalue()
    return sealed if sealed.startswith(bytes(16)) else bytes(16) + sealed


def _payload(data: bytes) -> object:
    return sum(map(len, open_stream(bytes(16), io.BytesIO(data))))


def _contribution(data: bytes) -> object:
    """Whatever passes the door is a value or a fault, never an error."""
    contribution = replace(_CONTRIBUTION.contribution, container=data)
    require_sealed(_SUBJECT, contribution)
    return opened(_SUBJECT, replace(contribution, file_key=_CONTRIBUTION.file_key))


def _bundle() -> bytes:
    return b"".join(bundle_chunks(Bundle("price", {"price_fen": 1, "note": "无"}, ()), []))


def _read_bundle(data: bytes) -> object:
    bundle = read_bundle(lambda offset, count: data[offset : offset + count], len(data))
    return [(whole_number(bundle.form, key), short_text(bundle.form, key)) for key in bundle.form]


def _json_object(data: bytes) -> Mapping[str, object]:
    value = canonical.parse(data)
    if not isinstance(value, dict):
        return {}
    return dict(value)


def _pdf() -> bytes:
    """A file with classic tables, one revision after another, and no signature."""
    first = b"%PDF-1.7\n1 0 obj\n<</Type /Catalog /Pages 2 0 R>>\nendobj\n"
    table = len(first)
    first += (
        b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
        b"trailer\n<</Size 2 /Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % table
    )
    second = b"3 0 obj\n[(a\\)b) <0aff> /Name 1.5 true null 1 0 R]\nendobj\n"
    start = len(first) + len(second)
    second += (
        b"xref\n3 1\n%010d 00000 n \ntrailer\n<</Size 4 /Root 1 0 R /Prev %d>>\nstartxref\n%d\n"
        b"%%%%EOF\n" % (len(first), table, start)
    )
    return first + second


def _bag(data: bytes) -> object:
    members = bag.parse_directory(data)
    bag.parse_end(data[-98:])
    return bag.directory(members) if all(one.name.isascii() for one in members) else None


_MEMBERS = [bag.Member("kaibiao-1/bagit.txt", 55, 7, 0), bag.Member("kaibiao-1/data/a", 1, 2, 200)]


def _wire(data: bytes) -> object:
    notice = msgspec.json.decode(data, type=Notice)
    return read_policy(msgspec.to_builtins(notice))


_JSON_ERRORS = (ValueError,)
_MSGSPEC_ERRORS = (msgspec.DecodeError, UnicodeError, RecursionError)

TARGETS: Final[Mapping[str, Target]] = {
    "age-header": Target(
        parse_header,
        (BadHeader,),
        (build_header(bytes(16), [x25519_stanza(bytes(16), bytes([9] * 32), ephemeral=DIGEST)]),),
    ),
    "age-armor": Target(
        _armored,
        (BadArmor,),
        (_ARMORED,),
    ),
    "age-payload": Target(_payload, (BadPayload, BadHeader), (_sealed_payload(),)),
    "sealed-header": Target(
        read_sealed_header,
        (BadHeader,),
        (derive_header(bytes(16), SealPolicy(DIGEST, 2, _HOLDERS, bytes([9]) * 32)),),
    ),
    "bundle": Target(_read_bundle, (BadBundle,), (_bundle(),)),
    "draw-contribution": Target(
        _contribution, (ContainerRefused,), (_CONTRIBUTION.contribution.container,)
    ),
    "canonical-json": Target(
        canonical.parse, _JSON_ERRORS, ('{"a":[1,-2,"价",null,true,{"b":{}}]}'.encode(), b"[[[]]]")
    ),
    "note": Target(
        lambda data: (
            parse_note(text_of(data)),
            verify_cosignatures(text_of(data), [_WITNESS.cosigner]),
        ),
        (BadCheckpoint,),
        (_COSIGNED.encode(),),
    ),
    "note-verifier": Target(
        lambda data: NoteVerifier.parse(text_of(data)), (BadKey,), (_LOG.verifier.encode(),)
    ),
    "checkpoint": Target(
        lambda data: parse_checkpoint(text_of(data)), (BadCheckpoint,), (_CHECKPOINT.encode(),)
    ),
    "tlog-proof": Target(
        lambda data: parse_proof(text_of(data)),
        (BadProof, BadCheckpoint),
        (format_proof(InclusionReceipt(2, (DIGEST,) * 3, _CHECKPOINT, b"nonce")).encode(),),
    ),
    "tile-path": Target(
        lambda data: parse_tile_path(0, text_of(data)), (ValueError,), (b"x001/x234/067.p/8",)
    ),
    "witness-request": Target(
        lambda data: parse_add_checkpoint(text_of(data)),
        (NotARequest,),
        (f"old 3\nAAAA\n\n{_CHECKPOINT}".encode(),),
    ),
    "time-stamp": Target(
        lambda data: timestamp.verify(data, digest=DIGEST, trusted_roots=[_ROOT]),
        (BadTimestamp,),
        (_ANSWER, timestamp.token_of(_ANSWER)),
    ),
    "time-stamp-query": Target(_respond, (), ((_SEEDS / "query.der").read_bytes(),)),
    "cms": Target(
        cms.parse, (BadSignature, BadCertificate), ((_SEEDS / "message.der").read_bytes(),)
    ),
    "pdf": Target(signatures, (BadSignature,), (_pdf(),)),
    "certificate": Target(facts, (BadCertificate,), (_STAMPING,)),
    "certificate-request": Target(
        request_subject, (BadCertificate,), ((_SEEDS / "request.der").read_bytes(),)
    ),
    "revocation-list": Target(
        lambda data: check_crl(data, authority=_ROOT, at=NOON),
        (CryptoError,),
        ((_SEEDS / "revoked.crl").read_bytes(),),
    ),
    "receipt": Target(
        lambda data: parse_receipt(_json_object(data)),
        (ReceiptInvalid, *_JSON_ERRORS),
        ((_SEEDS / "receipt.json").read_bytes(),),
    ),
    "published-keys": Target(
        lambda data: parse_published_keys(_json_object(data)),
        (PublishedKeysInvalid, *_JSON_ERRORS),
        ((_SEEDS / "keys.json").read_bytes(),),
    ),
    "archive-directory": Target(_bag, (bag.BadBag,), (bag.directory(_MEMBERS),)),
    "archive-manifest": Target(
        lambda data: bag.parse_manifest(data, name="manifest-sha256.txt"),
        (bag.BadBag,),
        (bag.manifest_text({"data/tender.json": "0" * 64, "bagit.txt": "f" * 64}),),
    ),
    "room-message": Target(
        messages.parse,
        (Invalid,),
        (
            b'{"type":"hello","ticket":"abc","after":0}',
            b'{"type":"score.submit","id":"m17","bid":1,"criterion":"t-3","points":"8.5"}',
        ),
    ),
    "insurer-notice": Target(
        _wire,
        (WireRefused, *_MSGSPEC_ERRORS),
        (b'{"id":"6f0c1f5e-1111-4222-8333-444455556666","kind":"underwriting"}',),
    ),
    "insurer-key": Target(
        lambda data: read_public_key(text_of(data)), (WireRefused,), (b"A" * 43 + b"=",)
    ),
}
