"""What may stand in a frame."""

import json
from datetime import UTC, datetime

import pytest

from evaluation_rooms import messages as m
from tendering.domain.refusals import Invalid


def test_a_score_is_read_with_its_points_as_text() -> None:
    frame = '{"type":"score.submit","id":"m17","bid":2,"criterion":"design","points":"8.5"}'

    assert m.parse(frame) == m.ScoreSubmit("m17", 2, "design", "8.5")


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "[]",
        "null",
        "{",
        '{"type":"nonsense","id":"1"}',
        '{"id":"1"}',
        '{"type":"scores.lock"}',
        '{"type":"scores.lock","id":""}',
        '{"type":"scores.lock","id":"1","more":1}',
        '{"type":"score.submit","id":"1","bid":0,"criterion":"a","points":"1"}',
        '{"type":"score.submit","id":"1","bid":1.5,"criterion":"a","points":"1"}',
        '{"type":"score.submit","id":"1","bid":1,"criterion":"a","points":8.5}',
        '{"type":"score.submit","id":"1","bid":1,"criterion":"a","points":"-1"}',
        '{"type":"score.submit","id":"1","bid":1,"criterion":"a","points":"1e3"}',
        '{"type":"score.submit","id":"1","bid":1,"criterion":"a","points":"NaN"}',
        '{"type":"score.submit","id":"1","bid":1,"criterion":"a","points":"1\\n"}',
        '{"type":"hello","ticket":"t","after":-1}',
        '{"type":"say","id":"1","text":""}',
        '{"type":"hello","ticket":"\\ud800"}',
        "[" * 100_000,
    ],
)
def test_what_breaks_the_grammar_is_invalid(frame: str) -> None:
    with pytest.raises(Invalid):
        m.parse(frame)


def test_an_entry_of_the_committee_carries_no_head() -> None:
    at = datetime(2026, 11, 23, tzinfo=UTC)

    frame = m.encode(m.EntryFrame(3, "score.submitted", {"seat": 1}, at))

    assert json.loads(frame) == {
        "type": "entry",
        "seq": 3,
        "kind": "score.submitted",
        "body": {"seat": 1},
        "at": "2026-11-23T00:00:00Z",
    }


def test_a_refusal_says_which_request_it_answers() -> None:
    frame = json.loads(m.encode(m.Refusal("m1", "wrong-phase", "no", {"phase": "chair"})))

    assert (frame["type"], frame["id"], frame["code"]) == ("refused", "m1", "wrong-phase")


def test_presence_tells_seats_and_roles_only() -> None:
    frame = json.loads(m.encode(m.Presence([1, 3], ["supervisor"])))

    assert frame == {"type": "presence", "seats": [1, 3], "others": ["supervisor"]}
