"""The commands of `kaibiao bid`, each as it goes: the SDK does the work, here it is told."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from clients.bid_sealing import PreparedBid
from clients.bidding import Bidder
from clients.commands.bid_rehearsal import tell_rehearsal
from clients.commands.bid_screen import ENVELOPE_NAMES, Screen
from clients.commands.bid_securing import tell_secured
from clients.commands.bid_words import Exit
from clients.draw_contributing import Contributor
from clients.notices import download_documents, read_notice
from clients.platform import open_platform
from clients.receipts import verdict_lines, verify_receipt_files
from clients.sdk import entering
from clients.sdk.checks import printable
from clients.sdk.desk import BidDesk
from clients.sdk.plan import PLAN, plan_template
from clients.sdk.workspace import Workspace
from clients.serving import write_private
from tendering.domain.bundle import bundle_size
from tendering.domain.receipt_verdict import ReceiptVerdict
from tendering.domain.receipts import parse_receipt

TENDERS_SHOWN: Final = 100
STATES: Final = {
    "sealed": "已加密,未递交",
    "pending": "已递交,证明待补 (submitted, proof pending)",
    "proven": "已递交,证明完整",
    "withdrawn": "已撤回",
}

CONTRIBUTIONS: Final = {
    "sealed": "抽取用的随机数已封存;截止封存后再运行一次即公开",
    "revealed": "封存的随机数已公开,等待抽取",
    "open": "封存的随机数此前已经公开",
}


async def enter(
    screen: Screen,
    workspace: Workspace,
    *,
    address: str,
    login: str,
    password: str,
    file: Path | None,
    keys: Path | None,
    published_keys: Path | None,
    renew_keys: bool,
) -> Exit:
    """Log in."""
    if published_keys is not None:
        await asyncio.to_thread(entering.give_published_keys, workspace, published_keys)
    async with open_platform(address) as platform:
        platform.on_trouble = _trouble(screen)
        if renew_keys:
            await entering.keep_published_keys(workspace, platform, renew=True)
        entered = await entering.log_in(
            workspace,
            platform,
            login=login,
            password=password,
            password_file=None if file is None else await asyncio.to_thread(file.absolute),
            keys=None if keys is None else await asyncio.to_thread(keys.absolute),
        )
    digest = entering.keys_digest(entering.published_keys(workspace))
    screen.say(f"✓ 已登录: {entered.identity.organization_name}")
    screen.say(f"平台公布的密钥摘要: {digest}")
    screen.say("请与平台在别处公布的摘要核对;以后的回执都用这些密钥检验")
    screen.set(organization=entered.identity.organization_name, published_keys=digest)
    return Exit.DONE


async def certify(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Make and certify the signing key."""
    async with entering.logged_in(workspace, on_trouble=_trouble(screen)) as platform:
        await entering.certify(workspace, platform, passphrase)
    folder = workspace.login().keys
    screen.say(f"✓ 签名密钥已有证书,保存在 {folder};请妥善备份并记住口令")
    screen.set(keys=folder)
    return Exit.DONE


async def tenders(screen: Screen, workspace: Workspace, *, search: str) -> Exit:
    """List tenders that take bids."""
    async with entering.logged_in(workspace, on_trouble=_trouble(screen)) as platform:
        query: dict[str, str | int] = {"status": "published", "q": search, "limit": TENDERS_SHOWN}
        found = await platform.get("/tenders", query)
    for one in found["items"]:
        screen.say(f"{one['id']}  {one['number']}  {printable(one['title'])}  {one['deadline']}")
    if not found["items"]:
        screen.say("没有正在接收投标的项目")
    screen.set(tenders=found["items"])
    return Exit.DONE


async def new(screen: Screen, workspace: Workspace, *, tender_id: UUID, lot: str) -> Exit:
    """Write a bid.toml."""
    file = workspace.folder / PLAN
    if await asyncio.to_thread(file.exists):
        screen.say(f"✗ {PLAN} 已经存在,没有改动")
        screen.set(code="plan-exists")
        return Exit.REFUSED
    keys = entering.published_keys(workspace)
    async with entering.logged_in(workspace, on_trouble=_trouble(screen)) as platform:
        notice = await read_notice(platform, tender_id, keys)
    text = plan_template(notice.tender, lot)
    await asyncio.to_thread(write_private, file, text.encode())
    screen.say(f"✓ 已写好 {file},请填写后运行 kaibiao bid prepare")
    screen.set(plan=str(file))
    return Exit.DONE


async def documents(screen: Screen, workspace: Workspace) -> Exit:
    """Download the tender documents and clarifications."""
    async with _desk(screen, workspace) as desk:
        tender = desk.notice.tender
        files = await download_documents(desk.platform, tender, workspace.documents)
        for file in files:
            screen.say(f"✓ {printable(file.name)}")
        texts = await desk.platform.get(f"/tenders/{tender.id}/clarifications")
    for one in texts["items"]:
        file = workspace.clarification(one["number"])
        await asyncio.to_thread(file.write_text, one["text"], "utf-8")
        screen.say(f"✓ {file.name}")
    screen.set(
        documents=[str(file) for file in files],
        clarifications=[one["number"] for one in texts["items"]],
    )
    return Exit.DONE


async def prepare(
    screen: Screen, workspace: Workspace, *, confirmed: frozenset[str], secure: bool
) -> Exit:
    """Check everything; with `secure` order the bid security too."""
    async with _desk(screen, workspace) as desk:
        await _prepare(screen, desk, confirmed)
        return await tell_secured(screen, desk) if secure else Exit.DONE


async def seal(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Seal what was prepared."""
    async with _desk(screen, workspace) as desk:
        await _seal(screen, desk, passphrase)
    return Exit.DONE


async def rehearse(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Open one's own sealed bid."""
    async with _desk(screen, workspace) as desk:
        await _rehearse(screen, desk, passphrase)
    return Exit.DONE


async def rehearse_hall(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Sign in and unlock with a test container; then try the keys of the bid, if one is sealed."""
    async with _desk(screen, workspace) as desk:
        report = await desk.rehearse_hall((await _bidder(desk, passphrase)).signer)
        tell_rehearsal(screen, report)
        fits = await desk.try_keys(passphrase)
    if fits is not None:
        screen.say(f"✓ 第 {fits.counter} 次加密的文件: 本机的开启密钥能够解密")
        screen.set(counter=fits.counter)
    screen.say("预演不留任何记录,不代替签到和递交")
    return Exit.DONE


async def submit(
    screen: Screen,
    workspace: Workspace,
    *,
    passphrase: str,
    proof_seconds: float,
    as_sealed: bool,
) -> Exit:
    """Hand in."""
    async with _desk(screen, workspace) as desk:
        return await _submit(screen, desk, passphrase, proof_seconds, as_sealed=as_sealed)


async def replace(
    screen: Screen,
    workspace: Workspace,
    *,
    passphrase: str,
    proof_seconds: float,
    confirmed: frozenset[str],
) -> Exit:
    """All over again, with the next number."""
    async with _desk(screen, workspace) as desk:
        await _prepare(screen, desk, confirmed)
        await _seal(screen, desk, passphrase)
        await _rehearse(screen, desk, passphrase)
        return await _submit(screen, desk, passphrase, proof_seconds, as_sealed=False)


async def status(screen: Screen, workspace: Workspace) -> Exit:
    """How far everything is."""
    async with _desk(screen, workspace) as desk:
        tender, lot = desk.notice.tender, workspace.subject().lot
        screen.say(f"{tender.number} {printable(tender.title)} 标段 {lot}")
        screen.deadline(tender.deadline, await desk.time())
        bids = [await _state(desk, bid) for bid in workspace.bids()]
        held = await desk.submissions()
        opening = await desk.is_opening()
    for one in bids:
        screen.say(f"第 {one['counter']} 次: {STATES[one['state']]}")
    for one in held:
        screen.say(f"平台记录: 第 {one['counter']} 次 {one['status']},{one['received_at']} 收到")
        if one["seal_again"]:
            screen.say("  ! 递交后更换了密钥持有人: 投标仍然有效,但请重新加密并替换")
    if opening:
        screen.say("开标已经开始: 请运行 kaibiao bid unlock")
    screen.set(
        bids=bids,
        opening=opening,
        held=[
            {key: one[key] for key in ("counter", "status", "received_at", "seal_again")}
            for one in held
        ],
    )
    return Exit.DONE


async def withdraw(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Take back."""
    async with _desk(screen, workspace) as desk:
        receipt = await desk.withdraw(await _bidder(desk, passphrase))
    submission = parse_receipt(receipt).submission
    screen.say(f"✓ 已撤回第 {submission.counter} 次递交,平台 {submission.received_at} 收到")
    screen.set(counter=submission.counter, received_at=submission.received_at.isoformat())
    return Exit.DONE


async def sign_in(screen: Screen, workspace: Workspace) -> Exit:
    """Sign in before the opening."""
    subject = workspace.subject()
    async with entering.logged_in(workspace, on_trouble=_trouble(screen)) as platform:
        path = f"/tenders/{subject.tender_id}/opening/sign-in"
        await platform.post(path, {"lot": subject.lot})
    screen.say("✓ 已签到")
    return Exit.DONE


async def unlock(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Send the file keys."""
    async with _desk(screen, workspace) as desk:
        bid = await desk.unlock(await _bidder(desk, passphrase), passphrase)
    screen.say(f"✓ 第 {bid.counter} 次递交的文件已全部解密,内容与加密时一致")
    screen.set(counter=bid.counter)
    return Exit.DONE


async def contribute(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Seal a contribution to the draw, or open it."""
    async with _desk(screen, workspace) as desk:
        signer = (await _bidder(desk, passphrase)).signer
        contributor = Contributor(desk.platform, signer, workspace.state)
        state = await contributor.go_on(desk.notice.tender, desk.notice.journal)
    screen.say(f"✓ {CONTRIBUTIONS[state]}")
    screen.set(contribution=state)
    return Exit.DONE


async def clear(screen: Screen, workspace: Workspace, *, passphrase: str) -> Exit:
    """Publish the file keys of a bid that did not open."""
    async with _desk(screen, workspace) as desk:
        fault = await desk.clear(await _bidder(desk, passphrase), passphrase)
    proved = "已经证明" if fault["proved"] else "没有证明"
    screen.say(f"责任: {fault['whose']} ({proved}),原因: {fault['cause'] or fault['kind']}")
    screen.set(fault=fault)
    return Exit.DONE


async def receipt(screen: Screen, workspace: Workspace) -> Exit:
    """Verify the stored receipts, offline."""
    verdicts = {}
    for file in sorted(workspace.receipts.glob("receipt-*.json")):
        verdict = verify_receipt_files(file, workspace.keys_file)
        verdicts[file.name] = verdict
        screen.say(str(file))
        for line in verdict_lines(verdict):
            screen.say(f"  {line}")
    if not verdicts:
        screen.say("还没有回执")
    screen.set(receipts={name: _verdict_json(one) for name, one in verdicts.items()})
    return Exit.REFUSED if any(one.broken for one in verdicts.values()) else Exit.DONE


@asynccontextmanager
async def _desk(screen: Screen, workspace: Workspace) -> AsyncIterator[BidDesk]:
    """The workspace at work, with the notice read and checked anew."""
    keys, subject = entering.published_keys(workspace), workspace.subject()
    async with entering.logged_in(workspace, on_trouble=_trouble(screen)) as platform:
        notice = await read_notice(platform, subject.tender_id, keys)
        yield BidDesk(workspace, platform, keys, notice)


async def _prepare(screen: Screen, desk: BidDesk, confirmed: frozenset[str]) -> None:
    checked, findings = await desk.prepare(confirmed)
    screen.findings(findings)
    for one in checked.packed:
        size = bundle_size(one.bundle)
        name = ENVELOPE_NAMES[one.bundle.kind]
        screen.say(f"✓ {name}: {len(one.files)} 个文件,打包后 {size:,} 字节")
    screen.deadline(desk.notice.tender.deadline, await desk.time())
    screen.say("✓ 检查通过,可以加密: kaibiao bid seal")


async def _seal(screen: Screen, desk: BidDesk, passphrase: str) -> None:
    for holder in desk.notice.key_holders:
        screen.say(f"✓ 密钥持有人公告有效: {holder.organization}")
    # Nothing more is asked for here: `prepare` has. What came to light since is told.
    for finding in desk.key_holders_shown((await desk.time()).now):
        screen.say(f"! {finding.text}")
    sizes = {one.bundle.kind: bundle_size(one.bundle) for one in desk.workspace.checked().packed}
    with screen.progress("加密", sizes, adding=False) as told:
        bid = await desk.seal(passphrase, told)
    key_file = bid.key_file(passphrase)
    screen.say(f"✓ 第 {bid.counter} 次加密完成: {bid.folder}")
    screen.say(f"! 开标时要用开启密钥,请现在备份: {key_file}")
    screen.set(counter=bid.counter, folder=str(bid.folder), key_file=str(key_file))


async def _rehearse(screen: Screen, desk: BidDesk, passphrase: str) -> None:
    sizes = {one.kind: one.size_bytes for one in desk.workspace.latest().envelopes}
    with screen.progress("演练", sizes, adding=False) as told:
        bid = await desk.rehearse(passphrase, told)
    screen.say("✓ 演练成功: 用自己的密钥打开,内容与加密时一致,每份密钥份额都给了对应的持有人")
    screen.set(counter=bid.counter, rehearsed=True)


async def _submit(
    screen: Screen, desk: BidDesk, passphrase: str, proof_seconds: float, *, as_sealed: bool
) -> Exit:
    bidder = await _bidder(desk, passphrase)
    screen.deadline(desk.notice.tender.deadline, await desk.time())
    for finding in desk.unread():
        screen.say(f"! {finding.text}")
    sizes = {one.kind: one.size_bytes for one in desk.workspace.latest().envelopes}
    with screen.progress("上传", sizes, adding=True) as moved:
        receipt = await desk.submit(bidder, moved=moved, as_sealed=as_sealed)
    submission = parse_receipt(receipt).submission
    file = desk.receipts.file(submission.lot, submission.counter)
    screen.say(f"✓ 第 {submission.counter} 次递交,平台 {submission.received_at} 收到")
    screen.say("… 已递交,证明待补 (submitted, proof pending)")
    screen.set(
        counter=submission.counter,
        received_at=submission.received_at.isoformat(),
        receipt=str(file),
    )
    verdict = await desk.receipts.wait_for_proof(receipt, seconds=proof_seconds)
    for line in verdict_lines(verdict):
        screen.say(line)
    screen.set(proof=_verdict_json(verdict))
    if not verdict.is_complete:
        screen.say("… 证明尚不完整;稍后再运行 kaibiao bid submit 补全,不会重复递交")
        return Exit.PROOF_PENDING
    screen.say(f"✓ 证明完整,回执保存在 {file}")
    return Exit.DONE


async def _bidder(desk: BidDesk, passphrase: str) -> Bidder:
    signer = await asyncio.to_thread(entering.signer, desk.workspace, passphrase)
    return Bidder(desk.platform, signer, desk.receipts)


async def _state(desk: BidDesk, bid: PreparedBid) -> dict[str, Any]:
    receipt = desk.receipts.stored(bid.lot, bid.counter)
    state = "sealed"
    if receipt is not None:
        verdict = await desk.receipts.complete(receipt)
        state = "proven" if verdict.is_complete else "pending"
    if desk.is_withdrawn(bid):
        state = "withdrawn"
    return {"counter": bid.counter, "state": state}


def _trouble(screen: Screen) -> entering.Trouble:
    return lambda error: screen.say(f"… 网络中断,正在重试 ({type(error).__name__})")


def _verdict_json(verdict: ReceiptVerdict) -> dict[str, Any]:
    return {
        "complete": verdict.is_complete,
        "holds": verdict.holds,
        "missing": verdict.missing,
        "broken": verdict.broken,
        "warnings": verdict.warnings,
        "seen_at": None if verdict.seen_at is None else verdict.seen_at.isoformat(),
    }
