"""The parts of the transparency log, made from the configuration: keys, stamper, witnesses."""

import secrets
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tendering.actions.bids import ReceiptTerms
from tendering.api.context import Context
from tendering.domain.published_keys import Authority, PublishedKeys, Witness
from tendering.domain.time_stamping import Stamper
from tendering.keys import PlatformKeys
from tendering.log_loop import LogKeeper
from tendering.log_observers import AuthorityLine, WitnessLine
from tendering.settings import Settings
from tendering.storage import tenders


def published_keys(settings: Settings, keys: PlatformKeys) -> PublishedKeys:
    """The platform's public keys, its witnesses and authorities, as everybody may check them."""
    log = settings.log
    own = Authority(stamper_of(settings, keys).name, keys.authority.certificate)
    outside = tuple(Authority(each.name, _root(each.root_file)) for each in log.authorities)
    certifiers = tuple(Authority(each.name, _root(each.root_file)) for each in log.certifiers)
    return PublishedKeys(
        receipt_keys=(keys.receipt.verifier,),
        log_keys=(keys.log.verifier,),
        witnesses=tuple(
            Witness(each.verifier, each.run_by, each.independent) for each in log.witnesses
        ),
        quorum=log.quorum,
        authorities=(own, *outside),
        certifiers=certifiers or (Authority(f"{settings.platform.host_name} CA", own.root),),
        operator_roots=(keys.authority.certificate,),
        interval_seconds=log.interval_seconds,
        demonstration=settings.demonstration,
    )


def receipt_terms(settings: Settings, keys: PlatformKeys) -> ReceiptTerms:
    """What receipts are signed with and promise."""
    return ReceiptTerms(
        key=keys.receipt,
        origin=keys.log.name,
        within_seconds=settings.log.interval_seconds,
        nonce=lambda: secrets.token_bytes(32),
    )


def log_keeper(context: Context, settings: Settings) -> LogKeeper:
    """What the log's two loops need."""
    log, stamper = settings.log, stamper_of(settings, context.keys)
    return LogKeeper(
        pool=context.pool,
        now=context.now,
        signer=context.keys.log,
        is_busy=tenders.is_any_accepting,
        witnesses=[
            WitnessLine(Witness(each.verifier, each.run_by, each.independent), each.url)
            for each in log.witnesses
        ],
        authorities=[
            AuthorityLine(Authority(each.name, _root(each.root_file)), each.url)
            for each in log.authorities
        ],
        stamper=stamper,
        stamper_name=stamper.name,
        interval_seconds=log.interval_seconds,
        idle_interval_seconds=log.idle_interval_seconds,
        quorum=log.quorum,
        prunes=True,
    )


def stamper_of(settings: Settings, keys: PlatformKeys) -> Stamper:
    """The platform's own time-stamping authority."""
    timestamping = keys.timestamping
    return Stamper(timestamping.certificate, timestamping.key, settings.demonstration)


def _root(file: str) -> bytes:
    certificate = x509.load_pem_x509_certificate(Path(file).read_bytes())
    return certificate.public_bytes(serialization.Encoding.DER)
