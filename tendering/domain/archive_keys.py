"""The keys an archive is checked against: best obtained from elsewhere and beforehand.

What comes inside the archive only shows that it agrees with itself; who made it could have made
the keys. So whoever checks is told whose keys they are and who stands behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from crypto.canonical import JsonValue
from crypto.certificates import facts
from crypto.errors import BadCertificate
from tendering.domain.fields import Fields
from tendering.domain.published_keys import (
    PublishedKeys,
    from_base64,
    parse_published_keys,
    published_keys_json,
    to_base64,
)
from tendering.domain.refusals.log import PublishedKeysInvalid

ROOTS_MAX: Final = 64
VRF_PUBLIC_BYTES: Final = 32

NOTICES: Final = {
    "demonstration": (
        "示范环境：时间由示范时钟给出，不具有法律效力",
        "A demonstration clock gave the times: nothing here has legal effect",
    ),
    "key-holders-certified-by-operator": (
        "密钥持有人的证书由平台运营方自己签发，不能防范运营方",
        "Key holders are certified by the operator itself: no protection against the operator",
    ),
    "witnesses-run-by-operator": (
        "平台运营方自己的见证方就能达到规定数量，不能防范运营方",
        "The operator's own witnesses make the quorum: no protection against the operator",
    ),
    "time-stamps-certified-by-operator": (
        "时间戳机构的证书均由平台运营方自己签发，不能防范运营方",
        "All time stamps are certified by the operator itself: no protection against the operator",
    ),
}


@dataclass(frozen=True, slots=True)
class ArchiveKeys:
    """Everything a verifier trusts. `roots` certify signers, DER; `vrf_public` has 32 bytes.

    `vrf_public` is empty when only the page of published keys is at hand.
    """

    published: PublishedKeys
    roots: tuple[bytes, ...]
    vrf_public: bytes

    @property
    def stamp_roots(self) -> tuple[bytes, ...]:
        """Who certifies time stamps."""
        return tuple(dict.fromkeys(one.root for one in self.published.authorities))


def notices_of(keys: PublishedKeys) -> tuple[str, ...]:
    """What must be said about these keys, as words of NOTICES."""
    said = {
        "demonstration": keys.demonstration,
        "key-holders-certified-by-operator": not keys.key_holders_protect,
        "witnesses-run-by-operator": not keys.witnesses_protect,
        "time-stamps-certified-by-operator": not any(map(keys.is_independent, keys.authorities)),
    }
    return tuple(word for word, applies in said.items() if applies)


def archive_keys_json(keys: ArchiveKeys) -> dict[str, JsonValue]:
    """The file `keys.json` of an archive."""
    return {
        "published_keys": published_keys_json(keys.published),
        "roots": [
            {
                "name": facts(root).common_name,
                "certificate": to_base64(root),
                "run_by_operator": root in keys.published.operator_roots,
            }
            for root in keys.roots
        ],
        "vrf_public": keys.vrf_public.hex(),
        "notices": [
            {"notice": word, "zh": NOTICES[word][0], "en": NOTICES[word][1]}
            for word in notices_of(keys.published)
        ],
    }


def parse_archive_keys(value: Mapping[str, object]) -> ArchiveKeys:
    """Read `keys.json`, or the page of published keys alone. Raises PublishedKeysInvalid."""
    if "published_keys" not in value:
        published = parse_published_keys(value)
        certifiers = (authority.root for authority in published.certifiers)
        roots = tuple(dict.fromkeys((*published.operator_roots, *certifiers)))
        return ArchiveKeys(published, roots, b"")
    fields = Fields(value, "keys", PublishedKeysInvalid)
    page = fields.take("published_keys")
    if not isinstance(page, Mapping):
        raise fields.wrong("published_keys", "an object is expected")
    published = parse_published_keys(page)
    roots = tuple(map(_root, fields.each("roots", most=ROOTS_MAX)))
    vrf_public = _hex(fields, "vrf_public")
    fields.take("notices")  # they follow from the keys and are computed, not believed
    fields.done()
    return ArchiveKeys(published, roots, vrf_public)


def _root(fields: Fields) -> bytes:
    fields.text("name")
    certificate = from_base64(fields.text("certificate"), PublishedKeysInvalid)
    fields.flag("run_by_operator", default=False)
    fields.done()
    try:
        facts(certificate)
    except BadCertificate as error:
        raise fields.wrong("certificate", str(error)) from error
    return certificate


def _hex(fields: Fields, key: str) -> bytes:
    try:
        value = bytes.fromhex(fields.text(key))
    except ValueError:
        raise fields.wrong(key, "lower-case hex is expected") from None
    if len(value) != VRF_PUBLIC_BYTES:
        raise fields.wrong(key, "32 bytes are expected")
    return value
