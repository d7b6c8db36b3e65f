"""The doors of contracts."""

from typing import Final

from tendering.api import contracts
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, NotFound
from tendering.domain.refusals.awards import ContractStepRefused, PerformanceSecurityRefused
from tendering.domain.refusals.signatures import DocumentChanged, SignaturesMissing
from tendering.domain.refusals.tenders import WrongPhase

_PATH: Final = "/tenders/{tender_id}/contracts"

CONTRACT_ROUTES: Final = (
    Route("GET", _PATH, contracts.get_contracts, errors=(NotFound,), tags=("contracts",)),
    Route(
        "POST",
        _PATH,
        contracts.post_contract,
        action="contract.draft",
        status=201,
        idempotency="natural",
        errors=(
            DocumentChanged,
            Forbidden,
            NotFound,
            PerformanceSecurityRefused,
            SignaturesMissing,
            WrongPhase,
        ),
        tags=("contracts",),
    ),
    Route(
        "POST",
        f"{_PATH}/steps",
        contracts.post_contract_step,
        action="contract.draft",
        status=204,
        idempotency="transaction",
        errors=(ContractStepRefused, Forbidden, NotFound),
        tags=("contracts",),
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/supervisor-reports",
        contracts.post_report,
        action="contract.draft",
        status=204,
        idempotency="transaction",
        errors=(ContractStepRefused, Forbidden, NotFound, SignaturesMissing),
        tags=("contracts",),
    ),
)
