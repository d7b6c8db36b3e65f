"""Secret sharing: known values and the field's laws."""

import itertools

import pytest

from crypto.shares import _divide, _multiply, interpolate, recover, share_at, split_derandomized

SECRET = bytes(range(16))
COEFFICIENTS = [bytes([7] * 16), bytes(range(100, 116))]


def test_multiplication_agrees_with_the_examples_of_fips_197() -> None:
    assert _multiply(0x57, 0x83) == 0xC1
    assert _multiply(0x57, 0x13) == 0xFE


def test_division_undoes_multiplication() -> None:
    for left, right in itertools.product(range(256), range(1, 256, 5)):
        assert _divide(_multiply(left, right), right) == left


def test_a_share_is_the_polynomials_value() -> None:
    # At x = 1 all powers are 1, so the share is the plain sum (exclusive or) of all parts.
    expected = bytes(a ^ b ^ c for a, b, c in zip(SECRET, *COEFFICIENTS, strict=True))

    assert share_at(SECRET, COEFFICIENTS, 1) == expected


@pytest.mark.parametrize("numbers", list(itertools.combinations(range(1, 6), 3)))
def test_any_three_shares_recover_the_secret(numbers: tuple[int, ...]) -> None:
    shares = split_derandomized(SECRET, COEFFICIENTS, 5)

    assert recover({number: shares[number - 1] for number in numbers}) == SECRET


def test_two_shares_of_three_recover_something_else() -> None:
    shares = split_derandomized(SECRET, COEFFICIENTS, 5)

    assert recover({1: shares[0], 2: shares[1]}) != SECRET


def test_for_two_shares_of_three_every_secret_is_possible() -> None:
    shares = split_derandomized(SECRET, COEFFICIENTS, 5)
    known = {1: shares[0], 2: shares[1]}

    # Whatever the third share may be, another secret comes out: none is ruled out.
    secrets = {recover({**known, 3: bytes([third]) * 16})[0] for third in range(256)}

    assert len(secrets) == 256


def test_a_missing_share_can_be_computed_from_the_others() -> None:
    shares = split_derandomized(SECRET, COEFFICIENTS, 5)

    assert interpolate({1: shares[0], 2: shares[1], 3: shares[2]}, at=5) == shares[4]


def test_the_same_arguments_give_the_same_shares() -> None:
    assert split_derandomized(SECRET, COEFFICIENTS, 4) == split_derandomized(
        SECRET, COEFFICIENTS, 4
    )


def test_a_holder_number_of_zero_is_a_mistake_of_ours() -> None:
    with pytest.raises(AssertionError):
        share_at(SECRET, COEFFICIENTS, 0)
