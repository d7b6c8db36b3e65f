"""Whatever stops the bidder's tool is told in a Chinese sentence."""

from datetime import UTC, datetime

import pytest

from clients.commands.bid_words import REFUSALS, STEPS, TOLD, Exit, words
from clients.platform import PlatformRefused, PlatformUnreachable
from clients.sdk.desk import BidStopped
from clients.sdk.timing import DeadlineMissed
from clients.sdk.workspace import StepMissing
from tendering.api.routes import ROUTES

USED = {
    ("POST", "/uploads"),
    ("GET", "/uploads/{upload_id}"),
    ("PUT", "/uploads/{upload_id}/parts/{part}"),
    ("POST", "/tenders/{tender_id}/bids"),
    ("POST", "/tenders/{tender_id}/bids/withdrawal"),
    ("POST", "/tenders/{tender_id}/opening/sign-in"),
    ("POST", "/tenders/{tender_id}/opening/unlocks"),
    ("POST", "/tenders/{tender_id}/opening/file-keys"),
    ("POST", "/certificates"),
    ("GET", "/tenders/{tender_id}/documents/{name}"),
}
AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def test_every_refusal_that_a_bidder_can_meet_has_a_sentence() -> None:
    used = [route for route in ROUTES if (route.method, route.path) in USED]

    assert len(used) == len(USED)
    codes = {error.code for route in used for error in route.errors}
    # What only a broken program sends.
    assert codes - set(REFUSALS) <= {"invalid", "conflict", "unsupported-media-type"}


def test_a_refusal_without_a_sentence_shows_its_code() -> None:
    stop = words(PlatformRefused("brand-new", 409, "POST /bids: no", {}))

    assert (stop.code, stop.status) == ("brand-new", Exit.REFUSED)
    assert "brand-new" in stop.text


@pytest.mark.parametrize("step", STEPS)
def test_what_has_to_be_done_first_is_named(step: str) -> None:
    assert words(StepMissing(step)).text == STEPS[step]


def test_what_can_go_on_has_a_status_of_its_own() -> None:
    assert words(PlatformUnreachable("no route")).status is Exit.UNFINISHED
    assert words(PlatformRefused("storage-full", 503, "", {})).status is Exit.UNFINISHED


def test_a_missed_deadline_is_told_with_both_times() -> None:
    stop = words(DeadlineMissed(AT, AT))

    assert stop.code == "deadline-passed"
    assert stop.text.count(f"{AT.astimezone():%F %T}") == 2


@pytest.mark.parametrize("kind", [kind for kind in TOLD if kind.__init__ is Exception.__init__])
def test_everything_that_is_told_has_a_code_and_a_sentence(kind: type[Exception]) -> None:
    stop = words(kind("submit"))

    assert stop.code
    assert stop.text


def test_findings_have_their_own_code() -> None:
    assert words(BidStopped([])).code == "findings"
