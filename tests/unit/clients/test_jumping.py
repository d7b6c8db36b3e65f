"""The demonstration's clock jumps only when everybody has looked in vain since the last change."""

from clients.demo.jumping import Idleness


def idle(looked_at: float, until: str | None = None) -> dict[str, object]:
    return {"idle": "等候", "until": until, "looked_at": looked_at}


def test_a_party_that_works_holds_the_clock() -> None:
    parties = Idleness.of(["a", "b"])
    parties.heard("a", idle(1, "2026-12-01T00:00:00Z"), at=1)
    parties.heard("b", {"doing": "编制"}, at=1)

    assert not parties.may_jump


def test_everybody_looks_again_after_the_last_has_become_idle() -> None:
    parties = Idleness.of(["a", "b"])
    parties.heard("a", idle(1, "2026-12-01T00:00:00Z"), at=1)
    parties.heard("b", idle(2), at=2.1)
    too_early = parties.may_jump
    parties.heard("a", idle(3, "2026-12-01T00:00:00Z"), at=3)
    parties.heard("b", idle(3), at=3)

    assert not too_early
    assert parties.may_jump


def test_after_a_jump_everybody_looks_again() -> None:
    parties = Idleness.of(["a"])
    parties.heard("a", idle(1, "2026-12-01T00:00:00Z"), at=0.5)
    before = parties.may_jump
    parties.jumped(at=2)

    assert before
    assert not parties.may_jump


def test_a_party_that_is_done_is_not_waited_for() -> None:
    parties = Idleness.of(["a", "b"])
    parties.heard("b", {"done": "完成"}, at=1)
    parties.heard("a", idle(2, "2026-12-01T00:00:00Z"), at=1.5)

    assert parties.may_jump
    assert not parties.all_done


def test_when_all_wait_for_one_another_it_is_said_who() -> None:
    parties = Idleness.of(["a", "b"])
    parties.heard("a", idle(2), at=1)
    parties.heard("b", idle(2), at=1)

    assert not parties.may_jump
    assert parties.stuck == ["a: 等候", "b: 等候"]


def test_who_works_again_after_being_idle_resets_the_wait() -> None:
    parties = Idleness.of(["a", "b"])
    parties.heard("a", idle(2, "2026-12-01T00:00:00Z"), at=1)
    parties.heard("b", idle(2), at=1)
    parties.heard("b", {"doing": "解密"}, at=5)
    parties.heard("b", idle(6), at=6.5)

    assert not parties.may_jump
    assert parties.stuck == []
