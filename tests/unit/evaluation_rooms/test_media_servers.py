"""What is told to servers that carry streams, and the index of what they record."""

import base64
import json
from datetime import timedelta
from pathlib import Path

import pytest

from evaluation_rooms.floor import EVERYTHING, NOTHING, SEEN, SEEN_AND_HEARD, Kind, Peer
from evaluation_rooms.media.janus import mids_of
from evaluation_rooms.media.livekit import LiveKitKey, livekit_token, signed_token
from evaluation_rooms.media.recordings import RecordingIndex, file_of, write_index
from evaluation_rooms.standing import Standing, Viewer
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals.media import MediaRefused
from tests.support.evaluation import AT, TENDER, person
from tests.support.media import a_whole_description

ONE = Peer("peer-1", Standing(Viewer.MEMBER, 1, person(1)), SEEN_AND_HEARD)
HOST = Peer("peer-2", Standing(Viewer.HOST), EVERYTHING)


def test_the_sections_of_an_offer_are_known_by_their_kind() -> None:
    offer = a_whole_description()
    screen = offer[offer.index("m=video") :].replace("a=mid:1", "a=mid:screen")

    assert mids_of(offer, SEEN_AND_HEARD) == {Kind.SOUND: "0", Kind.PICTURE: "1"}
    assert mids_of(offer + screen, EVERYTHING)[Kind.SCREEN] == "screen"
    for wrong, sends in (
        (offer, SEEN),
        (offer, EVERYTHING),
        (offer + screen, SEEN_AND_HEARD),
        (offer.replace("a=mid:1\r\n", ""), SEEN_AND_HEARD),
        (offer.replace("a=mid:1", "a=mid:1\r\na=mid:2"), SEEN_AND_HEARD),
        ("", SEEN),
    ):
        with pytest.raises(MediaRefused):
            mids_of(wrong, sends)


def entry(seq: int, seconds: float) -> Entry:
    at = AT + timedelta(seconds=seconds)
    return Entry(TENDER, Stream.COMMITTEE, seq, "score.submitted", {"points": "9"}, at, bytes(32))


def test_an_event_of_the_room_has_its_place_in_every_recording_that_runs(tmp_path: Path) -> None:
    index = RecordingIndex(tmp_path / "room")

    index.happened([entry(1, 0)])
    index.begins(ONE, at=AT)
    index.happened([entry(2, 1.5)])
    index.begins(HOST, at=AT + timedelta(seconds=2))
    index.happened([entry(3, 5)])
    index.happened([entry(2, 1.5), entry(3, 5)])
    index.ends(ONE, at=AT + timedelta(seconds=6))
    index.ends(ONE, at=AT + timedelta(seconds=6))
    index.happened([entry(4, 7)])
    for _ in range(2):
        lines = index.unwritten()
        write_index(index.folder, lines)
        index.written(lines)

    text = (tmp_path / "room" / "index.jsonl").read_text()
    found = [json.loads(line) for line in text.splitlines()]
    one, host = file_of(ONE), file_of(HOST)
    assert (one, host) == ("seat-1-peer-1", "host-peer-2")
    assert [line.get("begins") or line.get("ends") or line["seq"] for line in found] == (
        [one, 2, host, 3, one, 4]
    )
    places = {line["seq"]: line["in"] for line in found if "seq" in line}
    assert places == {2: {one: 1.5}, 3: {one: 5.0, host: 3.0}, 4: {host: 5.0}}
    # Who hears the recording learns the marks from the committee's stream, or not at all.
    assert "points" not in text


def test_a_token_is_signed_as_the_standard_signs_its_example() -> None:
    # RFC 7515 §A.1.
    secret = base64.urlsafe_b64decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow=="
    )
    signing_input = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9"
        ".eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    )
    mac = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"

    assert signed_token(signing_input, secret) == f"{signing_input}.{mac}"


def test_a_token_lets_a_peer_send_what_it_sends_and_not_longer_than_it_lives() -> None:
    key = LiveKitKey("key", b"secret", seconds=60)
    watcher = Peer("peer-3", Standing(Viewer.SUPERVISOR), NOTHING)

    def claims(peer: Peer) -> dict[str, object]:
        part = livekit_token(key, "room", peer, receives=True, at=AT).split(".")[1]
        found: dict[str, object] = json.loads(base64.urlsafe_b64decode(part + "=="))
        return found

    now = int(AT.timestamp())
    assert claims(HOST) == {
        "iss": "key",
        "sub": "peer-2",
        "nbf": now,
        "exp": now + 60,
        "video": {
            "room": "room",
            "roomJoin": True,
            "canPublish": True,
            "canPublishSources": ["camera", "microphone", "screen_share"],
            "canPublishData": False,
            "canSubscribe": True,
        },
    }
    assert claims(watcher)["video"] == {
        "room": "room",
        "roomJoin": True,
        "canPublish": False,
        "canPublishSources": [],
        "canPublishData": False,
        "canSubscribe": True,
    }
