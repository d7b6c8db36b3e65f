"""Images sealed each with a key of its own: nothing of them is left when the key is gone."""

from dataclasses import replace

import pytest

from crypto.errors import BadKey
from crypto.image_sealing import open_image, seal_image

SECRET, OWNER = bytes(32), b"owner" * 6
SEALED = seal_image(b"nobody", SECRET, bound=OWNER, key=b"k" * 32, nonce=b"n" * 12)


def test_an_image_opens_with_its_key_for_its_owner_only() -> None:
    other = seal_image(b"nobody", SECRET, bound=OWNER, key=b"x" * 32, nonce=b"m" * 12)
    flipped = SEALED.content[:-1] + bytes([SEALED.content[-1] ^ 1])

    assert open_image(SEALED, SECRET, bound=OWNER) == b"nobody"
    assert len(SEALED.content) == len(b"nobody") + 16
    assert len(SEALED.wrapped_key) == 60
    for sealed, secret, bound in (
        (SEALED, b"1" * 32, OWNER),
        (SEALED, SECRET, b"other"),
        (replace(SEALED, content=flipped), SECRET, OWNER),
        (replace(SEALED, wrapped_key=other.wrapped_key), SECRET, OWNER),
        (replace(SEALED, wrapped_key=b""), SECRET, OWNER),
    ):
        with pytest.raises(BadKey):
            open_image(sealed, secret, bound=bound)
