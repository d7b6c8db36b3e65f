"""Images kept for a time: each sealed with a key of its own, which is wrapped by one secret.

Who has the database alone sees nothing, and an image is gone with its key (AES-256-GCM for both).
`bound` names whose image it is, so that none can be put in another's place.
"""

from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from crypto.errors import BadKey

KEY_BYTES = 32
NONCE_BYTES = 12
# The key is used once, so its nonce may be the same always.
_ONLY_NONCE = bytes(NONCE_BYTES)


@dataclass(frozen=True, slots=True)
class SealedImage:
    """The sealed image, 16 bytes longer than it was; its wrapped key, 60 bytes."""

    content: bytes
    wrapped_key: bytes


def seal_image(
    image: bytes, secret: bytes, *, bound: bytes, key: bytes, nonce: bytes
) -> SealedImage:
    """Seal an image. `key` (32 bytes) and `nonce` (12) are fresh chance, `secret` has 32 bytes."""
    assert len(key) == KEY_BYTES
    assert len(nonce) == NONCE_BYTES
    wrapped = AESGCM(secret).encrypt(nonce, key, bound)
    return SealedImage(AESGCM(key).encrypt(_ONLY_NONCE, image, bound), nonce + wrapped)


def open_image(sealed: SealedImage, secret: bytes, *, bound: bytes) -> bytes:
    """The image again. Raises BadKey for another secret, another's image, or altered bytes."""
    nonce, wrapped = sealed.wrapped_key[:NONCE_BYTES], sealed.wrapped_key[NONCE_BYTES:]
    try:
        key = AESGCM(secret).decrypt(nonce, wrapped, bound)
        return AESGCM(key).decrypt(_ONLY_NONCE, sealed.content, bound)
    except (InvalidTag, ValueError) as error:
        raise BadKey("the image does not open") from error
