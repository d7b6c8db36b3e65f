"""A key holder's tool against a platform that lies: it unwraps what it should, and nothing else."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pytest

from clients.key_holder_log import read_log
from clients.key_holding import KeyMissing, NotYetPast, Remedy, UnwrapRefused
from clients.tender_facts import NoticeInvalid
from crypto.age_header import build_header
from crypto.errors import BadHeader
from crypto.keys import NoteKey, OpeningKey
from crypto.sealed_file import SealPolicy, derive_header, header_digest, read_sealed_header
from tendering.domain.bid import envelope_context
from tendering.domain.journal import BrokenChain, instant
from tendering.domain.published_keys import to_base64
from tests.support.archive_parties import DEADLINE, chance
from tests.support.archive_play import TenderPlay
from tests.support.lying_platform import Json, LyingPlatform, at_desk

MOMENT = timedelta(seconds=1)
STRANGERS = [
    NoteKey.from_seed(f"witness.example/w{one}", chance("stranger", one)) for one in (1, 2)
]
Lie = Callable[[LyingPlatform, Json], None]


@dataclass(frozen=True)
class Case:
    """One lie, and what the tool says to it."""

    lie: Lie
    refusal: type[Exception]
    why: str


def says(**members: Any) -> Lie:
    """The platform asks for something else than what stands in custody."""
    return lambda _, remedy: remedy.update(members)


def with_header_of(bidder: int, kind: str) -> Lie:
    """In the place of the price envelope it shows another container."""

    def lie(platform: LyingPlatform, remedy: Json) -> None:
        remedy["envelopes"][2]["header"] = to_base64(platform.made(bidder).containers[kind])

    return lie


def sealed_otherwise(**members: Any) -> Lie:
    """It shows a header that is sound, but was sealed for something else."""

    def lie(platform: LyingPlatform, remedy: Json) -> None:
        threshold = members.get("threshold", platform.tender.threshold)
        sealed_for: dict[str, Any] = {
            "lot": "1",
            "kind": "price",
            "bidder_id": UUID(remedy["bidder_id"]),
            "counter": remedy["counter"],
        }
        sealed_for |= {name: members[name] for name in members if name in sealed_for}
        tender = replace(platform.tender, id=members.get("tender_id", platform.tender.id))
        policy = SealPolicy(
            envelope_context(tender, **sealed_for),
            threshold,
            tuple(holder.public_key or b"" for holder in tender.key_holders),
            OpeningKey(bytes(range(32))).public,
        )
        remedy["envelopes"][2]["header"] = to_base64(derive_header(bytes(16), policy))

    return lie


def changed_header(find: bytes, put: bytes) -> Lie:
    """One piece of the header's text is another."""

    def lie(_: LyingPlatform, remedy: Json) -> None:
        header = base64.b64decode(remedy["envelopes"][0]["header"])
        assert find in header
        remedy["envelopes"][0]["header"] = to_base64(header.replace(find, put, 1))

    return lie


def shows(**evidence: Any) -> Lie:
    """Its evidence is of another time or from other people; its clock says years later."""

    def lie(platform: LyingPlatform, _: Json) -> None:
        platform.now = DEADLINE + timedelta(days=900)
        platform.show(evidence.pop("seen_at", DEADLINE), **evidence)

    return lie


def rewrites(kind: str, change: Callable[[Json], None]) -> Lie:
    """It tells another story in its own journal."""
    return lambda platform, _: platform.edit(kind, change)


def closes_early(platform: LyingPlatform, _: Json) -> None:
    early = DEADLINE - timedelta(days=2)
    platform.edit("submission.closed", lambda body: body.update(deadline=instant(early)))
    platform.show(early + MOMENT)


def moved_and_closed_early(platform: LyingPlatform, _: Json) -> None:
    later = DEADLINE + timedelta(days=5)
    platform.edit("clarification.published", lambda body: body.update(deadline=instant(later)))


def garbles_evidence(platform: LyingPlatform, _: Json) -> None:
    platform.evidence["time_stamps"] = {platform.play.platform.stamper.name: "no base64!"}


def breaks_chain(platform: LyingPlatform, _: Json) -> None:
    last = platform.entries[-1]
    platform.entries[-1] = replace(last, body={**last.body, "deadline": "2020-01-01T00:00:00Z"})


def never_closed(platform: LyingPlatform, _: Json) -> None:
    platform.entries = platform.entries[:-1]


def unlists(body: Json) -> None:
    body["lots"][0]["bids"].pop()


def other_policy(body: Json) -> None:
    body["key_policy"]["holders"].reverse()


def half(_: LyingPlatform, remedy: Json) -> None:
    remedy["envelopes"].pop()


def twice(_: LyingPlatform, remedy: Json) -> None:
    remedy["envelopes"].append(remedy["envelopes"][0])


LIES = {
    "before the deadline by the witnesses' word": Case(
        shows(seen_at=DEADLINE - MOMENT, stamped_at=DEADLINE), NotYetPast, "0 of 2 witnesses"
    ),
    "stale evidence, and a clock that lies": Case(
        shows(seen_at=DEADLINE - timedelta(days=3)), NotYetPast, "0 of 2 witnesses"
    ),
    "one witness is not the quorum": Case(
        lambda platform, _: platform.show(DEADLINE, witnesses=platform.play.platform.witnesses[:1]),
        NotYetPast,
        "1 of 2 witnesses",
    ),
    "witnesses that nobody knows": Case(shows(witnesses=STRANGERS), NotYetPast, "0 of 2 witnesses"),
    "a time stamp from before the deadline": Case(
        shows(stamped_at=DEADLINE - MOMENT), NotYetPast, "no time stamp is later"
    ),
    "a checkpoint that the log did not sign": Case(
        shows(log=NoteKey.from_seed("other.example/log", chance("other log"))),
        UnwrapRefused,
        "not signed by the log",
    ),
    "evidence that is no base64": Case(garbles_evidence, UnwrapRefused, "not proved"),
    "closed before the published deadline": Case(
        closes_early, UnwrapRefused, "closed before the deadline"
    ),
    "closed before a deadline that was moved": Case(
        moved_and_closed_early, UnwrapRefused, "closed before the deadline"
    ),
    "submission still open": Case(never_closed, UnwrapRefused, "submission is not closed"),
    "a bid that is not on the list": Case(
        rewrites("submission.closed", unlists), UnwrapRefused, "not on the published list"
    ),
    "another bidder than listed": Case(
        says(bidder_id=str(UUID(int=0x304))), UnwrapRefused, "not on the published list"
    ),
    "another counter than listed": Case(
        says(counter=2), UnwrapRefused, "not on the published list"
    ),
    "another lot than listed": Case(says(lot="2"), UnwrapRefused, "not on the published list"),
    "a key policy that was never published": Case(
        says(policy_version=2), UnwrapRefused, "was never published"
    ),
    "no key policy at all": Case(says(policy_version=0), UnwrapRefused, "was never published"),
    "a policy that nobody announced": Case(
        rewrites("tender.published", other_policy), NoticeInvalid, "not that of the announcements"
    ),
    "a journal that was changed": Case(breaks_chain, BrokenChain, "does not follow"),
    "a container of another envelope": Case(with_header_of(2, "technical"), BadHeader, "another"),
    "a container of another bidder": Case(with_header_of(0, "price"), BadHeader, "another"),
    "sealed for another tender": Case(
        sealed_otherwise(tender_id=UUID(int=5)), BadHeader, "another"
    ),
    "sealed for another lot": Case(sealed_otherwise(lot="2"), BadHeader, "another"),
    "sealed as another submission": Case(sealed_otherwise(counter=9), BadHeader, "another"),
    "sealed with another threshold": Case(
        sealed_otherwise(threshold=3), BadHeader, "another number of key holders"
    ),
    "a header with another stanza": Case(
        changed_header(b"-> X25519", b"-> Y25519"), BadHeader, "in order"
    ),
    "a header that is cut short": Case(
        changed_header(b"\n---", b"\n"), BadHeader, "ends in the middle"
    ),
    "one envelope too few": Case(half, UnwrapRefused, "one container for each envelope"),
    "one envelope twice": Case(twice, UnwrapRefused, "one container for each envelope"),
}


@pytest.fixture(scope="module")
def play() -> TenderPlay:
    """A tender whose third bidder has lost its key."""
    return TenderPlay("lost-key").played()


@pytest.mark.parametrize("name", sorted(LIES))
async def test_what_does_not_follow_from_the_record_is_not_unwrapped(
    play: TenderPlay, tmp_path: Path, name: str
) -> None:
    case, platform = LIES[name], LyingPlatform(play)
    tender, remedy = platform.tender, platform.remedy()
    case.lie(platform, remedy)

    async with at_desk(platform, tmp_path) as holder:
        with pytest.raises(case.refusal, match=case.why):
            await holder.give_shares(tender, msgspec.convert(remedy, Remedy))

    assert platform.said == []
    assert not holder.log_file.exists()


async def test_what_follows_from_the_record_is_unwrapped_and_written_down_first(
    play: TenderPlay, tmp_path: Path
) -> None:
    platform = LyingPlatform(play)
    remedy = platform.remedy()

    async with at_desk(platform, tmp_path) as holder:
        assert not await holder.give_shares(platform.tender, msgspec.convert(remedy, Remedy))

    ((what, handed),) = platform.said
    (act,) = read_log(holder.log_file, trusted_roots=[play.platform.outside])
    headers = {
        kind: header_digest(data).hex() for kind, data in platform.made(2).containers.items()
    }
    assert (what, set(handed["shares"])) == ("shares", set(headers))
    assert (act["act"], act["about"]["header_digests"]) == ("unwrap", headers)


async def test_a_tender_with_another_policy_than_the_published_is_refused(
    play: TenderPlay, tmp_path: Path
) -> None:
    platform = LyingPlatform(play)
    remedy = msgspec.convert(platform.remedy(), Remedy)

    async with at_desk(platform, tmp_path) as holder:
        with pytest.raises(UnwrapRefused, match="not the published one"):
            await holder.give_shares(replace(platform.tender, threshold=3), remedy)

    assert platform.said == []


async def test_without_its_key_nothing_is_unwrapped(play: TenderPlay, tmp_path: Path) -> None:
    platform = LyingPlatform(play)
    remedy = msgspec.convert(platform.remedy(), Remedy)

    async with at_desk(platform, tmp_path) as holder:
        holder.keys.lose_opening_key(f"tender-{play.tender.id}")
        with pytest.raises(KeyMissing):
            await holder.give_shares(platform.tender, remedy)

    assert platform.said == []


async def test_a_key_that_was_not_announced_unwraps_nothing(
    play: TenderPlay, tmp_path: Path
) -> None:
    platform = LyingPlatform(play)
    remedy = msgspec.convert(platform.remedy(), Remedy)

    async with at_desk(platform, tmp_path) as holder:
        other = OpeningKey(bytes(range(1, 33)))
        file = holder.keys.opening_key_file(f"tender-{play.tender.id}")
        file.write_text(f"{other.identity}\n")
        with pytest.raises(UnwrapRefused, match="not the one announced"):
            await holder.give_shares(platform.tender, remedy)

    assert platform.said == []


async def test_what_a_holder_says_of_a_header_that_was_changed_names_that_header(
    play: TenderPlay, tmp_path: Path
) -> None:
    platform = LyingPlatform(play)
    remedy = platform.remedy()
    header = base64.b64decode(remedy["envelopes"][2]["header"])
    sealed = read_sealed_header(header)
    stanza = sealed.header.stanzas[1]
    body = stanza.body[:32] + bytes(32) + stanza.body[64:]
    spoiled = build_header(bytes(16), [sealed.bidder_stanza, replace(stanza, body=body)])
    remedy["envelopes"][2]["header"] = to_base64(spoiled)

    async with at_desk(platform, tmp_path) as holder:
        assert not await holder.give_shares(platform.tender, msgspec.convert(remedy, Remedy))

    ((what, refused),) = platform.said
    said = refused["statement"]["statement"]
    assert (what, refused["reason"]) == ("share-refusals", "record-unusable")
    assert said["header_digests"]["price"] == header_digest(spoiled).hex()
    assert said["header_digests"]["price"] != header_digest(header).hex()


@pytest.mark.parametrize(
    "broken",
    [
        {"lot": 1},
        {"bidder_id": "nobody"},
        {"counter": "1"},
        {"policy_version": None},
        {"envelopes": [{"kind": "price"}]},
        {"envelopes": [{"kind": "price", "header": "no base64!"}]},
    ],
)
async def test_a_malformed_request_is_a_refusal_and_no_crash(
    play: TenderPlay, tmp_path: Path, broken: Json
) -> None:
    platform = LyingPlatform(play)
    platform.remedies = [platform.remedy() | broken]

    async with at_desk(platform, tmp_path) as holder:
        with pytest.raises(UnwrapRefused, match="malformed"):
            await holder.remedies(platform.tender.id)
