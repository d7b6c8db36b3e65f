"""ML-KEM-768 encapsulation with given randomness: ML-KEM.Encaps_internal (FIPS 203, algorithm 17).

`cryptography` encapsulates with chance of its own, from which nobody could compute a header again.
This is the one use of kyber-py, which is plain Python and not constant in time; here it works on
the machine of the bidder whose bid it is, or on what has been published (docs/decisions/0018). That
what it computes is exact shows whenever somebody opens: decapsulation encrypts again and compares.
"""

from kyber_py.ml_kem import ML_KEM_768

from crypto.errors import BadKey

MESSAGE_BYTES = 32


def encapsulate(public: bytes, message: bytes) -> tuple[bytes, bytes]:
    """Encapsulate the 32 bytes `message` to a key of 1184: (shared secret 32, ciphertext 1088).

    Raises BadKey for a key of another length or with coefficients that are not reduced.
    """
    assert len(message) == MESSAGE_BYTES
    try:
        # The name is FIPS 203's; the public `encaps` differs in drawing the message itself.
        shared, ciphertext = ML_KEM_768._encaps_internal(public, message)  # noqa: SLF001
    except ValueError as error:
        raise BadKey("not a usable ML-KEM-768 key") from error
    return bytes(shared), bytes(ciphertext)
