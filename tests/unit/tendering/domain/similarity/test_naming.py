"""The report on likeness under the numbers of a room."""

from tendering.domain.similarity.naming import with_names

ONE, TWO, OUT = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def test_bids_are_called_by_their_numbers_and_who_is_not_in_the_room_is_left_out() -> None:
    report = {
        "format": "x",
        "bids": [{"bid": ONE}, {"bid": TWO}, {"bid": OUT}],
        "pairs": [{"bids": [TWO, ONE], "passages": ['甲"乙']}, {"bids": [ONE, OUT]}],
        "common": [{"bid": OUT}],
        "marks": [{"bids": [ONE, TWO], "places": [{"bid": ONE, "where": "a.pdf"}]}],
        "prices": [{"bids": [ONE, TWO], "examples": [f"{ONE}: 1"]}, {"bids": [TWO, OUT]}],
        "unread": [{"bid": TWO, "file": "b"}],
    }

    assert with_names(report, {ONE: "1", TWO: "2"}) == {
        "format": "x",
        "bids": [{"bid": "1"}, {"bid": "2"}],
        "pairs": [{"bids": ["2", "1"], "passages": ['甲"乙']}],
        "common": [],
        "marks": [{"bids": ["1", "2"], "places": [{"bid": "1", "where": "a.pdf"}]}],
        "prices": [{"bids": ["1", "2"], "examples": ["1: 1"]}],
        "unread": [{"bid": "2", "file": "b"}],
    }
