"""A contribution is one value or none, whoever opens it and however."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from crypto import draw as lot_drawing
from crypto.age_header import Stanza, build_header
from crypto.seal_header import derive_header, read_sealed_header
from tendering.domain.contributions import (
    Contribution,
    ContributionFault,
    contribution_policy,
    contribution_statement,
    key_fits,
    opened,
    outcome_of,
    record_statement,
    require_sealed,
    sealed_contribution,
    seed_of,
    vrf_input,
)
from tendering.domain.refusals.bids import ContainerRefused
from tests.support.contributing import made, share_of
from tests.support.make import ENTITY, SUPERVISOR
from tests.unit.tendering.domain.a_gathering import HOLDER_KEYS, MADE, SUBJECT

VECTOR = Path(__file__).parents[3] / "vectors" / "draw-contributions.json"
GOOD = MADE[ENTITY]
SHARES = {
    number: share_of(SUBJECT, GOOD.contribution, number, key)
    for number, key in enumerate(HOLDER_KEYS, start=1)
}


def header_bytes(container: bytes) -> int:
    return read_sealed_header(container).header_length


def false_shares(container: bytes) -> bytes:
    """The header of another key's shares under the MAC of the right one."""
    length = header_bytes(container)
    policy = contribution_policy(SUBJECT, ENTITY, GOOD.contribution.recipient)
    other = read_sealed_header(derive_header(b"x" * 16, policy)).header.stanzas[1]
    mine = read_sealed_header(container).header.stanzas[0]
    return build_header(GOOD.file_key, [mine, other]) + container[length:]


def bad_record(container: bytes) -> bytes:
    """Key holder 3 finds nothing."""
    sealed = read_sealed_header(container)
    mine, theirs = sealed.header.stanzas
    body = theirs.body[:-80] + bytes(80)
    return (
        build_header(GOOD.file_key, [mine, Stanza(theirs.arguments, body)])
        + container[sealed.header_length :]
    )


def broken_payload(container: bytes) -> bytes:
    return container[:-1] + bytes([container[-1] ^ 1])


def broken_mac(container: bytes) -> bytes:
    length = header_bytes(container)
    flipped = b"B" if container[length - 3 : length - 2] != b"B" else b"C"
    return container[: length - 3] + flipped + container[length - 2 :]


def test_its_maker_and_any_two_key_holders_find_the_same_value() -> None:
    ways = [
        replace(GOOD.contribution, shares={one: SHARES[one] for one in pair})
        for pair in ((1, 2), (1, 3), (2, 3), (1, 2, 3))
    ]
    ways.append(replace(GOOD.contribution, file_key=GOOD.file_key))

    assert {opened(SUBJECT, way) for way in ways} == {GOOD.value}


def test_fewer_key_holders_than_it_takes_open_nothing() -> None:
    assert opened(SUBJECT, replace(GOOD.contribution, shares={2: SHARES[2]})) is None
    assert opened(SUBJECT, GOOD.contribution) is None


@pytest.mark.parametrize(
    ("sabotage", "by_key", "by_shares"),
    [
        (false_shares, "header-not-derived", "shares-give-no-key"),
        (bad_record, "header-not-derived", "header-not-derived"),
        (broken_payload, "payload-not-sealed", "payload-not-sealed"),
    ],
)
def test_what_is_no_contribution_is_excluded_by_whichever_way_it_is_opened(
    sabotage: Callable[[bytes], bytes], by_key: str, by_shares: str
) -> None:
    container = sabotage(GOOD.contribution.container)
    contribution = replace(GOOD.contribution, container=container)
    require_sealed(SUBJECT, contribution)
    shares = {
        number: share_of(SUBJECT, contribution, number, HOLDER_KEYS[number - 1])
        for number in (1, 2)
    }

    assert key_fits(container, GOOD.file_key)
    assert opened(SUBJECT, replace(contribution, file_key=GOOD.file_key)) == by_key
    assert opened(SUBJECT, replace(contribution, shares=shares)) == by_shares


def test_a_broken_mac_can_be_opened_by_nobody_and_is_excluded() -> None:
    container = broken_mac(GOOD.contribution.container)
    contribution = replace(GOOD.contribution, container=container)

    assert not key_fits(container, GOOD.file_key)
    assert (
        opened(SUBJECT, replace(contribution, shares={1: SHARES[1], 2: SHARES[2]}))
        is ContributionFault.SHARES_GIVE_NO_KEY
    )


def test_a_recipient_that_nobody_can_seal_to_excludes() -> None:
    elsewhere = replace(GOOD.contribution, recipient=MADE[SUPERVISOR].contribution.recipient)
    unusable = replace(GOOD.contribution, recipient="age1nothing")

    for contribution in (elsewhere, unusable):
        assert (
            opened(SUBJECT, replace(contribution, file_key=GOOD.file_key))
            is ContributionFault.HEADER_NOT_DERIVED
        )


@pytest.mark.parametrize(
    "changed",
    [
        replace(GOOD.contribution, organization_id=SUPERVISOR),
        replace(GOOD.contribution, container=GOOD.contribution.container + b"x"),
        replace(GOOD.contribution, container=GOOD.contribution.container[:-1]),
        replace(GOOD.contribution, container=b"age"),
        replace(GOOD.contribution, recipient="age1nothing"),
        made(replace(SUBJECT, root=bytes(32)), ENTITY).contribution,
        made(replace(SUBJECT, purpose="coefficient/1"), ENTITY).contribution,
    ],
)
def test_a_container_for_anything_else_is_refused_at_the_door(changed: Contribution) -> None:
    with pytest.raises(ContainerRefused):
        require_sealed(SUBJECT, changed)


def test_only_admitted_contributions_count_and_excluded_ones_are_named() -> None:
    broken = replace(
        GOOD.contribution,
        container=broken_payload(GOOD.contribution.container),
        file_key=GOOD.file_key,
        admitted=True,
    )
    left_out = replace(MADE[UUID(int=0x501)].contribution, admitted=False)
    sealed = replace(MADE[UUID(int=0x502)].contribution, admitted=True)
    fine = MADE[SUPERVISOR]
    contribution = replace(fine.contribution, file_key=fine.file_key, admitted=True)

    outcome = outcome_of(SUBJECT, [broken, left_out, sealed, contribution])

    assert outcome.values == {SUPERVISOR: fine.value}
    assert outcome.excluded == {ENTITY: ContributionFault.PAYLOAD_NOT_SEALED}
    assert outcome.waiting == (UUID(int=0x502),)


def test_every_value_its_party_and_what_is_drawn_count_for_the_seed() -> None:
    values = {ENTITY: b"e" * 32, SUPERVISOR: b"s" * 32}
    others = [
        {ENTITY: values[ENTITY]},
        {ENTITY: values[SUPERVISOR], SUPERVISOR: values[ENTITY]},
        {**values, UUID(int=0x501): bytes(32)},
    ]
    seeds = {seed_of(SUBJECT, one, b"o" * 64) for one in (values, *others)}
    inputs = {vrf_input(SUBJECT, one) for one in (values, *others)}
    for subject in (replace(SUBJECT, root=bytes(32)), replace(SUBJECT, purpose="coefficient/1")):
        seeds.add(seed_of(subject, values, b"o" * 64))
        inputs.add(vrf_input(subject, values))

    assert len(seeds) == len(inputs) == 6
    assert seed_of(SUBJECT, values, b"p" * 64) not in seeds


def test_statements_name_the_container_and_the_draw() -> None:
    said = contribution_statement(SUBJECT, GOOD.contribution)
    looked = record_statement(SUBJECT, GOOD.contribution, number=2, usable=False)

    assert isinstance(said, dict)
    assert isinstance(looked, dict)
    assert said["container"] == looked["container"] == GOOD.contribution.sha256
    assert said["root"] == looked["root"] == SUBJECT.root.hex()
    assert (looked["number"], looked["usable"]) == (2, False)


def test_the_published_vector_is_reproduced() -> None:
    vector = json.loads(VECTOR.read_text("utf-8"))
    subject = replace(SUBJECT, root=bytes.fromhex(vector["root"]))
    values = {}
    for one in vector["contributions"]:
        party = UUID(one["organization_id"])
        policy = contribution_policy(subject, party, one["recipient"])
        container = sealed_contribution(
            bytes.fromhex(one["value"]),
            policy,
            file_key=bytes.fromhex(one["file_key"]),
            payload_nonce=bytes.fromhex(one["payload_nonce"]),
        )
        assert policy.context.hex() == one["context"]
        assert container == base64.b64decode(one["container"])
        shares = {number: bytes.fromhex(share) for number, share in enumerate(one["shares"], 1)}
        found = opened(subject, Contribution(party, one["recipient"], container, shares=shares))
        assert isinstance(found, bytes)
        values[party] = found
    root = lot_drawing.pool_root([bytes.fromhex(entry) for entry in vector["pool"]])
    proof = lot_drawing.vrf_prove(bytes.fromhex(vector["vrf_seed"]), vrf_input(subject, values))
    seed = seed_of(subject, values, lot_drawing.vrf_output(proof))

    assert root.hex() == vector["root"]
    assert vrf_input(subject, values).hex() == vector["vrf_input"]
    assert proof.hex() == vector["vrf_proof"]
    assert seed.hex() == vector["seed"]
    assert lot_drawing.permutation(seed, len(vector["pool"])) == vector["order"]
