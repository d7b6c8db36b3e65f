"""What may be wrong with a bid before it is sealed, in words that a clerk can act upon.

An *error* stops; a *question* waits for somebody to say that it is meant so; a *note* is told.
Nothing is corrected: what the bidder wrote is what is sealed.
"""

import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Final

import pikepdf

from clients.bundling import PDF, media_type
from clients.canaries import Shown
from clients.sdk.plan import BidPlan
from crypto.canonical import JsonValue
from tendering.domain.bundle import FILE_BYTES_MAX, FILES_MAX
from tendering.domain.opening import form_findings
from tendering.domain.tender import Lot, Tender

NAME_BYTES_MAX: Final = 200
DEADLINE_NEAR: Final = timedelta(hours=2)
YUAN: Final = Decimal(100)
# Cannot be written to a disk somewhere, or show something else than they are.
_NAME_ODD: Final = re.compile(r'[<>:"\\|?*]|^[. ]|[. ]$')
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)


class Weight(StrEnum):
    """What a finding asks for."""

    ERROR = "error"
    QUESTION = "question"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class BidFinding:
    """A finding: a stable code, where it is, and a sentence."""

    code: str
    weight: Weight
    where: str
    text: str


def check_files(plan: BidPlan) -> list[BidFinding]:
    """Look at every file: is it there, can it be opened, may it have that name?"""
    findings = []
    seen: dict[str, str] = {}
    for kind, files in plan.files.items():
        if len(files) > FILES_MAX:
            findings.append(_error("too-many-files", kind, f"一个信封最多 {FILES_MAX} 个文件"))
        for file in files:
            where = f"{kind}/{printable(file.name)}"
            findings += [_error(code, where, text) for code, text in _file_errors(file)]
            folded = unicodedata.normalize("NFC", file.name).casefold()
            if seen.setdefault(f"{kind}/{folded}", where) is not where:
                findings.append(_error("file-twice", where, "同一信封中有两个同名文件"))
    return findings


def check_form(plan: BidPlan, tender: Tender) -> list[BidFinding]:
    """Hold the opening form against the tender. Raises NotFound for a lot that there is not."""
    lot = tender.lot(plan.lot)
    where = "price/form"
    price, objective = plan.forms.get("price"), plan.forms.get("qualification")
    findings = [
        BidFinding(code, Weight.QUESTION, where, _form_sentence(code, plan, lot))
        for code in (() if price is None else form_findings(price, lot))
    ]
    return findings + ([] if objective is None else list(_check_objective(objective, tender)))


def check_time(tender: Tender, now: datetime) -> list[BidFinding]:
    """Is there time left? `now` is the platform's."""
    left = tender.deadline - now
    if left <= timedelta(0):
        return [_error("deadline-passed", "tender", "投标截止时间已过")]
    if left < DEADLINE_NEAR:
        text = f"距投标截止时间只有 {int(left.total_seconds() // 60)} 分钟"
        return [BidFinding("deadline-near", Weight.NOTE, "tender", text)]
    return []


def check_certificate(valid_until: datetime | None, tender: Tender) -> list[BidFinding]:
    """Does the signing certificate live long enough? `valid_until` None: there is none yet."""
    if valid_until is None:
        text = "还没有签名证书,递交之前请办理: kaibiao bid certify"
        return [BidFinding("certificate-missing", Weight.NOTE, "certificate", text)]
    if valid_until <= tender.closing_at:
        return [_error("certificate-expires", "certificate", "签名证书在开标之前到期")]
    return []


def check_reading(published: int, read: int) -> list[BidFinding]:
    """Were the clarifications read? Both are counts; `read` of those that were downloaded."""
    if read >= published:
        return []
    text = f"有 {published - read} 份澄清没有下载;请运行 kaibiao bid documents 并阅读"
    return [BidFinding("clarification-unread", Weight.QUESTION, "documents", text)]


def check_canaries(shown: Shown) -> list[BidFinding]:
    """Have the key holders shown that their keys work? Else a lost key is lost for good."""
    if not shown.silent:
        return []
    who = "、".join(f"密钥持有人{number}" for number in sorted(shown.silent))
    proved = f"已证明 {len(shown.working)} 位,补救解密需要 {shown.threshold} 位"
    told = f"{who} 还没有证明密钥可用({proved})"
    if not shown.overdue:
        return [_note("key-holders-unproved", "key_holders", f"{told},尚在期限之内")]
    if shown.enough:
        return [_note("key-holders-late", "key_holders", f"{told},已经逾期")]
    text = f"{told},已经逾期:密钥一旦丢失,可能没有人能打开您的投标文件;请告知招标人"
    return [BidFinding("key-holders-too-few", Weight.QUESTION, "key_holders", text)]


def stopping(findings: list[BidFinding], confirmed: frozenset[str]) -> list[BidFinding]:
    """Those that stop: errors, and questions whose code nobody has confirmed."""
    return [
        one
        for one in findings
        if one.weight is Weight.ERROR
        or (one.weight is Weight.QUESTION and one.code not in confirmed)
    ]


def printable(name: str) -> str:
    """A name that can be shown without harm: what is invisible is spelled out."""
    return "".join(
        f"\\u{ord(one):04x}" if unicodedata.category(one) in _INVISIBLE else one for one in name
    )


def _file_errors(file: Path) -> Iterator[tuple[str, str]]:
    yield from _name_errors(file.name)
    try:
        found = file.stat()
    except (OSError, ValueError):
        yield "file-missing", "找不到这个文件"
        return
    if not stat.S_ISREG(found.st_mode):
        yield "file-not-regular", "不是普通文件"
        return
    if found.st_size == 0:
        yield "file-empty", "文件是空的(0 字节)"
        return
    if found.st_size > FILE_BYTES_MAX:
        yield "file-too-large", f"文件超过 {FILE_BYTES_MAX >> 30} GiB"
        return
    if media_type(file) == PDF:
        yield from _pdf_errors(file)


def _name_errors(name: str) -> Iterator[tuple[str, str]]:
    if any(unicodedata.category(one) in _INVISIBLE for one in name):
        yield "name-invisible", "文件名含有不可见字符或控制字符"
    if _NAME_ODD.search(name) or _DEVICE.fullmatch(name):
        yield "name-odd", "文件名在其他系统上不能使用"
    if len(name.encode("utf-8", "surrogatepass")) > NAME_BYTES_MAX:
        yield "name-too-long", f"文件名超过 {NAME_BYTES_MAX} 字节"


def _pdf_errors(file: Path) -> Iterator[tuple[str, str]]:
    try:
        with pikepdf.open(file) as pdf:
            if pdf.is_encrypted:
                yield "pdf-encrypted", "PDF 设有密码或权限限制,评标时可能打不开"
            if not pdf.pages:
                yield "pdf-without-pages", "PDF 没有任何页面"
    except pikepdf.PasswordError:
        yield "pdf-encrypted", "PDF 需要密码才能打开"
    except (pikepdf.PdfError, OSError):
        yield "pdf-unreadable", "PDF 损坏,无法打开"


def _check_objective(form: Mapping[str, JsonValue], tender: Tender) -> Iterator[BidFinding]:
    claimed = form["objective"]
    criteria = tender.method.get("criteria", ())
    assert isinstance(claimed, dict)
    assert isinstance(criteria, list | tuple)
    asked = {
        str(one["id"]): Decimal(str(one["max_points"]))
        for one in criteria
        if isinstance(one, dict) and one.get("kind") == "objective"
    }
    for name in sorted(set(claimed) - set(asked)):
        yield _error("objective-unknown", "qualification/form", f"评标办法中没有客观分项 {name}")
    for name in sorted(set(asked) - set(claimed)):
        yield BidFinding(
            "objective-missing", Weight.QUESTION, "qualification/form", f"没有填写客观分项 {name}"
        )
    for name in sorted(set(asked) & set(claimed)):
        if Decimal(str(claimed[name])) > asked[name]:
            text = f"客观分项 {name} 填写 {claimed[name]},满分只有 {asked[name]}"
            yield _error("objective-too-high", "qualification/form", text)


def _form_sentence(code: str, plan: BidPlan, lot: Lot) -> str:
    price = plan.forms["price"]["price_fen"]
    assert isinstance(price, int)
    told = f"报价 {price / YUAN:,} 元,最高投标限价 {lot.ceiling_price_fen / YUAN:,} 元"
    if code == "above-ceiling":
        return f"{told}: 报价高于限价,投标将被否决"
    assert code == "unit-slip-suspected"  # the plan leaves no other: it is parsed
    return f"{told}: 相差一百倍以上,请核对单位是元还是万元"


def _note(code: str, where: str, text: str) -> BidFinding:
    return BidFinding(code, Weight.NOTE, where, text)


def _error(code: str, where: str, text: str) -> BidFinding:
    return BidFinding(code, Weight.ERROR, where, text)
