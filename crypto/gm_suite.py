"""The national suite of sealed bids: SM2, SM3, SM4-GCM. Compatible, certified by nobody.

An SM2 ciphertext has no associated data, so the context is part of what it encrypts, and whoever
decrypts compares. docs/specs/sealed-bid-gm-v1.md; where a hardware module plugs in:
`opening_keys.Sm2OpeningKey`.
"""

from asn1crypto import parser

from crypto import gm_sm2
from crypto.age_header import FILE_KEY_BYTES, Stanza
from crypto.algorithms import NATIONAL
from crypto.errors import BadHeader, BadKey
from crypto.gm_curve import POINT_BYTES, SCALAR_BYTES, check_point, reduced_scalar
from crypto.gm_sm2 import Ciphertext
from crypto.opening_keys import AnyOpeningKey, Sm2OpeningKey, generate_sm2_opening_key
from crypto.shares import SECRET_BYTES
from crypto.suite import equal

_CONTEXT_BYTES = 32


class NationalSuite:
    """SM2 for file key and shares alike; nothing of it opens with an age tool."""

    name = "gm-sm2-sm3-sm4"
    algorithms = NATIONAL
    context_label = "kaibiao/seal-context-gm/v1"
    derivation_label = b"kaibiao/seal-gm/v1/"
    share_label = b"kaibiao/share-gm/v1\x00"
    bidder_kind = "kaibiao/sm2/v1"
    threshold_kind = "kaibiao/threshold-sm2/v1"
    public_bytes = POINT_BYTES
    material_bytes = gm_sm2.MATERIAL_BYTES

    def fresh_key(self) -> AnyOpeningKey:
        """A new opening key. Raises ProviderMissing when its public half is asked for."""
        return generate_sm2_opening_key()

    def check_public(self, public: bytes) -> None:
        """Raise BadKey for a point off the curve."""
        check_point(public)

    def bidder_stanza(
        self, file_key: bytes, bidder: bytes, *, material: bytes, context: bytes
    ) -> Stanza:
        """The file key and the context for the bidder's point. Raises BadKey."""
        return Stanza((self.bidder_kind,), _encrypted(bidder, file_key + context, material))

    def open_bidder_stanza(
        self, stanza: Stanza, key: AnyOpeningKey, context: bytes
    ) -> bytes | None:
        """Inverse of `bidder_stanza`; None for another key or context."""
        return _decrypted(key, stanza.body, context)

    def bidder_ephemeral(self, stanza: Stanza) -> bytes:
        """The x coordinate of its C1. Raises BadHeader."""
        if len(stanza.arguments) != 1:
            raise BadHeader("an SM2 stanza has no argument")
        return _ephemeral(stanza.body, FILE_KEY_BYTES)

    def wrap(
        self, share: bytes, holder: bytes, *, material: bytes, context: bytes, position: bytes
    ) -> bytes:
        """The share and the context for a holder's point. Raises BadKey."""
        del position  # the commitment beside it binds the number, the MAC the rest
        return _encrypted(holder, share + context, material)

    def unwrap(
        self, wrapped: bytes, key: AnyOpeningKey, *, context: bytes, position: bytes
    ) -> bytes | None:
        """Inverse of `wrap`; None for another key or context."""
        del position
        return _decrypted(key, wrapped, context)

    def wrapped_bytes(self, records: bytes) -> int:
        """How long the ciphertext is that a record begins with: its DER says so."""
        try:
            return int(parser.peek(records))
        except ValueError as error:
            raise BadHeader("a record is not DER") from error

    def ephemeral_of(self, wrapped: bytes) -> bytes:
        """The x coordinate of the point C1, 32 bytes. Raises BadHeader."""
        return _ephemeral(wrapped, SECRET_BYTES)

    def is_weak(self, ephemeral: bytes) -> bool:
        """No: every point of the curve has the one large order, and others are no ciphertext."""
        del ephemeral
        return False


def _encrypted(public: bytes, plaintext: bytes, material: bytes) -> bytes:
    return gm_sm2.encrypt(public, plaintext, ephemeral=reduced_scalar(material))


def _decrypted(key: AnyOpeningKey, wrapped: bytes, context: bytes) -> bytes | None:
    if not isinstance(key, Sm2OpeningKey):
        return None
    try:
        Ciphertext.from_der(wrapped)
    except BadKey:  # another spelling of the same numbers counts as wrong
        return None
    plaintext = key.decrypt(wrapped)
    # Without this comparison a record could be moved elsewhere and the holder would answer for it.
    if plaintext is None or not equal(plaintext[-_CONTEXT_BYTES:], context):
        return None
    return plaintext[:-_CONTEXT_BYTES]


def _ephemeral(wrapped: bytes, secret_bytes: int) -> bytes:
    try:
        ciphertext = Ciphertext.from_der(wrapped)
    except BadKey as error:
        raise BadHeader(f"a record is wrong: {error}") from error
    if len(ciphertext.masked) != secret_bytes + _CONTEXT_BYTES:
        raise BadHeader("an SM2 ciphertext of the wrong size")
    return ciphertext.point[1 : 1 + SCALAR_BYTES]
