"""The suite of a tender: which key holders' keys are of it, and whether this machine has it."""

from collections.abc import Mapping

from crypto.errors import BadKey, ProviderMissing
from crypto.seal_suites import SUITES, SealSuite, suite_of
from tendering.domain.refusals import Invalid
from tendering.domain.refusals.tenders import TenderIncomplete
from tendering.domain.tender import Tender


def require_key_of_suite(tender: Tender, public_key: bytes) -> None:
    """A key holder's key is of the tender's suite, and can be sealed to. Raises Invalid."""
    try:
        used = suite_of(public_key)
        used.check_public(public_key)
    except BadKey as error:
        raise Invalid(str(error)) from error
    if used.name != tender.suite:
        raise Invalid("the key is of another suite than the tender's", suite=tender.suite)


def require_installed(tender: Tender, suites: Mapping[str, SealSuite] = SUITES) -> None:
    """Refuse a draft in a suite whose libraries this machine lacks. Raises TenderIncomplete."""
    try:
        suites[tender.suite].check_public(suites[tender.suite].fresh_key().public)
    except ProviderMissing as error:
        raise TenderIncomplete(str(error), suite=tender.suite) from error
