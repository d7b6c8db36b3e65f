"""The system's OpenSSL through ctypes: the one maintained implementation of SM2 at hand.

`cryptography` has SM3 and SM4 and refuses SM2, so the curve, signatures and decryption come from
the operating system's libcrypto, version 3.0 or later. Calls release the interpreter's lock. This
module loads the library and declares the functions; what they mean stands in `gm_curve` and
`gm_sm2`.
"""

import ctypes
from collections.abc import Callable, Sequence
from functools import cache

from crypto.errors import ProviderMissing

LIBCRYPTO_NAMES = (
    "libcrypto.so.3",
    "libcrypto.so.4",
    "libcrypto.3.dylib",
    "libcrypto-3-x64.dll",
)
LIBGCRYPT_NAMES = ("libgcrypt.so.20", "libgcrypt.20.dylib", "libgcrypt-20.dll")

_VERSION_MIN = 0x30000000
_ERROR_BYTES = 256
_NO_LIBCRYPTO = (
    "SM2 needs OpenSSL's libcrypto, 3.0 or later, built with SM2: install the package libssl3 "
    "(Debian, Ubuntu, UOS), openssl-libs (openEuler, Anolis, Kylin) or openssl@3 (Homebrew)"
)

_pointer = ctypes.c_void_p
_text = ctypes.c_char_p
_size = ctypes.c_size_t
_int = ctypes.c_int
_size_out = ctypes.POINTER(ctypes.c_size_t)
_pointer_out = ctypes.POINTER(ctypes.c_void_p)

Native = Callable[..., int]

# Name, result, arguments. Every pointer is void *: what it points to stands in OpenSSL's manual.
_DECLARATIONS: tuple[tuple[str, object, tuple[object, ...]], ...] = (
    ("OpenSSL_version_num", ctypes.c_ulong, ()),
    ("ERR_get_error", ctypes.c_ulong, ()),
    ("ERR_clear_error", None, ()),
    ("ERR_error_string_n", None, (ctypes.c_ulong, _pointer, _size)),
    ("EC_GROUP_new_by_curve_name", _pointer, (_int,)),
    ("EC_POINT_new", _pointer, (_pointer,)),
    ("EC_POINT_clear_free", None, (_pointer,)),
    ("EC_POINT_oct2point", _int, (_pointer, _pointer, _text, _size, _pointer)),
    ("EC_POINT_point2oct", _size, (_pointer, _pointer, _int, _pointer, _size, _pointer)),
    ("EC_POINT_mul", _int, (_pointer, _pointer, _pointer, _pointer, _pointer, _pointer)),
    ("BN_bin2bn", _pointer, (_text, _int, _pointer)),
    ("BN_bn2binpad", _int, (_pointer, _pointer, _int)),
    ("BN_clear_free", None, (_pointer,)),
    ("EVP_sm3", _pointer, ()),
    ("EVP_sm4_cbc", _pointer, ()),
    ("EVP_MD_CTX_new", _pointer, ()),
    ("EVP_MD_CTX_free", None, (_pointer,)),
    ("EVP_MD_CTX_set_pkey_ctx", None, (_pointer, _pointer)),
    ("EVP_PKEY_CTX_new", _pointer, (_pointer, _pointer)),
    ("EVP_PKEY_CTX_free", None, (_pointer,)),
    ("EVP_PKEY_CTX_set1_id", _int, (_pointer, _text, _size)),
    ("EVP_PKEY_free", None, (_pointer,)),
    ("EVP_PKEY_get_bn_param", _int, (_pointer, _text, _pointer_out)),
    ("EVP_PKEY_is_a", _int, (_pointer, _text)),
    ("EVP_DigestSignInit", _int, (_pointer, _pointer, _pointer, _pointer, _pointer)),
    ("EVP_DigestSign", _int, (_pointer, _pointer, _size_out, _text, _size)),
    ("EVP_DigestVerifyInit", _int, (_pointer, _pointer, _pointer, _pointer, _pointer)),
    ("EVP_DigestVerify", _int, (_pointer, _text, _size, _text, _size)),
    ("EVP_PKEY_decrypt_init", _int, (_pointer,)),
    ("EVP_PKEY_decrypt", _int, (_pointer, _pointer, _size_out, _text, _size)),
    ("d2i_AutoPrivateKey", _pointer, (_pointer, ctypes.POINTER(_text), ctypes.c_long)),
    ("d2i_PUBKEY", _pointer, (_pointer, ctypes.POINTER(_text), ctypes.c_long)),
    ("BIO_new_mem_buf", _pointer, (_text, _int)),
    ("BIO_s_mem", _pointer, ()),
    ("BIO_new", _pointer, (_pointer,)),
    ("BIO_read", _int, (_pointer, _pointer, _int)),
    ("BIO_free", _int, (_pointer,)),
    ("PEM_read_bio_PrivateKey", _pointer, (_pointer, _pointer, _pointer, _text)),
    (
        "PEM_write_bio_PKCS8PrivateKey",
        _int,
        (_pointer, _pointer, _pointer, _text, _int, _pointer, _pointer),
    ),
)


class Libcrypto:
    """The functions used, declared, by their names in the manual."""

    def __init__(self, library: ctypes.CDLL, *, version_min: int = _VERSION_MIN) -> None:
        """Declare the functions. Raises ProviderMissing for an older library or one without SM2."""
        self._functions: dict[str, Native] = {}
        try:
            for name, result, arguments in _DECLARATIONS:
                function = library[name]
                function.restype = result  # type: ignore[assignment]  # ctypes types, by table
                function.argtypes = arguments  # type: ignore[assignment]  # the same
                self._functions[name] = function
        except AttributeError as error:
            raise ProviderMissing(_NO_LIBCRYPTO) from error
        if self("OpenSSL_version_num") < version_min:
            raise ProviderMissing(_NO_LIBCRYPTO)

    def __call__(self, name: str, *arguments: object) -> int:
        """Call the function `name`; a null pointer comes back as 0."""
        return self._functions[name](*arguments) or 0

    def reason(self) -> str:
        """Why the last call of this thread failed, in the library's words; its queue is emptied."""
        words = ctypes.create_string_buffer(_ERROR_BYTES)
        self("ERR_error_string_n", self("ERR_get_error"), words, _ERROR_BYTES)
        self("ERR_clear_error")
        return words.value.decode("ascii", "replace")


@cache
def libcrypto(names: Sequence[str] = LIBCRYPTO_NAMES) -> Libcrypto:
    """The library, loaded once. Raises ProviderMissing, which names what to install."""
    library = first_library(names)
    if library is None:
        raise ProviderMissing(_NO_LIBCRYPTO)
    return Libcrypto(library)


def first_library(names: Sequence[str]) -> ctypes.CDLL | None:
    """The first of these shared libraries that the system has."""
    for name in names:
        try:
            return ctypes.CDLL(name)
        except OSError:
            continue
    return None
