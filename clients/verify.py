"""Checking the archive of a tender on any machine, offline: everything is computed again.

The archive is a file from somebody else: whatever is in it, the answer is a report and never a
crash. Each step says what it found; the verdict names the first thing that does not hold.
Format: docs/specs/archive-v1.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final

from clients.evidence_files import record_file
from clients.verifying import (
    awards,
    canaries,
    clearings,
    draws,
    evaluations,
    evidence,
    hall_sessions,
    identities,
    invitations,
    journals,
    keeping,
    key_holders,
    likenesses,
    openings,
    outages,
    publication,
    rounds,
    statements,
    submissions,
    trust,
    validity,
    venues,
)
from clients.verifying.archive_file import ArchiveFile, check_bag, check_framing
from clients.verifying.case import Case, load_case
from clients.verifying.report import (
    MALFORMED,
    Check,
    Fault,
    Notes,
    Progress,
    Report,
    Status,
    silent,
)
from crypto.canonical import parse
from tendering.domain.archive import folder_of
from tendering.domain.archive_keys import ArchiveKeys, parse_archive_keys
from tendering.domain.bag import BadBag
from tendering.domain.refusals.log import PublishedKeysInvalid

__all__ = ["Check", "Fault", "Report", "Status", "read_trust", "report_lines", "verify_archive"]

KEY_FILE_BYTES_MAX: Final = 4 << 20
MARKS: Final = {
    Status.HOLDS: "✓",
    Status.FAILS: "✗",
    Status.CANNOT_CHECK: "?",
    Status.NOT_IN_THIS_EDITION: "–",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is called, and what it does."""

    name_zh: str
    name_en: str
    check: Callable[[Case, Notes], None]


STEPS: Final = (
    Step("信任的公钥", "trusted keys", trust.check_keys),
    Step("平台对归档的签名", "the platform's signature over the archive", trust.check_note),
    Step("示范环境标识", "marks of a demonstration", trust.check_demonstration),
    Step("公开日志链", "chain of the public journal", journals.check_public_chain),
    Step("保管日志链", "chain of the custody journal", journals.check_custody_chain),
    Step("评标日志链", "chain of the committee's journal", journals.check_committee_chain),
    Step("日志之间的绑定", "heads bound in the public journal", journals.check_heads),
    Step("时间顺序与截止时间", "order of time and deadline", journals.check_times),
    Step("平台中断的处理", "what outages of the platform led to", outages.check_outages),
    Step("招标公告签名", "signature of the notice", publication.check_publication),
    Step("当事人名录", "parties in tender.json", publication.check_parties),
    Step("密钥持有人公告", "announcements of the key holders", publication.check_key_holders),
    Step("更换密钥持有人", "replaced key holders", key_holders.check_replacements),
    Step("密钥可用性探测", "canaries of the key holders", canaries.check_canaries),
    Step("澄清与修改", "clarifications", publication.check_clarifications),
    Step("招标文件", "tender documents", publication.check_documents),
    Step("投标文件清单", "list of bids against custody", submissions.check_custody),
    Step("参加单位", "who could take part", rounds.check_round),
    Step("投标清单签名", "signatures of the manifests", submissions.check_manifests),
    Step("加密投标文件", "sealed containers", submissions.check_containers),
    Step("递交回执", "receipts", evidence.check_receipts),
    Step("存证日志", "transparency log", evidence.check_log),
    Step("其他签名声明", "other signed statements", statements.check_statements),
    Step("解密与密封头复算", "unlocking, computed again", openings.check_unlocking),
    Step("密钥销毁声明", "destroyed keys", key_holders.check_destructions),
    Step("唱标内容", "what was read out", openings.check_reveal),
    Step("复会开报价", "prices unlocked after the marks", hall_sessions.check_resumption),
    Step("联合体与关联关系", "consortia and ties", rounds.check_ties),
    Step("清标报告复算", "the clearing report, computed again", clearings.check_clearings),
    Step("雷同性分析复算", "likeness of bids, found again", likenesses.check_likenesses),
    Step("专家抽取复算", "the draw, computed again", draws.check_draw),
    Step("评标委员会名单", "names of the committee", draws.check_committee),
    Step("评标场地", "venues and workstations", venues.check_venues),
    Step("专家邀请", "invitations to seats", invitations.check_invitations),
    Step("身份核验", "identity at the desk", identities.check_identities),
    Step("评标复算", "the evaluation, computed again", evaluations.check_evaluation),
    Step("评标报告", "reports of the evaluation", evaluations.check_reports),
    Step("投标有效期", "validity of bids", validity.check_validity),
    Step("中标候选人与定标", "candidates and award", awards.check_award),
    Step("签章文件", "signed documents", awards.check_issued),
    Step("证书吊销", "revoked certificates", trust.check_revocations),
    Step("保管期限与四性检测", "how long it is kept, and the four tests", keeping.check_keeping),
)
FRAMING: Final = ("归档文件结构", "framing of the archive file")
BAG: Final = ("文件摘要", "digests of all files")
STRANGERS: Final = ("无多余文件", "no file that nothing speaks of")
RECORD: Final = ("档案旁的证据记录", "evidence record beside the archive")
CONTENTS: Final = ("归档目录", "tender, keys and journals can be read")


def verify_archive(
    path: Path,
    *,
    trust: ArchiveKeys | None = None,
    progress: Progress = silent,
    at: datetime | None = None,
    roots: Sequence[bytes] = (),
) -> Report:
    """Check an archive. `trust`: keys obtained beforehand, which count instead of the archive's.

    With `at`, the present, the evidence record beside it is checked too, where there is one;
    `roots` (DER) certify its authorities besides those that the archive names.

    Memory stays flat whatever the size of the containers. Raises OSError when the file cannot be
    read at all.
    """
    with path.open("rb") as file:
        checks: list[Check] = []
        faults: list[Fault] = []
        notices: list[str] = []
        progress(FRAMING[1])
        opened = _opened(file, checks)
        if opened is None:
            return Report(tuple(checks), (), ())
        archive, digests = opened
        progress(BAG[1])
        _run(BAG, checks, lambda notes: check_bag(archive, digests))
        case = _loaded(archive, digests, trust, checks)
        if case is None:
            return Report(tuple(checks), (), ())
        for step in STEPS:
            progress(step.name_en)
            notes = _run((step.name_zh, step.name_en), checks, partial(step.check, case))
            faults += notes.faults
            notices += notes.notices
        if all(one.status is not Status.FAILS for one in checks):
            _run(STRANGERS, checks, partial(_no_strangers, archive))
        if at is not None and record_file(path).exists():
            known = (*roots, *case.keys.roots, *case.keys.stamp_roots)
            _run(RECORD, checks, partial(_check_record, path, known, at))
        return Report(tuple(checks), tuple(faults), tuple(dict.fromkeys(notices)))


def read_trust(path: Path) -> ArchiveKeys:
    """Keys obtained beforehand: the keys.json of another archive, or a page of published keys.

    Raises OSError, PublishedKeysInvalid.
    """
    with path.open("rb") as file:
        data = file.read(KEY_FILE_BYTES_MAX + 1)
    try:
        value = parse(data[:KEY_FILE_BYTES_MAX])
    except ValueError as error:
        raise PublishedKeysInvalid(f"{path}: {error}") from error
    if not isinstance(value, dict):
        raise PublishedKeysInvalid(f"{path} holds no JSON object")
    return parse_archive_keys(value)


def report_lines(report: Report, *, details: int = 3) -> list[str]:
    """The report for a person: notices, steps, faults, and last the verdict."""
    lines = [f"! {notice}" for notice in report.notices]
    for step in report.steps:
        lines.append(f"{MARKS[step.status]} {step.name_zh} / {step.name_en}")
        said = step.detail.splitlines()
        lines += [f"    {line}" for line in said[:details]]
        if len(said) > details:
            lines.append(f"    … {len(said) - details} more")
    for fault in report.faults:
        proof = "proved" if fault.proved else "not proved"
        lines.append(f"⚖ 标段 {fault.lot} {fault.bidder}：{fault.zh}")
        lines.append(f"  lot {fault.lot} {fault.bidder}: {fault.whose} ({proof}): {fault.why}")
    return [*lines, report.verdict]


def _opened(file: BinaryIO, checks: list[Check]) -> tuple[ArchiveFile, dict[str, str]] | None:
    notes = Notes()
    try:
        archive = ArchiveFile.open(file)
        digests = check_framing(archive)
    except BadBag as error:
        notes.fails(error.where, error.why)
        checks.append(notes.as_check(*FRAMING))
        return None
    notes.remark(f"{len(digests)} files in {archive.folder}")
    checks.append(notes.as_check(*FRAMING))
    return archive, digests


def _loaded(
    archive: ArchiveFile, digests: dict[str, str], trust: ArchiveKeys | None, checks: list[Check]
) -> Case | None:
    loaded: list[Case] = []

    def load(notes: Notes) -> None:
        case = load_case(archive, digests, trust)
        expected = folder_of(case.tender.id)
        notes.require(archive.folder == expected, archive.folder, f"the folder is not {expected}")
        notes.remark(f"{case.tender.number} {case.tender.title}: {case.edition} edition")
        loaded.append(case)

    _run(CONTENTS, checks, load)
    return loaded[0] if loaded else None


def _run(name: tuple[str, str], checks: list[Check], work: Callable[[Notes], None]) -> Notes:
    """Do a step; whatever malformed thing it meets is a failure of that step."""
    notes = Notes()
    try:
        work(notes)
    except BadBag as error:
        notes.fails(error.where, error.why)
    except MALFORMED as error:
        notes.fails(name[1], f"malformed: {type(error).__name__}: {error}")
    checks.append(notes.as_check(*name))
    return notes


def _check_record(path: Path, roots: Sequence[bytes], at: datetime, notes: Notes) -> None:
    keeping.check_evidence_record(path, roots, at=at, notes=notes)


def _no_strangers(archive: ArchiveFile, notes: Notes) -> None:
    for path in sorted(set(archive.members) - archive.read):
        notes.fails(path, "nothing in the archive speaks of this file")
