"""A bid from an empty folder to a verified receipt, and back, with nothing but the command line."""

import asyncio
import json
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from clients.cli import main
from clients.receipts import verify_receipt_files
from clients.sdk.workspace import Workspace
from tendering.domain.tender import Tender
from tests.support.bidding import (
    CEILING_FEN,
    Clerk,
    a_clerk,
    ended,
    move_deadline,
    tender_to_bid_for,
)
from tests.support.platform import Platform


async def test_a_bid_goes_from_an_empty_folder_to_a_verified_receipt(
    clerk: Clerk, tender: Tender
) -> None:
    listed = await clerk.does("tenders")
    await clerk.does("new", str(tender.id))
    fetched = await clerk.does("documents")
    sealed = await clerk.seals(tender)
    submitted = await clerk.does("submit")
    status = await clerk.does("status")
    receipts = await clerk.does("receipt")

    assert [one["id"] for one in listed["tenders"]] == [str(tender.id)]
    assert [Path(one).name for one in fetched["documents"]] == ["招标文件.pdf"]
    assert submitted["counter"] == sealed["counter"] == 1
    assert submitted["proof"]["complete"]
    assert status["bids"] == [{"counter": 1, "state": "proven"}]
    assert [one["status"] for one in status["held"]] == ["submitted"]
    assert list(receipts["receipts"]) == [Path(submitted["receipt"]).name]
    keys = clerk.folder / ".kaibiao" / "platform-keys.json"
    assert verify_receipt_files(Path(submitted["receipt"]), keys).is_complete


async def test_a_replacement_takes_the_next_number_and_a_withdrawal_takes_it_back(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)
    await clerk.does("submit")
    clerk.write_bid(tender, price="120 万元")
    replaced = await clerk.does("replace")
    withdrawn = await clerk.does("withdraw", "--yes")
    status = await clerk.does("status")

    assert replaced["counter"] == withdrawn["counter"] == 2
    assert [one["status"] for one in status["held"]] == ["replaced", "withdrawn"]
    assert status["bids"][1] == {"counter": 2, "state": "withdrawn"}


async def test_a_withdrawal_whose_answer_was_lost_gives_the_same_receipt_again(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)
    await clerk.does("submit")
    first = await clerk.does("withdraw", "--yes")

    assert await clerk.does("withdraw", "--yes") == first


async def test_secrets_in_the_workspace_are_for_their_owner_only(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)

    state = clerk.folder / ".kaibiao"
    assert state.stat().st_mode & 0o777 == 0o700
    secret = [file for file in state.rglob("*") if file.is_file() and file.stat().st_mode & 0o077]
    assert secret == []
    texts = b"".join(file.read_bytes() for file in state.rglob("*") if file.is_file())
    assert b"AGE-SECRET-KEY" not in texts
    assert b"PRIVATE KEY" not in texts


@pytest.mark.needs("age")
async def test_the_stock_tool_opens_a_container_with_the_key_file(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)
    (bid,) = Workspace(clerk.folder).bids()
    keys = clerk.folder / "keys.txt"
    opened = bid.opening_keys((clerk.folder / "passphrase").read_text().strip())
    keys.write_text("".join(f"{key.identity}\n" for key in opened.values()))

    process = await asyncio.create_subprocess_exec(
        shutil.which("age") or "age",
        *("-d", "-i", str(keys), str(bid.path(bid.envelopes[2]))),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()

    assert process.returncode == 0
    assert b'"price_fen":128500000' in out


async def test_without_a_log_in_the_tool_says_what_to_do(
    platform: Platform, tender: Tender, tmp_path: Path
) -> None:
    clerk = a_clerk(platform, tmp_path / "bid")
    clerk.write_bid(tender)

    done = await clerk.run("prepare")

    assert (done.status, done.said["code"]) == (1, "login-first")


@pytest.mark.parametrize(
    ("step", "code"),
    [("seal", "prepare-first"), ("rehearse", "seal-first"), ("submit", "seal-first")],
)
async def test_a_step_before_its_time_says_which_comes_first(
    clerk: Clerk, tender: Tender, step: str, code: str
) -> None:
    clerk.write_bid(tender)

    done = await clerk.run(step)

    assert (done.status, done.said["code"]) == (1, code)


async def test_what_was_not_rehearsed_is_not_submitted(clerk: Clerk, tender: Tender) -> None:
    clerk.write_bid(tender)
    await clerk.does("prepare")
    await clerk.does("seal")

    assert (await clerk.run("submit")).said["code"] == "rehearse-first"


async def test_a_wrong_passphrase_is_told_and_changes_nothing(clerk: Clerk, tender: Tender) -> None:
    await clerk.seals(tender)
    other = clerk.folder / "other"
    other.write_text("another passphrase\n")

    for step in ("rehearse", "submit"):
        done = await clerk.run(step, "--passphrase-file", str(other))
        assert (done.status, done.said["code"]) == (1, "wrong-passphrase")
    assert (await clerk.does("submit"))["proof"]["complete"]


async def test_a_wrong_password_is_told(platform: Platform, tmp_path: Path) -> None:
    clerk = a_clerk(platform, tmp_path / "bid")
    (clerk.folder / "password").write_text("not the password\n")

    done = await clerk.run(
        "login",
        *("--platform", clerk.address, "--login", clerk.account.person.login),
        *("--password-file", str(clerk.folder / "password")),
    )

    assert (done.status, done.said["code"]) == (1, "login-refused")


async def test_a_session_that_has_ended_is_begun_again_with_the_password_file(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)
    file = clerk.folder / ".kaibiao" / "login.json"
    login = json.loads(file.read_text())
    file.write_text(json.dumps({**login, "token": "ended"}))

    await clerk.does("submit")

    assert json.loads(file.read_text())["token"] not in {"ended", login["token"]}


async def test_a_file_changed_after_the_check_stops_the_sealing(
    clerk: Clerk, tender: Tender
) -> None:
    clerk.write_bid(tender)
    await clerk.does("prepare")
    with (clerk.folder / "技术文件.pdf").open("ab") as stream:
        stream.write(b"%")

    done = await clerk.run("seal")

    assert (done.status, done.said["code"]) == (1, "file-changed")
    assert Workspace(clerk.folder).bids() == []
    assert list((clerk.folder / ".kaibiao" / "bids").iterdir()) == []


async def test_a_form_changed_after_the_check_stops_the_sealing(
    clerk: Clerk, tender: Tender
) -> None:
    clerk.write_bid(tender)
    await clerk.does("prepare")
    clerk.write_bid(tender, price="129 万元")

    assert (await clerk.run("seal")).said["code"] == "plan-changed"


async def test_a_file_changed_after_sealing_is_asked_about(clerk: Clerk, tender: Tender) -> None:
    await clerk.seals(tender)
    (clerk.folder / "技术文件.pdf").write_bytes(b"%PDF another")

    asked = await clerk.run("submit")
    told = await clerk.run("submit", "--as-sealed")

    assert (asked.status, asked.said["code"]) == (1, "source-changed")
    assert (told.status, told.said["counter"]) == (0, 1)


async def test_a_container_changed_after_the_rehearsal_is_not_submitted(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)
    (bid,) = Workspace(clerk.folder).bids()
    with bid.path(bid.envelopes[1]).open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\0")

    done = await clerk.run("submit")

    assert (done.status, done.said["code"]) == (1, "container-altered")


async def test_findings_stop_the_preparation_until_they_are_confirmed(
    clerk: Clerk, tender: Tender
) -> None:
    clerk.write_bid(tender, price=f"{CEILING_FEN / 100 + 1:.2f} 元")

    asked = await clerk.run("prepare")
    told = await clerk.run("prepare", "--confirm", "above-ceiling")

    assert asked.status == 1
    assert [one["code"] for one in asked.said["findings"]] == ["above-ceiling"]
    assert told.status == 0


async def test_a_clarification_has_to_be_read_before_sealing(
    clerk: Clerk, platform: Platform, tender: Tender
) -> None:
    clerk.write_bid(tender)
    await move_deadline(platform, tender, tender.deadline)

    asked = await clerk.run("prepare")
    confirmed = await clerk.run("prepare", "--confirm", "clarification-unread")

    assert "findings" in asked.said, asked
    assert [one["code"] for one in asked.said["findings"]] == ["clarification-unread"]
    assert confirmed.status == 0


async def test_after_the_deadline_nothing_is_prepared_or_submitted(
    clerk: Clerk, platform: Platform, tender: Tender
) -> None:
    await clerk.seals(tender)
    await move_deadline(platform, tender, platform.running.context.now() - timedelta(seconds=1))

    prepared = await clerk.run("prepare")
    submitted = await clerk.run("submit")

    assert prepared.said["findings"][0]["code"] == "deadline-passed"
    assert (submitted.status, submitted.said["code"]) == (1, "deadline-passed")
    assert "没有递交" in submitted.said["message"]


async def test_two_commands_at_once_in_one_workspace_do_not_meet(
    clerk: Clerk, tender: Tender
) -> None:
    await clerk.seals(tender)

    with Workspace(clerk.folder).held():
        busy = await ended(await clerk.start("submit"))
    free = await clerk.run("submit")

    assert (busy.status, busy.said["code"]) == (3, "workspace-busy")
    assert free.status == 0


async def test_key_holders_that_nobody_trusts_are_not_sealed_to(
    clerk: Clerk, platform: Platform, tmp_path: Path
) -> None:
    other = await tender_to_bid_for(platform, tmp_path, announced_by_others=True)
    clerk.write_bid(other)

    done = await clerk.run("prepare")

    assert (done.status, done.said["code"]) == (1, "notice-invalid")


async def test_other_published_keys_than_the_kept_ones_are_not_taken_silently(
    clerk: Clerk,
) -> None:
    file = clerk.folder / ".kaibiao" / "platform-keys.json"
    file.write_text(file.read_text().replace('"interval_seconds": 1', '"interval_seconds": 2'))
    words = (
        *("login", "--platform", clerk.address, "--login", clerk.account.person.login),
        *("--password-file", str(clerk.folder / "password")),
    )

    kept = await clerk.run(*words)
    renewed = await clerk.run(*words, "--renew-keys")

    assert (kept.status, kept.said["code"]) == (1, "published-keys-changed")
    assert renewed.status == 0


def test_wrong_usage_has_a_status_of_its_own(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    short = tmp_path / "short"
    short.write_text("short\n")

    done = CliRunner().invoke(
        main, ["bid", "-w", str(workspace.folder), "seal", "--passphrase-file", str(short)]
    )

    assert done.exit_code == 2
