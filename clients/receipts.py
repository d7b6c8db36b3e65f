"""Checking a receipt at home: two files in, a verdict in words out. No network, no platform."""

from pathlib import Path
from typing import Final

from crypto.canonical import parse
from tendering.domain.published_keys import PublishedKeys, parse_published_keys
from tendering.domain.receipt_verdict import ReceiptVerdict, verify_receipt
from tendering.domain.refusals.log import PublishedKeysInvalid, ReceiptInvalid

FILE_BYTES_MAX: Final = 1 << 20

# What each word of a verdict means to the bidder; a party's name follows in brackets.
SENTENCES: Final = {
    "platform-signature": "平台对回执的签名",
    "log-inclusion": "存证日志包含本次递交",
    "witness-quorum": "达到规定数量的见证方联署",
    "witness": "见证方联署",
    "time-stamp": "时间戳",
}
WARNINGS: Final = {
    "last-interval-rests-on-received-at": (
        "截止前最后一个存证间隔内送达的,由平台签名的接收时间和截止检查点共同证明"
    ),
    "demonstration": "这是示范环境:时间由示范时钟给出,不具有法律效力",
    "witnesses-run-by-operator": "平台运营方自己的见证方就能达到规定数量",
    "time-stamps-certified-by-operator": "时间戳机构的证书均由平台运营方自己签发",
    "key-holders-certified-by-operator": "密钥持有人的证书由平台运营方自己签发,运营方可以冒充",
    "no-protection-against-operator": "本回执不能防范平台运营方本身:没有独立方的证明",
    "seen-late": "独立方看到本次递交的时间晚于平台承诺",
    "seen-before-received": "独立方的时间早于平台签名的接收时间,有一方时钟不准",
    "policy-differs": "回执所写的见证规则与平台公布的不同,以公布的为准",
}


def verify_receipt_files(receipt: Path, keys: Path) -> ReceiptVerdict:
    """Check the receipt in one file against the published keys in another.

    Raises OSError, ReceiptInvalid, PublishedKeysInvalid.
    """
    return verify_receipt(_read(receipt, ReceiptInvalid), platform=read_keys(keys))


def read_keys(keys: Path) -> PublishedKeys:
    """The published keys in a file. Raises OSError, PublishedKeysInvalid."""
    return parse_published_keys(_read(keys, PublishedKeysInvalid))


def policy_lines(platform: PublishedKeys) -> list[str]:
    """The rule the receipt is checked against: who must have spoken, and whose people they are."""
    total = len(platform.witnesses)
    lines = [f"规则:{total} 个见证方中须有 {platform.quorum} 个联署"]
    for witness in platform.witnesses:
        whose = "独立于运营方" if witness.independent else "运营方自己"
        lines.append(f"  见证方 {witness.name}({witness.run_by},{whose})")
    for authority in platform.authorities:
        own = authority.root in platform.operator_roots
        lines.append(f"  时间戳机构 {authority.name}({'运营方自己' if own else '外部机构'})")
    return lines


def verdict_lines(verdict: ReceiptVerdict) -> list[str]:
    """The verdict for a person: what holds (✓), what is missing (…), what is broken (✗)."""
    lines = [f"✓ {_sentence(word)}" for word in verdict.holds]
    lines += [f"… 尚缺:{_sentence(word)}" for word in verdict.missing]
    lines += [f"✗ 不成立:{_sentence(word)}" for word in verdict.broken]
    lines += [f"! {WARNINGS[word]}" for word in verdict.warnings]
    if verdict.seen_at is not None:
        lines.append(f"独立证明的存在时间不晚于 {verdict.seen_at.isoformat()}")
    return lines


def _sentence(word: str) -> str:
    kind, _, party = word.partition(":")
    return f"{SENTENCES[kind]}({party})" if party else SENTENCES[kind]


def _read(file: Path, refusal: type[ReceiptInvalid | PublishedKeysInvalid]) -> dict[str, object]:
    with file.open("rb") as stream:
        data = stream.read(FILE_BYTES_MAX + 1)
    if len(data) > FILE_BYTES_MAX:
        raise refusal(f"{file} is too long")
    try:
        value = parse(data)
    except ValueError as error:
        raise refusal(f"{file}: {error}") from error
    if not isinstance(value, dict):
        raise refusal(f"{file} holds no JSON object")
    return dict(value)
