"""What tests of the clients share."""

import pytest

from crypto.keys import SigningKey
from tendering.domain.tender import Tender
from tests.unit.clients import a_sealing_tender


@pytest.fixture(scope="session")
def authority() -> tuple[SigningKey, bytes]:
    """An authority that certifies key holders."""
    return a_sealing_tender.an_authority()


@pytest.fixture(scope="session")
def tender(authority: tuple[SigningKey, bytes]) -> Tender:
    """A published tender whose key holders that authority certified."""
    return a_sealing_tender.a_tender(authority)
