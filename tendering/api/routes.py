"""Every door of tendering: the table that the server mounts and the OpenAPI document is made of."""

from typing import Final

from tendering.api import bids, own_containers, own_headers, public, schemas, tenders, uploads
from tendering.api.problems import BodyTooLarge, PreconditionFailed
from tendering.api.routes_accounts import ACCOUNT_ROUTES
from tendering.api.routes_archives import ARCHIVE_ROUTES
from tendering.api.routes_awards import AWARD_ROUTES
from tendering.api.routes_bid_securities import BID_SECURITY_ROUTES
from tendering.api.routes_contracts import CONTRACT_ROUTES
from tendering.api.routes_documents import DOCUMENT_ROUTES
from tendering.api.routes_draws import ROUTES as DRAW_ROUTES
from tendering.api.routes_duties import DUTY_ROUTES
from tendering.api.routes_exits import EXIT_ROUTES
from tendering.api.routes_fees import FEE_ROUTES
from tendering.api.routes_identities import IDENTITY_ROUTES
from tendering.api.routes_issued import ISSUED_ROUTES
from tendering.api.routes_key_holders import KEY_HOLDER_ROUTES
from tendering.api.routes_log import LOG_ROUTES
from tendering.api.routes_notifications import NOTIFICATION_ROUTES
from tendering.api.routes_objections import OBJECTION_ROUTES
from tendering.api.routes_open_data import OPEN_DATA_ROUTES
from tendering.api.routes_openings import OPENING_ROUTES
from tendering.api.routes_own_tenders import OWN_TENDER_ROUTES
from tendering.api.routes_projects import PROJECT_ROUTES
from tendering.api.routes_ratings import RATING_ROUTES
from tendering.api.routes_rounds import ROUND_ROUTES
from tendering.api.routes_rules import RULE_ROUTES
from tendering.api.routes_sharing import SHARING_ROUTES
from tendering.api.routes_validity import VALIDITY_ROUTES
from tendering.api.routes_venues import VENUE_ROUTES
from tendering.api.routing import Route
from tendering.domain.refusals import Forbidden, Invalid, NotFound
from tendering.domain.refusals.bids import (
    BidSecurityMissing,
    ContainerRefused,
    CounterNotFresh,
    DeadlinePassed,
    EphemeralKeyReused,
    ManifestMismatch,
    NoBid,
    NotAcceptingBids,
    StorageFull,
    UploadIncomplete,
    UploadTooLarge,
)
from tendering.domain.refusals.demonstration import ClockNotJumpable, NothingDue
from tendering.domain.refusals.documents import DocumentFindingsOpen, DocumentsUnchecked
from tendering.domain.refusals.key_holders import (
    KeyPolicyIncomplete,
    KeyPolicyReplaced,
)
from tendering.domain.refusals.rules import (
    MethodInvalid,
    ProcedureInvalid,
    TermsUnlawful,
    TimetableUnlawful,
)
from tendering.domain.refusals.signatures import SignatureRefused
from tendering.domain.refusals.tenders import (
    BillInvalid,
    NotParticipant,
    ProjectInvalid,
    TenderChanged,
    TenderIncomplete,
    WrongPhase,
)

_BYTES: Final = "application/octet-stream"
_TENDER_BYTES_MAX: Final = 1 << 20

TENDER_ROUTES: Final = (
    Route("GET", "/clock", public.get_clock, tags=("public",)),
    Route("GET", "/platform", public.get_platform, tags=("public",)),
    Route(
        "GET",
        "/schemas/{name}",
        schemas.get_schema,
        produces="application/schema+json",
        tags=("public",),
    ),
    Route(
        "POST",
        "/tenders",
        tenders.post_tender,
        action="tender.create",
        status=201,
        idempotency="transaction",
        errors=(Invalid, NotFound, ProcedureInvalid, ProjectInvalid, TenderIncomplete),
        body_bytes_max=_TENDER_BYTES_MAX,
        tags=("tenders",),
    ),
    Route("GET", "/tenders/{tender_id}", tenders.get_tender, errors=(NotFound,), tags=("tenders",)),
    Route(
        "PUT",
        "/tenders/{tender_id}",
        tenders.put_tender,
        action="tender.edit",
        errors=(
            NotFound,
            Forbidden,
            WrongPhase,
            TenderChanged,
            TenderIncomplete,
            ProcedureInvalid,
            ProjectInvalid,
            BillInvalid,
            Invalid,
            PreconditionFailed,
        ),
        body_bytes_max=_TENDER_BYTES_MAX,
        tags=("tenders",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/facts",
        tenders.get_facts,
        action="tender.publish",
        errors=(NotFound,),
        tags=("tenders",),
    ),
    *DOCUMENT_ROUTES,
    *KEY_HOLDER_ROUTES,
    Route(
        "POST",
        "/tenders/{tender_id}/publication",
        tenders.post_publication,
        action="tender.publish",
        idempotency="transaction",
        errors=(
            NotFound,
            Forbidden,
            WrongPhase,
            SignatureRefused,
            TenderIncomplete,
            KeyPolicyIncomplete,
            MethodInvalid,
            TermsUnlawful,
            TimetableUnlawful,
            DocumentsUnchecked,
            DocumentFindingsOpen,
        ),
        tags=("tenders",),
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/journal/{stream}",
        public.get_journal,
        errors=(NotFound, Forbidden),
        tags=("journal",),
    ),
    Route(
        "POST",
        "/demonstration/clock/jump",
        public.post_jump,
        action="clock.jump",
        idempotency="natural",
        errors=(NothingDue, ClockNotJumpable),
        tags=("demonstration",),
    ),
)

BID_ROUTES: Final = (
    Route(
        "POST",
        "/uploads",
        uploads.post_upload,
        action="upload.create",
        status=201,
        idempotency="transaction",
        errors=(UploadTooLarge, StorageFull),
        tags=("uploads",),
        secret=True,
    ),
    Route(
        "GET",
        "/uploads/{upload_id}",
        uploads.get_upload,
        action="upload.fill",
        errors=(NotFound,),
        tags=("uploads",),
        secret=True,
    ),
    Route(
        "PUT",
        "/uploads/{upload_id}/parts/{part}",
        uploads.put_part,
        action="upload.fill",
        status=204,
        errors=uploads.PART_REFUSALS,
        accepts=_BYTES,
        produces=_BYTES,
        tags=("uploads",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/bids",
        bids.post_bid,
        action="bid.submit",
        status=201,
        idempotency="natural",
        errors=(
            NotFound,
            DeadlinePassed,
            NotAcceptingBids,
            NotParticipant,
            BidSecurityMissing,
            CounterNotFresh,
            EphemeralKeyReused,
            ContainerRefused,
            ManifestMismatch,
            KeyPolicyReplaced,
            SignatureRefused,
            StorageFull,
            BodyTooLarge,
            UploadIncomplete,
        ),
        # Small containers come along, in base64.
        body_bytes_max=256 << 10,
        tags=("bids",),
        secret=True,
    ),
    Route(
        "POST",
        "/tenders/{tender_id}/bids/withdrawal",
        bids.post_withdrawal,
        action="bid.withdraw",
        idempotency="transaction",
        errors=(NotFound, DeadlinePassed, NotAcceptingBids, NoBid, SignatureRefused),
        tags=("bids",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/bids/mine",
        bids.get_own_bids,
        action="bid.read_own",
        tags=("bids",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/bids/mine/headers",
        own_headers.get_own_headers,
        action="bid.read_own",
        tags=("bids",),
        secret=True,
    ),
    Route(
        "GET",
        "/tenders/{tender_id}/bids/mine/{lot}/{counter}/{kind}",
        own_containers.get_own_container,
        action="bid.read_own",
        statuses=(206, 304, 416),
        errors=(NotFound,),
        produces="application/octet-stream",
        tags=("bids",),
        secret=True,
    ),
)

ROUTES: Final = (
    *ACCOUNT_ROUTES,
    *OPEN_DATA_ROUTES,
    *PROJECT_ROUTES,
    *OWN_TENDER_ROUTES,
    *TENDER_ROUTES,
    *BID_ROUTES,
    *OPENING_ROUTES,
    *DRAW_ROUTES,
    *IDENTITY_ROUTES,
    *ISSUED_ROUTES,
    *AWARD_ROUTES,
    *BID_SECURITY_ROUTES,
    *VALIDITY_ROUTES,
    *VENUE_ROUTES,
    *SHARING_ROUTES,
    *FEE_ROUTES,
    *CONTRACT_ROUTES,
    *DUTY_ROUTES,
    *NOTIFICATION_ROUTES,
    *RATING_ROUTES,
    *ROUND_ROUTES,
    *OBJECTION_ROUTES,
    *RULE_ROUTES,
    *EXIT_ROUTES,
    *ARCHIVE_ROUTES,
    *LOG_ROUTES,
)
