"""What is asked of authenticated encryption, whichever algorithms a file is written with."""

from typing import Protocol

Buffer = bytes | bytearray | memoryview


class Aead(Protocol):
    """Authenticated encryption under one key, from one buffer into another, one thread a time."""

    def encrypt_into(
        self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview, /
    ) -> int:
        """Write ciphertext and 16-byte tag to `buf`; return their size."""

    def decrypt_into(
        self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview, /
    ) -> int:
        """Write the plaintext to `buf`; return its size. Raises InvalidTag of `cryptography`."""
