"""What the bidder's tool says when something stops it: one sentence and what to do, in Chinese.

Every sentence belongs to a stable code, which `--json` gives beside it, and to an exit status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from clients.bid_sealing import RehearsalFailed
from clients.bidding import UnlockContradicted
from clients.bundling import FileChanged
from clients.draw_contributing import NotSettled
from clients.notices import DocumentDiffers
from clients.platform import PlatformRefused, PlatformUnreachable
from clients.receipt_keeping import ReceiptWrong
from clients.sdk import desk as steps
from clients.sdk.entering import PublishedKeysChanged
from clients.sdk.plan import PlanInvalid
from clients.sdk.timing import DeadlineMissed
from clients.sdk.workspace import StepMissing, WorkspaceBusy
from clients.tender_facts import NoticeInvalid
from crypto.errors import BadKey, CryptoError, WrongPassphrase
from tendering.domain.bundle import BadBundle
from tendering.domain.journal import BrokenChain
from tendering.domain.refusals import Refused


class Exit(IntEnum):
    """How the command ends. 2 is wrong usage."""

    DONE = 0
    REFUSED = 1
    UNFINISHED = 3  # nothing is lost: the same command goes on where it stopped
    PROOF_PENDING = 4  # submitted; witnesses or time stamps are not all there yet


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a command ends: a stable code, a sentence, the exit status."""

    code: str
    text: str
    status: Exit = Exit.REFUSED


REFUSALS: Final = {
    "already-contributed": "本单位已经封存或者公开过随机数",
    "already-unlocked": "该投标已经解密",
    "answer-too-large": "平台的答复过大,已停止读取",
    "bid-does-not-open": "密钥正确,但投标文件打不开;所送密钥已作为证据保存,请联系代理机构",
    "bid-security-missing": "没有有效的投标担保,平台不能接收;办妥后再运行 submit",
    "body-too-large": "平台拒收过大的内容",
    "certificate-request-refused": "平台不为这把签名密钥签发证书",
    "container-refused": "平台检查加密文件未通过;请重新 seal",
    "counter-not-fresh": "平台已有编号相同或更大的递交;请重新 prepare、seal 再递交",
    "deadline-passed": "投标截止时间已过,平台拒收",
    "draw-over": "随机数的封存已经截止,或者抽取已经完成",
    "ephemeral-key-reused": "加密文件与以前的递交重复;请重新 seal",
    "forbidden": "该帐号没有此项权限",
    "idempotency-key-reused": "同一请求编号已用于别的内容;请联系平台运营方",
    "key-already-certified": "这把签名密钥的证书属于别的单位、已吊销或到期;请换一个密钥文件夹另办",
    "login-refused": "帐号或者密码不正确",
    "key-policy-replaced": "密钥持有人已更换,这份加密文件不能再递交;请重新 seal 后递交",
    "manifest-mismatch": "递交清单与平台记录的招标项目不一致(密钥持有人可能已更换);请重新 seal",
    "no-bid": "平台上没有可以撤回或者开启的投标",
    "not-administrator": "只有本单位的管理员帐号能办理签名证书",
    "not-participant": "仅受邀请或者上一轮次入围的单位可以参加本项目",
    "not-accepting-bids": "该项目现在不接收投标",
    "not-found": "平台上没有这一项",
    "opening-not-started": "开标尚未开始",
    "part-mismatch": "上传的分片与先前的内容不同;加密文件被改动过,请重新 seal",
    "rehearsal-unknown": "预演回执与测试文件不符;请重新预演",
    "request-timeout": "网络太慢,平台中断了这次上传;请检查网络后再运行一次,已上传的部分不必重传",
    "signature-refused": "平台不认可签名或者证书",
    "storage-full": "平台存储空间不足,暂时不能上传;进度已保存,请稍后再运行",
    "too-many-attempts": "操作过于频繁,请稍后再试",
    "unauthenticated": "登录已经失效;请重新运行 kaibiao bid login",
    "unlock-window-closed": "解密时间已过",
    "upload-incomplete": "平台上的文件不完整;请再次运行 submit",
    "upload-too-large": "加密文件超过平台允许的大小",
    "wrong-file-key": "平台认为密钥打不开加密文件",
    "wrong-phase": "该项目现在不在这一阶段",
}
AGAIN: Final = frozenset({"storage-full", "too-many-attempts", "upload-incomplete"})
STEPS: Final = {
    "login": "请先登录: kaibiao bid login",
    "certify": "请先办理签名证书: kaibiao bid certify",
    "new": "请先建立投标清单: kaibiao bid new 项目编号",
    "prepare": "请先检查投标文件: kaibiao bid prepare",
    "seal": "请先加密: kaibiao bid seal",
    "rehearse": "请先演练开启: kaibiao bid rehearse",
    "submit": "还没有递交过投标文件",
    "opening": "开标还没有开始",
}


def _refused(refusal: PlatformRefused) -> Stop:
    sentence = REFUSALS.get(refusal.code, f"平台拒绝: {refusal.detail}")
    status = Exit.UNFINISHED if refusal.code in AGAIN else Exit.REFUSED
    return Stop(refusal.code, f"{sentence} ({refusal.code})", status)


def _missed(error: DeadlineMissed) -> Stop:
    return Stop(
        "deadline-passed",
        f"投标截止时间 {error.deadline.astimezone():%F %T} 已过"
        f"(平台时间 {error.now.astimezone():%F %T}),文件没有传完,投标没有递交",
    )


def _named(code: str, text: str, status: Exit = Exit.REFUSED) -> Callable[[Any], Stop]:
    """A stop whose sentence ends in what the exception says."""
    return lambda error: Stop(code, text.format(error), status)


_WORDS: Final[tuple[tuple[type[BaseException], Callable[[Any], Stop]], ...]] = (
    (PlatformRefused, _refused),
    (
        PlatformUnreachable,
        _named("unreachable", "连不上平台({});进度已保存,再运行一次即可继续", Exit.UNFINISHED),
    ),
    (
        WorkspaceBusy,
        _named("workspace-busy", "另一个命令正在使用这个文件夹: {}", Exit.UNFINISHED),
    ),
    (StepMissing, lambda error: Stop(f"{error}-first", STEPS[str(error)])),
    (DeadlineMissed, _missed),
    (steps.BidStopped, lambda _: Stop("findings", "投标文件有问题,没有继续")),
    (steps.PlanChanged, _named("plan-changed", "bid.toml 在检查之后改动过;请重新 prepare")),
    (FileChanged, _named("file-changed", "文件在检查之后改动过: {};请重新 prepare")),
    (
        steps.SourcesChanged,
        _named(
            "source-changed",
            "文件在加密之后改动过: {}。要递交新内容,请重新 prepare、seal;"
            "确定递交加密时的内容,请加 --as-sealed",
        ),
    ),
    (steps.ContainersAltered, _named("container-altered", "加密文件被改动或丢失: {};请重新 seal")),
    (
        steps.KeyHoldersChanged,
        _named("key-holders-changed", "密钥持有人已更换,原加密文件不能使用;请重新 seal"),
    ),
    (steps.DiskTooFull, _named("disk-full", "磁盘空间不足,加密和演练需要 {} 字节")),
    (NotSettled, _named("not-settled", "抽取现在不能进行这一步,没有发送任何内容: {}")),
    (steps.NotInOpening, _named("not-in-opening", "开标名单里没有本文件夹中的投标文件")),
    (RehearsalFailed, _named("rehearsal-failed", "演练失败,请勿递交: {}")),
    (PlanInvalid, _named("plan-invalid", "{}")),
    (ReceiptWrong, _named("receipt-wrong", "平台的回执不成立,请保留证据并联系监督部门: {}")),
    (UnlockContradicted, _named("unlock-contradicted", "平台公布的解密结果与加密内容不符: {}")),
    (NoticeInvalid, _named("notice-invalid", "招标公告或密钥持有人的公告不成立,不要加密: {}")),
    (BrokenChain, _named("journal-broken", "平台的公开日志前后矛盾,请保留证据: {}")),
    (DocumentDiffers, _named("document-differs", "招标文件与公告记载的摘要不同: {}")),
    (
        PublishedKeysChanged,
        _named(
            "published-keys-changed",
            "平台公布的密钥与先前保存的不同(摘要 {});核实后运行 login --renew-keys",
        ),
    ),
    (WrongPassphrase, _named("wrong-passphrase", "口令不正确,密钥文件没有打开")),
    (BadKey, _named("bad-key", "密钥文件不能使用: {}")),
    (CryptoError, _named("crypto", "密码学检查未通过: {}")),
    (BadBundle, _named("bad-bundle", "投标文件不能打包: {}")),
    (Refused, lambda error: Stop(error.code, f"{REFUSALS.get(error.code, error.code)}: {error}")),
    (OSError, _named("file-system", "文件读写失败: {}")),
)
TOLD: Final = tuple(kind for kind, _ in _WORDS)
"""What is told in a sentence. Anything else is a mistake in the program and shows as such."""


def words(error: BaseException) -> Stop:
    """The sentence for what stopped a command; `error` is one of TOLD."""
    return next(say(error) for kind, say in _WORDS if isinstance(error, kind))
