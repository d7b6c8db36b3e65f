"""A tender chooses the algorithms of its sealed bids, and every key has to be of them."""

from dataclasses import replace

import pytest

from crypto.gm_library import libcrypto
from crypto.gm_suite import NationalSuite
from crypto.keys import HybridKey, OpeningKey
from crypto.opening_keys import Sm2SoftwareKey
from crypto.seal_suites import CLASSIC, GM, HYBRID
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import TenderIncomplete
from tendering.domain.suite_rules import require_installed, require_key_of_suite
from tendering.domain.tender import require_sound
from tests.support import make

CLASSIC_KEY = OpeningKey(b"\x01" * 32).public
HYBRID_KEY = HybridKey(b"\x01" * 32).public
GM_KEY = Sm2SoftwareKey(b"\x01" * 32).public


def test_a_tender_names_its_suite_in_the_key_policy() -> None:
    tender = make.a_tender()

    assert tender.key_policy["suite"] == CLASSIC.name
    assert replace(tender, suite=HYBRID.name).key_policy["suite"] == HYBRID.name


class _WithoutLibrary(NationalSuite):
    """The national suite on a machine where no libcrypto is found."""

    def check_public(self, public: bytes) -> None:
        libcrypto(("libnowhere.so",))


def test_a_suite_whose_library_is_missing_is_refused_by_its_name() -> None:
    tender = replace(make.a_tender(), suite=GM.name)

    require_installed(tender)
    with pytest.raises(TenderIncomplete, match="libcrypto"):
        require_installed(tender, {GM.name: _WithoutLibrary()})


def test_a_suite_that_nobody_knows_is_refused() -> None:
    with pytest.raises(TenderIncomplete):
        require_sound(replace(make.a_tender(), suite="age-v1-rsa"))


@pytest.mark.parametrize(
    ("suite", "key"),
    [(CLASSIC.name, CLASSIC_KEY), (HYBRID.name, HYBRID_KEY), (GM.name, GM_KEY)],
    ids=["classic", "hybrid", "gm"],
)
def test_a_key_of_the_tenders_suite_is_taken(suite: str, key: bytes) -> None:
    require_key_of_suite(replace(make.a_tender(), suite=suite), key)


@pytest.mark.parametrize(
    ("suite", "key"),
    [
        (CLASSIC.name, HYBRID_KEY),
        (HYBRID.name, CLASSIC_KEY),
        (HYBRID.name, b""),
        (GM.name, CLASSIC_KEY),
        (CLASSIC.name, GM_KEY),
        (GM.name, b"\x04" + bytes(64)),
        (CLASSIC.name, bytes(32)),
    ],
    ids=["hybrid", "classic", "none", "no SM2", "SM2", "off the curve", "low order"],
)
def test_a_key_of_another_suite_is_refused(suite: str, key: bytes) -> None:
    with pytest.raises(Invalid):
        require_key_of_suite(replace(make.a_tender(), suite=suite), key)
