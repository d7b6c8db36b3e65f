"""The page of procedures says what the data say, and every procedure was played."""

from scripts.write_procedures import NOT_PLAYED, TARGET, known, page


def test_the_page_of_procedures_is_made_of_what_is_played() -> None:
    results = known()

    assert TARGET.read_text(encoding="utf-8") == page(results)
    assert NOT_PLAYED not in results.values()
    assert all("HOLDS" in one and "FAILS" not in one for one in results.values())
