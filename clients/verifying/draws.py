"""The draw of the committee, computed again from what was published, and the names behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from clients.verifying.bodies import (
    Drawn,
    DrawnPlace,
    OpenedPlace,
    PoolFrozen,
    Replaced,
    Reseated,
    Seated,
    Unlocked,
)
from clients.verifying.bodies_rounds import Kept
from clients.verifying.bodies_sessions import Recorded
from clients.verifying.case import Case, place
from clients.verifying.contributions import check_contributions
from clients.verifying.kept_groups import (
    check_kept,
    group_of,
    kept_group,
    last_places,
    needs_of,
    places_of,
)
from clients.verifying.report import Notes
from clients.verifying.sharing import Named, SharedPool, check_names, kept_pool, shared_pool
from crypto.errors import BadKey, BadProof
from tendering.domain.archive import KEYS
from tendering.domain.contribution_steps import Gathering
from tendering.domain.contributions import Outcome, outcome_of
from tendering.domain.draw import (
    Draw,
    DrawnSeat,
    PoolEntry,
    draw_committee,
    following,
    verify_draw,
    verify_opening,
)
from tendering.domain.draw_steps import coefficients, leaves_to_draw, outcome_json
from tendering.domain.experts import Need
from tendering.domain.journal import Entry, Stream
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.draws import PoolTooSmall


def check_draw(case: Case, notes: Notes) -> None:
    """Pool, contributions, seed, order, seats: everybody can compute them, nobody could steer."""
    check_kept(case, notes)
    if (kept := kept_group(case)) is not None:
        _check_kept_replacements(case, kept[1], notes)
        return
    frozen = case.all(Stream.PUBLIC, "draw.pool_frozen", PoolFrozen)
    drawn = case.all(Stream.PUBLIC, "committee.drawn", Drawn)
    if not frozen or not drawn:
        notes.require(not drawn, "data/journal/public.jsonl", "a draw without a frozen pool")
        notes.remark("no committee was drawn")
        return
    if len(frozen) > 1 or len(drawn) > 1:
        notes.fails(place(drawn[-1][0]), "drawn, or prepared, more than once")
        return
    (pool_entry, pool), (entry, result) = frozen[0], drawn[0]
    _check_bidders(case, pool_entry, pool, notes)
    gathering = check_contributions(case, pool_entry, pool, entry, notes)
    outcome = outcome_of(gathering.subject, gathering.contributions)
    _check_outcome(gathering, outcome, entry, result, notes)
    key = case.keys.vrf_public
    notes.require(
        pool.vrf_public == key.hex(), place(pool_entry), f"another key than the one in {KEYS}"
    )
    places = pool_places(pool)
    try:
        seed, draw = verify_draw(
            gathering.subject,
            places,
            [
                Need(one.venue, one.region, one.speciality, one.seats, one.reserves)
                for one in pool.needs
            ],
            outcome.values,
            vrf_public=key,
            vrf_proof=bytes.fromhex(result.vrf_proof),
        )
    except (BadProof, BadKey, PoolTooSmall, Invalid) as error:
        notes.fails(place(entry), f"does not follow from what was published: {error}")
        return
    where = place(entry)
    notes.require(result.pool_root == pool.pool_root, where, "drawn from another pool")
    notes.require(seed.hex() == result.seed, where, "another seed")
    notes.require(
        draw.permutation_digest().hex() == result.permutation_digest, where, "another order"
    )
    notes.require(
        result.coefficients == coefficients(case.tender, seed), where, "another coefficient"
    )
    for one in result.coefficients:
        value = f"{one['percent']} %" if "percent" in one else one.get("method")
        notes.remark(f"lot {one['lot']}: {one['id']} = {value} was drawn")
    _check_recorded(case, entry, result, notes)
    _same_places(draw.seats, result.seats, pool, f"{where} seats", notes)
    _same_places(draw.reserves, result.reserves, pool, f"{where} reserves", notes)
    _check_replacements(case, places, draw, _Sitting.of(draw.seats, places, pool.shared), notes)


def check_committee(case: Case, notes: Notes) -> None:
    """The names in the committee's stream are those behind the places that were drawn."""
    if Stream.COMMITTEE not in case.streams:
        notes.skips("the names behind the drawn places")
        return
    frozen = case.all(Stream.PUBLIC, "draw.pool_frozen", PoolFrozen)
    drawn = case.all(Stream.PUBLIC, "committee.drawn", Drawn)
    seated = case.all(Stream.COMMITTEE, "committee.seated", Seated)
    kept = kept_group(case)
    told = kept or next(iter(drawn), None)
    if told is None:
        return
    if len(seated) != 1 or not (kept or frozen):
        notes.fails(place(told[0]), "the drawn places were not opened once")
        return
    entry, names = seated[0]
    result = told[1]
    places = pool_places(frozen[0][1]) if kept is None else places_of(kept[1])
    if kept is None:
        shared = shared_pool(case, frozen[0][1], notes)
    else:
        shared = kept_pool(case, places, kept[1], (entry, names), notes)
    # The reserves of a group that goes on are whoever is left of the draw's.
    reserves = result.reserves if isinstance(result, Drawn) else names.reserves
    for opened, expected, what in (
        (names.seats, result.seats, "seats"),
        (names.reserves, reserves, "reserves"),
    ):
        notes.require(
            [one.index for one in opened] == [one.index for one in expected],
            place(entry),
            f"the {what} are not the drawn ones",
        )
        for one in opened:
            _opens(places, shared, one, entry, notes)
    stepped_in = case.all(Stream.COMMITTEE, "committee.reseated", Reseated)
    said = [body.asked for _, body in case.all(Stream.PUBLIC, "committee.replaced", Replaced)]
    asked = [body.called for _, body in stepped_in]
    notes.require(said == asked, place(entry), "not as asked, or seated at once, as everybody sees")
    for replaced, body in stepped_in:
        one = OpenedPlace(body.index, "", body.salt, body.expert, body.seat)
        _opens(places, shared, one, replaced, notes)
    check_names(case, shared, places, notes)


def pool_places(pool: PoolFrozen) -> list[PoolEntry]:
    """The places of a published pool."""
    return [PoolEntry(bytes.fromhex(one.commitment), one.needs) for one in pool.entries]


def drawn_experts(case: Case, *, before: int | None = None) -> dict[int, dict[str, Any]]:
    """Who sat on which seat last, as the committee's stream names them up to an entry."""
    experts: dict[int, dict[str, Any]] = {}
    for _, names in case.all(Stream.COMMITTEE, "committee.seated", Seated):
        experts |= {one.seat: one.expert for one in names.seats if one.seat is not None}
    later: list[tuple[Entry, Reseated | Named]] = [
        *case.all(Stream.COMMITTEE, "committee.reseated", Reseated),
        *case.all(Stream.COMMITTEE, "expert.named", Named),
    ]
    for entry, body in sorted(later, key=lambda one: one[0].seq):
        if before is None or entry.seq < before:
            experts[body.seat] = body.expert
    return experts


def _check_bidders(case: Case, entry: Entry, pool: PoolFrozen, notes: Notes) -> None:
    """Where a coefficient is drawn, exactly those contribute too whose bids are open."""
    expected: set[UUID] = set()
    if leaves_to_draw(case.tender):
        unlocked = case.all(Stream.PUBLIC, "bid.unlocked", Unlocked)
        expected = {body.bidder_id for one, body in unlocked if one.seq < entry.seq}
    notes.require(set(pool.bidders) == expected, place(entry), "other bidders may contribute")


def _check_outcome(
    gathering: Gathering, outcome: Outcome, entry: Entry, result: Drawn, notes: Notes
) -> None:
    where = place(entry)
    notes.require(gathering.closed_at is not None, where, "drawn before the contributions closed")
    notes.require(not outcome.waiting, where, "drawn while contributions were sealed")
    notes.require(bool(outcome.values), where, "drawn without a valid contribution")
    said = outcome_json(gathering, outcome)
    notes.require(
        said
        == {
            "contributions": result.contributions,
            "excluded": result.excluded,
            "opened_by_key_holders": result.opened_by_key_holders,
        },
        where,
        "the contributions are not what their containers hold",
    )
    for party, fault in outcome.excluded.items():
        notes.remark(f"the contribution of {party} is excluded, by its own fault: {fault}")
    for one in gathering.contributions:
        if one.admitted and one.file_key is None:
            notes.remark(f"the contribution of {one.organization_id} was opened by key holders")


def _check_recorded(case: Case, drawn: Entry, result: Drawn, notes: Notes) -> None:
    """The signed record of each lot, of its last session, says what was drawn before it."""
    for entry, body in case.all(Stream.PUBLIC, "opening.recorded", Recorded):
        if body.session < len(case.tender.round.sessions):
            continue
        expected = [one for one in result.coefficients if one["lot"] == body.lot]
        notes.require(
            list(body.drawn) == expected and (not expected or drawn.seq < entry.seq),
            place(entry),
            "the record says something else than was drawn, or came before it",
        )


def _same_places(
    computed: Sequence[DrawnSeat],
    published: Sequence[DrawnPlace],
    pool: PoolFrozen,
    where: str,
    notes: Notes,
) -> None:
    expected = [
        (one.need, one.venue, one.index, pool.entries[one.index].commitment) for one in computed
    ]
    found = [(one.need, one.venue, one.index, one.commitment) for one in published]
    notes.require(expected == found, where, "not the places that follow from the seed")


@dataclass(frozen=True, slots=True)
class _Sitting:
    """The needs of the seats by number, and the places of the pool that ever had one.

    `shared`: those of partner centres, passed over where nobody is asked.
    """

    needs: Mapping[int, int]
    taken: frozenset[int]
    shared: frozenset[int]

    @classmethod
    def of(cls, seats: Sequence[DrawnSeat], places: Sequence[PoolEntry], shared: int) -> "_Sitting":
        """Those who were drawn, before anybody left."""
        return cls(
            {number: one.need for number, one in enumerate(seats, start=1)},
            frozenset(one.index for one in seats),
            last_places(places, shared),
        )


def _check_kept_replacements(case: Case, body: Kept, notes: Notes) -> None:
    group, places = group_of(body), places_of(body)
    try:
        draw = draw_committee(places, needs_of(body), seed=bytes.fromhex(body.seed))
    except PoolTooSmall:
        return  # said above
    needs = {number: one.need for number, one in group.seats.items()}
    sitting = _Sitting(needs, group.taken, last_places(places, body.shared))
    _check_replacements(case, places, draw, sitting, notes)


def _check_replacements(
    case: Case, places: Sequence[PoolEntry], draw: Draw, sitting: _Sitting, notes: Notes
) -> None:
    needs, taken = sitting.needs, set(sitting.taken)
    for entry, body in case.all(Stream.PUBLIC, "committee.replaced", Replaced):
        if body.seat not in needs:
            notes.fails(place(entry), "there is no such seat")
            continue
        passed = frozenset[int]() if body.asked else sitting.shared
        expected = following(places, draw.permutation, needs[body.seat], taken=passed | taken)
        notes.require(body.index == expected, place(entry), "not the next in the drawn order")
        taken.add(body.index)


def _opens(
    places: Sequence[PoolEntry],
    shared: SharedPool,
    opened: OpenedPlace,
    entry: Entry,
    notes: Notes,
) -> None:
    if not opened.salt:
        # A partner's place: somebody stands for its expert, who is named on accepting.
        stands = shared.stands_for(opened.index, opened.expert)
        notes.require(stands, place(entry), "a place without a name is no partner's")
        return
    holds = 0 <= opened.index < len(places) and verify_opening(
        places[opened.index], opened.expert, bytes.fromhex(opened.salt)
    )
    notes.require(
        holds, place(entry), f"the name at place {opened.index} does not open its commitment"
    )
