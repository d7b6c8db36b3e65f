"""A bundle of three small files, and its bytes."""

from collections.abc import Callable
from hashlib import sha256

from tendering.domain.bundle import Bundle, BundleFile, bundle_chunks, member_name

CONTENTS = (b"one", b"", b"x" * 1024)


def a_bundle(contents: tuple[bytes, ...] = CONTENTS) -> Bundle:
    """A bundle of these files."""
    files = tuple(
        BundleFile(
            member_name(index, f"文件{index}.pdf"),
            f"文件{index}.pdf",
            "application/pdf",
            len(content),
            sha256(content).hexdigest(),
        )
        for index, content in enumerate(contents, start=1)
    )
    return Bundle("technical", {"days": 300}, files)


def written(contents: tuple[bytes, ...] = CONTENTS) -> bytes:
    """Its bytes."""
    return b"".join(bundle_chunks(a_bundle(contents), [[content] for content in contents]))


def reading(data: bytes) -> Callable[[int, int], bytes]:
    """Bytes at an offset."""
    return lambda offset, count: data[offset : offset + count]
