"""An upload: a file on its way in parts, addressed by what it contains."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from crypto.container_digest import digest_from_parts
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.bids import PartMismatch, UploadIncomplete, UploadTooLarge

# All containers of one bid together that may come inside the request; larger ones are uploaded.
SMALL_BYTES_MAX: Final = 128 << 10


@dataclass(frozen=True, slots=True)
class Upload:
    """An upload of `size_bytes` in parts of `part_bytes`; `roots` are those of stored parts."""

    id: UUID
    organization_id: UUID
    size_bytes: int
    part_bytes: int
    roots: dict[int, bytes]

    @property
    def parts(self) -> int:
        """How many parts the upload has."""
        return -(-self.size_bytes // self.part_bytes)

    def part_size(self, part: int) -> int:
        """How many bytes the part has. Raises NotFound when there is no such part."""
        if not 0 <= part < self.parts:
            raise NotFound
        return min(self.part_bytes, self.size_bytes - part * self.part_bytes)

    @property
    def digest(self) -> bytes:
        """RFC 6962 root over 1 MiB blocks of the whole, 32 bytes. Raises UploadIncomplete."""
        missing = [part for part in range(self.parts) if part not in self.roots]
        if missing:
            raise UploadIncomplete(missing=missing[:100])
        return digest_from_parts([self.roots[part] for part in range(self.parts)])


def decide_upload(size_bytes: int, *, size_bytes_max: int) -> None:
    """May somebody announce an upload of this size? Raises UploadTooLarge."""
    if size_bytes > size_bytes_max:
        raise UploadTooLarge(size_bytes=size_bytes, size_bytes_max=size_bytes_max)


def require_owner(upload: Upload, organization_id: UUID) -> None:
    """Somebody else's upload does not exist. Raises NotFound."""
    if upload.organization_id != organization_id:
        raise NotFound


def decide_part(upload: Upload, part: int, root: bytes) -> bool:
    """Must the part be written? False when it lies there already. Raises PartMismatch."""
    if part not in upload.roots:
        return True
    if upload.roots[part] != root:
        raise PartMismatch("the part is stored with another content", part=part)
    return False
