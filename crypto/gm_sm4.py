"""SM4-GCM for payloads, by libgcrypt where the system has it, else by `cryptography` (RFC 8998).

Both give the same bytes. libgcrypt computes SM4 with the processor's AES instructions, four times
as fast. An object belongs to one thread; it encrypts from one buffer into another.
"""

import ctypes
import weakref
from collections.abc import Callable, Sequence
from functools import cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from crypto.aead import Aead, Buffer
from crypto.gm_library import LIBGCRYPT_NAMES, first_library

KEY_BYTES = 16
NONCE_BYTES = 12
TAG_BYTES: Final = 16

_SM4 = 318  # enum gcry_cipher_algos
_GCM = 9  # enum gcry_cipher_modes
_TEST_ALGORITHM = 8  # enum gcry_ctl_cmds
_INITIALIZATION_FINISHED = 38  # the same
_GCRYPT_VERSION_MIN = b"1.9.0"  # the first with SM4


def sm4_gcm(key: bytes) -> Aead:
    """The fastest implementation on this machine, for a key of 16 bytes."""
    library = libgcrypt()
    return PortableSm4Gcm(key) if library is None else GcryptSm4Gcm(key, library)


def implementation() -> str:
    """Which implementation `sm4_gcm` takes here: `libgcrypt` or `cryptography`."""
    return "cryptography" if libgcrypt() is None else "libgcrypt"


class PortableSm4Gcm:
    """SM4-GCM of `cryptography`, which is there on every machine."""

    def __init__(self, key: bytes) -> None:
        assert len(key) == KEY_BYTES
        self._key = algorithms.SM4(key)

    def encrypt_into(self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview) -> int:
        """Write ciphertext and tag to `buf`; return their size."""
        encryptor = Cipher(self._key, modes.GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(aad or b"")
        ciphertext = encryptor.update(data) + encryptor.finalize() + encryptor.tag
        buf[: len(ciphertext)] = ciphertext
        return len(ciphertext)

    def decrypt_into(self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview) -> int:
        """Write the plaintext to `buf`; return its size. Raises InvalidTag."""
        if len(data) < TAG_BYTES:
            raise InvalidTag
        body, tag = memoryview(data)[:-TAG_BYTES], bytes(memoryview(data)[-TAG_BYTES:])
        decryptor = Cipher(self._key, modes.GCM(nonce, tag)).decryptor()
        decryptor.authenticate_additional_data(aad or b"")
        plaintext = decryptor.update(body) + decryptor.finalize()
        buf[: len(plaintext)] = plaintext
        return len(plaintext)


class GcryptSm4Gcm:
    """SM4-GCM of libgcrypt."""

    def __init__(self, key: bytes, library: "Libgcrypt") -> None:
        assert len(key) == KEY_BYTES
        self._library = library
        handle = ctypes.c_void_p()
        library("gcry_cipher_open", ctypes.byref(handle), _SM4, _GCM, 0)
        self._handle = handle
        weakref.finalize(self, library, "gcry_cipher_close", handle)
        library("gcry_cipher_setkey", handle, key, len(key))

    def encrypt_into(self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview) -> int:
        """Write ciphertext and tag to `buf`; return their size."""
        size = len(data)
        self._start(nonce, aad)
        target, tag = _room(buf[:size]), _room(buf[size : size + TAG_BYTES])
        self._library("gcry_cipher_encrypt", self._handle, target, size, _readable(data), size)
        self._library("gcry_cipher_gettag", self._handle, tag, TAG_BYTES)
        return size + TAG_BYTES

    def decrypt_into(self, nonce: bytes, data: Buffer, aad: bytes | None, buf: memoryview) -> int:
        """Write the plaintext to `buf`; return its size. Raises InvalidTag, `buf` then zeroed."""
        size = len(data) - TAG_BYTES
        if size < 0:
            raise InvalidTag
        self._start(nonce, aad)
        target = _room(buf[:size])
        body, tag = memoryview(data)[:size], bytes(memoryview(data)[size:])
        self._library("gcry_cipher_decrypt", self._handle, target, size, _readable(body), size)
        if not self._library.tells("gcry_cipher_checktag", self._handle, tag, TAG_BYTES):
            # What did not authenticate must not be left where somebody could read it.
            buf[:size] = bytes(size)
            raise InvalidTag
        return size

    def _start(self, nonce: bytes, aad: bytes | None) -> None:
        self._library("gcry_cipher_setiv", self._handle, nonce, len(nonce))
        if aad:
            self._library("gcry_cipher_authenticate", self._handle, aad, len(aad))


class Libgcrypt:
    """The functions used. Calls release the interpreter's lock."""

    def __init__(self, library: ctypes.CDLL) -> None:
        pointer, size, integer = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
        declarations: dict[str, tuple[object, ...]] = {
            "gcry_cipher_open": (pointer, integer, integer, ctypes.c_uint),
            "gcry_cipher_close": (pointer,),
            "gcry_cipher_setkey": (pointer, ctypes.c_char_p, size),
            "gcry_cipher_setiv": (pointer, ctypes.c_char_p, size),
            "gcry_cipher_authenticate": (pointer, ctypes.c_char_p, size),
            "gcry_cipher_encrypt": (pointer, pointer, size, pointer, size),
            "gcry_cipher_decrypt": (pointer, pointer, size, pointer, size),
            "gcry_cipher_gettag": (pointer, pointer, size),
            "gcry_cipher_checktag": (pointer, ctypes.c_char_p, size),
            "gcry_cipher_algo_info": (integer, integer, pointer, pointer),
        }
        self._functions: dict[str, Callable[..., int]] = {}
        for name, arguments in declarations.items():
            function = library[name]
            function.restype = ctypes.c_uint
            function.argtypes = arguments  # type: ignore[assignment]  # ctypes types, by table
            self._functions[name] = function

    def __call__(self, name: str, *arguments: object) -> None:
        """Call a function that fails only when we passed nonsense."""
        assert self.tells(name, *arguments), name

    def tells(self, name: str, *arguments: object) -> bool:
        """Call a function whose failure is an answer."""
        return self._functions[name](*arguments) == 0


@cache
def libgcrypt(names: Sequence[str] = LIBGCRYPT_NAMES) -> Libgcrypt | None:
    """The library, loaded once; None where it is missing, too old, or has no SM4."""
    library = first_library(names)
    if library is None:
        return None
    library.gcry_check_version.restype = ctypes.c_char_p
    # This also initializes the library, which must come before everything else.
    new_enough = bool(library.gcry_check_version(_GCRYPT_VERSION_MIN))
    library.gcry_control(_INITIALIZATION_FINISHED, 0)
    found = Libgcrypt(library)
    # A system in FIPS mode has no SM4.
    has_sm4 = found.tells("gcry_cipher_algo_info", _SM4, _TEST_ALGORITHM, None, None)
    return found if new_enough and has_sm4 else None


def _room(view: memoryview) -> ctypes.Array[ctypes.c_char]:
    return (ctypes.c_char * len(view)).from_buffer(view)


def _readable(data: Buffer) -> ctypes.Array[ctypes.c_char] | bytes:
    view = memoryview(data)
    return bytes(view) if view.readonly else _room(view)
