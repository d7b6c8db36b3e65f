"""The doors of the log, the receipts and the platform's own time-stamping authority."""

from typing import Final

from tendering.api import log
from tendering.api.problems import BodyTooLarge, RequestTimeout, UnsupportedMediaType
from tendering.api.routing import Route
from tendering.domain.refusals import NotFound
from tendering.domain.refusals.log import LogEmpty, TileUnknown

_BYTES: Final = "application/octet-stream"

LOG_ROUTES: Final = (
    Route(
        "GET",
        "/log/checkpoint",
        log.get_checkpoint,
        errors=(LogEmpty,),
        produces="text/plain",
        tags=("log",),
    ),
    Route(
        "GET",
        "/log/tile/{level}/{n}",
        log.get_tile,
        errors=(TileUnknown,),
        produces=_BYTES,
        tags=("log",),
    ),
    Route(
        "GET",
        "/log/tile/{level}/{first}/{second}",
        log.get_tile_of_two,
        errors=(TileUnknown,),
        produces=_BYTES,
        tags=("log",),
    ),
    Route(
        "GET",
        "/log/tile/{level}/{first}/{second}/{third}",
        log.get_tile_of_three,
        errors=(TileUnknown,),
        produces=_BYTES,
        tags=("log",),
    ),
    Route(
        "GET",
        "/log/tile/{level}/{first}/{second}/{third}/{fourth}",
        log.get_tile_of_four,
        errors=(TileUnknown,),
        produces=_BYTES,
        tags=("log",),
    ),
    Route("GET", "/log/evidence", log.get_evidence, errors=(LogEmpty,), tags=("log",)),
    Route("GET", "/log/keys", log.get_published_keys, tags=("log",)),
    Route(
        "GET",
        "/receipts/{manifest_digest}",
        log.get_receipt,
        action="bid.read_own",
        errors=(NotFound,),
        tags=("bids",),
        secret=True,
    ),
    Route(
        "POST",
        "/tsa",
        log.post_time_stamp,
        errors=(BodyTooLarge, RequestTimeout, UnsupportedMediaType),
        accepts=log.QUERY_TYPE,
        produces=log.REPLY_TYPE,
        tags=("log",),
    ),
)
