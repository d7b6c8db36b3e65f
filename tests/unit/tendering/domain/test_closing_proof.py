"""A key holder believes that a deadline has passed by the word of others, and by nothing less."""

from datetime import UTC, datetime, timedelta

import pytest

from crypto.timestamp import make_request, token_of
from crypto.tlog import checkpoint_body, cosign, sign_note, with_signatures
from tendering.domain.closing_proof import NotProved, NotYetProved, require_past
from tendering.domain.time_stamping import SERIAL_BYTES
from tests.support.archive_parties import ORIGIN, Platform

DEADLINE = datetime(2026, 11, 20, 1, 30, tzinfo=UTC)
ROOT = bytes(range(32))
PLATFORM = Platform()
KEYS = PLATFORM.published
BODY = checkpoint_body(ORIGIN, 7, ROOT)


def seen_at(*times: datetime) -> str:
    """The checkpoint, cosigned by one witness at each of these times."""
    note = sign_note(BODY, PLATFORM.log)
    lines = [
        cosign(note, witness, at=at) for witness, at in zip(PLATFORM.witnesses, times, strict=False)
    ]
    return with_signatures(note, lines)


def stamped_at(at: datetime, root: bytes = ROOT) -> dict[str, bytes]:
    """A token over a root."""
    answer = PLATFORM.stamper.respond(make_request(root), at=at, chance=bytes(SERIAL_BYTES))
    return {PLATFORM.stamper.name: token_of(answer)}


def test_a_quorum_and_a_time_stamp_at_the_deadline_prove_it() -> None:
    require_past(
        DEADLINE,
        checkpoint=seen_at(DEADLINE, DEADLINE),
        tokens=stamped_at(DEADLINE),
        keys=KEYS,
    )


@pytest.mark.parametrize(
    "checkpoint",
    [
        seen_at(),
        seen_at(DEADLINE),
        seen_at(DEADLINE, DEADLINE - timedelta(seconds=1)),
    ],
)
def test_fewer_or_earlier_witnesses_prove_nothing_yet(checkpoint: str) -> None:
    with pytest.raises(NotYetProved):
        require_past(DEADLINE, checkpoint=checkpoint, tokens=stamped_at(DEADLINE), keys=KEYS)


@pytest.mark.parametrize("checkpoint", [seen_at(DEADLINE, DEADLINE).replace("\n7\n", "\n8\n"), ""])
def test_a_checkpoint_that_the_log_did_not_sign_never_proves_anything(checkpoint: str) -> None:
    with pytest.raises(NotProved) as refused:
        require_past(DEADLINE, checkpoint=checkpoint, tokens=stamped_at(DEADLINE), keys=KEYS)

    assert not isinstance(refused.value, NotYetProved)


@pytest.mark.parametrize(
    "tokens",
    [
        {},
        stamped_at(DEADLINE - timedelta(seconds=1)),
        stamped_at(DEADLINE, root=bytes(32)),
        {PLATFORM.stamper.name: b"-"},
        {"another": stamped_at(DEADLINE)[PLATFORM.stamper.name]},
    ],
)
def test_no_early_or_foreign_time_stamp_proves_it(tokens: dict[str, bytes]) -> None:
    with pytest.raises(NotProved):
        require_past(DEADLINE, checkpoint=seen_at(DEADLINE, DEADLINE), tokens=tokens, keys=KEYS)
