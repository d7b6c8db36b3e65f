"""Reading the ASCII armor of age: strict PEM, decoded as it streams.

Containers are never armored; this exists so that `kaibiao age` opens whatever age wrote.
"""

import base64
import re

from crypto.age_payload import Readable, read_exactly
from crypto.errors import BadArmor

BEGIN_LINE = b"-----BEGIN AGE ENCRYPTED FILE-----"
END_LINE = b"-----END AGE ENCRYPTED FILE-----"

_COLUMNS = 64
_SPACE_MAX = 1024  # white space tolerated before and after, as the reference implementation does
_READ_BYTES = 64 << 10
_LINE = re.compile(rb"[A-Za-z0-9+/]+={0,2}\Z")
_SPACE = b" \t\r\n"


class ArmorReader:
    """The bytes inside the armor that `source` carries. Reading raises BadArmor."""

    def __init__(self, source: Readable) -> None:
        self._source = source
        self._raw = b""
        self._position = 0  # of the next line in what was read
        self._decoded = b""
        self._ended = False
        self._skip_space()
        if self._line() != BEGIN_LINE:
            raise BadArmor("not an armored age file")

    def read(self, size: int, /) -> bytes:
        """Up to `size` bytes; none at the end, after the end line has been checked."""
        while len(self._decoded) < size and not self._ended:
            self._decode_more(size)
        taken, self._decoded = self._decoded[:size], self._decoded[size:]
        return taken

    def _decode_more(self, wanted: int) -> None:
        pieces = [self._decoded]
        have = len(self._decoded)
        while have < wanted and not self._ended:
            line = self._line()
            short = line != END_LINE and (len(line) < _COLUMNS or line.endswith(b"="))
            if line != END_LINE:
                pieces.append(_decode(line))
                have += len(pieces[-1])
            if short and self._line() != END_LINE:
                raise BadArmor("a short line in the middle of the armor")
            if short or line == END_LINE:
                self._ended = True
                self._check_nothing_follows()
        self._decoded = b"".join(pieces)

    def _line(self) -> bytes:
        end = self._raw.find(b"\n", self._position)
        if end < 0:
            self._raw = self._raw[self._position :] + read_exactly(self._source, _READ_BYTES)
            self._position = 0
            end = self._raw.find(b"\n")
        if end < 0 and self._raw == END_LINE:
            end = len(self._raw)
        if not 0 <= end - self._position <= _COLUMNS + 1:
            raise BadArmor("an armor line that is too long or not ended")
        line = self._raw[self._position : end]
        self._position = end + 1
        return line.removesuffix(b"\r")

    def _skip_space(self) -> None:
        self._raw = read_exactly(self._source, _READ_BYTES)
        self._position = len(self._raw) - len(self._raw.lstrip(_SPACE))
        if self._position > _SPACE_MAX:
            raise BadArmor("too much white space before the armor")

    def _check_nothing_follows(self) -> None:
        rest = self._raw[self._position :] + read_exactly(self._source, _SPACE_MAX + 1)
        if len(rest) > _SPACE_MAX or rest.strip(_SPACE):
            raise BadArmor("something follows the armor")


def _decode(line: bytes) -> bytes:
    if len(line) > _COLUMNS or len(line) % 4 or not _LINE.match(line):
        raise BadArmor("malformed base64 in the armor")
    data = base64.b64decode(line)
    if base64.b64encode(data) != line:
        raise BadArmor("base64 in the armor that is not canonical")
    return data
