"""The bundle inside a sealed container: a strict tar, so that stock `age` and `tar` open a bid.

One plaintext must not be readable in two ways, therefore there is exactly one way to write it: the
first member is `form.json` in canonical JSON, then the files in its order, every header as
`member_header` makes it, then zeros up to a size that many bundles share, nothing after. Format:
docs/specs/bundle-v1.md.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crypto.canonical import JsonValue, canonical, parse

BLOCK_BYTES = 512
# Below it Padmé has steps of one block or less, which would hide nothing.
BUNDLE_BYTES_MIN = 16 << 10
FORM_MEMBER = "form.json"
FORM_BYTES_MAX = 1 << 20
FILES_MAX = 2000
_FILE_MEMBERS = frozenset({"member", "name", "media_type", "size_bytes", "sha256"})
FILE_BYTES_MAX = (8 << 30) - 1  # what eleven octal digits of a ustar header can say
_ZEROS = bytes(1 << 20)  # the most padding that is held at once
_SUFFIX = re.compile(r"\.[a-z0-9]{1,8}\Z")

ReadAt = Callable[[int, int], bytes]


class BadBundle(Exception):
    """The plaintext of a container is not a bundle in its one canonical form."""


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of a bundle. `name` is the bidder's, `member` ours; `offset` into the bundle."""

    member: str
    name: str
    media_type: str
    size_bytes: int
    sha256: str
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """What an opened container holds: a form for the reading-out, and files."""

    kind: str
    form: Mapping[str, JsonValue]
    files: tuple[BundleFile, ...]


def member_name(index: int, name: str) -> str:
    """The member under which the bidder's file `name` stands: no foreign character gets in."""
    suffix = _SUFFIX.search(name.lower()[-9:])
    return f"files/{index:04d}{suffix.group() if suffix else '.bin'}"


def member_header(name: str, size_bytes: int) -> bytes:
    """The 512-byte ustar header of a member: fixed owner, mode and time. POSIX.1-1988 ustar."""
    header = bytearray(BLOCK_BYTES)
    header[0 : len(name)] = name.encode("ascii")
    header[100:108] = b"0000644\0"
    header[108:116] = header[116:124] = b"0000000\0"
    header[124:136] = f"{size_bytes:011o}\0".encode("ascii")
    header[136:148] = b"00000000000\0"
    header[148:156] = b" " * 8
    header[156:157] = b"0"
    header[257:265] = b"ustar\x0000"
    header[148:156] = f"{sum(header):06o}\0 ".encode("ascii")
    return bytes(header)


def bundle_chunks(bundle: Bundle, contents: Iterable[Iterable[bytes]]) -> Iterator[bytes]:
    """The bytes of a bundle, a piece at a time. `contents` yields each file's bytes in order.

    Raises BadBundle when a file's bytes are not as many as announced.
    """
    form = _form_bytes(bundle)
    if len(form) > FORM_BYTES_MAX or len(bundle.files) > FILES_MAX:
        raise BadBundle("too many files, or too large a form")
    yield member_header(FORM_MEMBER, len(form)) + form + _padding(len(form))
    for file, pieces in zip(bundle.files, contents, strict=True):
        yield member_header(file.member, file.size_bytes)
        written = 0
        for piece in pieces:
            written += len(piece)
            yield piece
        if written != file.size_bytes:
            raise BadBundle(f"{file.name} has {written} bytes, not {file.size_bytes}")
        yield _padding(file.size_bytes)
    end = _end_of_members(len(form), bundle.files)
    for _, count in _pieces(end, padded_size(end + 2 * BLOCK_BYTES)):
        yield _ZEROS[:count]


def bundle_size(bundle: Bundle) -> int:
    """How many bytes `bundle_chunks` will yield."""
    return padded_size(_end_of_members(len(_form_bytes(bundle)), bundle.files) + 2 * BLOCK_BYTES)


def padded_size(size_bytes: int) -> int:
    """The size that a bundle of so many bytes is filled up to: Padmé's, at most 12 % more.

    A size keeps as many leading bits as its exponent has binary digits, so that of a size only its
    magnitude shows: from 16 KiB to 8 GiB there are 609. Nikitin et al., Reducing Metadata Leakage
    from Encrypted Files and Communication with PURBs, 2019, §4.
    """
    if size_bytes <= BUNDLE_BYTES_MIN:
        return BUNDLE_BYTES_MIN
    exponent = size_bytes.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size_bytes // step) * step


def read_bundle(read_at: ReadAt, size_bytes: int) -> Bundle:
    """Read form and index of a bundle of `size_bytes`; `read_at(offset, count)` gives its bytes.

    Raises BadBundle unless every header and the end are exactly what `bundle_chunks` writes. The
    files' own digests are compared when they are read (`BundleFile.sha256`).
    """
    first = read_at(0, BLOCK_BYTES)
    form_size = _size_in(first)
    if form_size > FORM_BYTES_MAX or first != member_header(FORM_MEMBER, form_size):
        raise BadBundle("the first member is not form.json in its canonical form")
    bundle = _parse_form(read_at(BLOCK_BYTES, form_size))
    end = BLOCK_BYTES + form_size
    offset = end + len(_padding(form_size))
    _require_zeros(read_at, end, offset)
    files = []
    for file in bundle.files:
        if read_at(offset, BLOCK_BYTES) != member_header(file.member, file.size_bytes):
            raise BadBundle(f"the member {file.member} is not where it belongs")
        offset += BLOCK_BYTES
        files.append(
            BundleFile(
                file.member, file.name, file.media_type, file.size_bytes, file.sha256, offset
            )
        )
        end = offset + file.size_bytes
        offset = end + len(_padding(file.size_bytes))
        _require_zeros(read_at, end, offset)
    if size_bytes != padded_size(offset + 2 * BLOCK_BYTES):
        raise BadBundle("not filled up to the size that its members ask for")
    _require_zeros(read_at, offset, size_bytes)
    return Bundle(bundle.kind, bundle.form, tuple(files))


def _require_zeros(read_at: ReadAt, start: int, end: int) -> None:
    for offset, count in _pieces(start, end):
        if read_at(offset, count) != _ZEROS[:count]:
            raise BadBundle("padding is not zero")


def _pieces(start: int, end: int) -> Iterator[tuple[int, int]]:
    """(offset, count) over a range, no piece larger than what is held at once."""
    for offset in range(start, end, len(_ZEROS)):
        yield offset, min(len(_ZEROS), end - offset)


def _end_of_members(form_bytes: int, files: Sequence[BundleFile]) -> int:
    sizes = [form_bytes, *(file.size_bytes for file in files)]
    return sum(BLOCK_BYTES + size + len(_padding(size)) for size in sizes)


def _form_bytes(bundle: Bundle) -> bytes:
    return canonical(
        {
            "kind": bundle.kind,
            "form": dict(bundle.form),
            "files": [
                {
                    "member": file.member,
                    "name": file.name,
                    "media_type": file.media_type,
                    "size_bytes": file.size_bytes,
                    "sha256": file.sha256,
                }
                for file in bundle.files
            ],
        }
    )


def _parse_form(data: bytes) -> Bundle:
    try:
        value = parse(data)
    except (ValueError, UnicodeDecodeError) as error:
        raise BadBundle("form.json is not JSON") from error
    if not isinstance(value, dict) or set(value) != {"kind", "form", "files"}:
        raise BadBundle("form.json has other members than kind, form and files")
    if canonical(value) != data:
        raise BadBundle("form.json is not canonical")
    kind, form, files = value["kind"], value["form"], value["files"]
    if not isinstance(kind, str) or not isinstance(form, dict) or not isinstance(files, list):
        raise BadBundle("form.json has members of another type")
    if len(files) > FILES_MAX:
        raise BadBundle("too many files")
    return Bundle(kind, form, tuple(_parse_files(files)))


def _parse_files(files: Sequence[JsonValue]) -> Iterator[BundleFile]:
    for index, file in enumerate(files, start=1):
        if not isinstance(file, dict):
            raise BadBundle("a file's entry is not an object")
        match file:
            case {
                "member": str(member),
                "name": str(name),
                "media_type": str(media_type),
                "size_bytes": int(size),
                "sha256": str(sha256),
            } if set(file) == _FILE_MEMBERS and not isinstance(file["size_bytes"], bool):
                if member != member_name(index, name) or not 0 <= size <= FILE_BYTES_MAX:
                    raise BadBundle(f"the entry of file {index} is not canonical")
                if not re.fullmatch(r"[0-9a-f]{64}", sha256):
                    raise BadBundle(f"the digest of file {index} is not one")
                yield BundleFile(member, name, media_type, size, sha256)
            case _:
                raise BadBundle(f"the entry of file {index} has other members")


def _size_in(header: bytes) -> int:
    digits = header[124:135]
    if len(header) != BLOCK_BYTES or not re.fullmatch(rb"[0-7]{11}", digits):
        raise BadBundle("the plaintext does not begin with a member's header")
    return int(digits, 8)


def _padding(size_bytes: int) -> bytes:
    return bytes(-size_bytes % BLOCK_BYTES)
