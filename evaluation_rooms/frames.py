"""A WebSocket text frame from the server, as bytes that can be written to many transports at once.

RFC 6455 §5.2: one unfragmented, unmasked frame. Without per-message compression the bytes are the
same for every connection.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

_TEXT_FINAL: Final = 0x81
_LENGTH_IN_16_BITS: Final = 126
_LENGTH_IN_64_BITS: Final = 127
_LENGTH_16: Final = Struct(">BBH")
_LENGTH_64: Final = Struct(">BBQ")


def text_frame(payload: bytes) -> bytes:
    """The frame that carries this UTF-8 text."""
    length = len(payload)
    if length < _LENGTH_IN_16_BITS:
        return bytes((_TEXT_FINAL, length)) + payload
    if length < 1 << 16:
        return _LENGTH_16.pack(_TEXT_FINAL, _LENGTH_IN_16_BITS, length) + payload
    return _LENGTH_64.pack(_TEXT_FINAL, _LENGTH_IN_64_BITS, length) + payload


def texts_of(frames: bytes | memoryview) -> Iterator[str]:
    """The texts of such frames, one after another: the inverse of `text_frame`."""
    at = 0
    while at < len(frames):
        assert frames[at] == _TEXT_FINAL
        length, begins = frames[at + 1], at + 2
        if length == _LENGTH_IN_16_BITS:
            length, begins = int.from_bytes(frames[begins : begins + 2]), begins + 2
        elif length == _LENGTH_IN_64_BITS:
            length, begins = int.from_bytes(frames[begins : begins + 8]), begins + 8
        at = begins + length
        yield bytes(frames[begins:at]).decode()
