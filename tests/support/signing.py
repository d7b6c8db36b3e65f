"""Signing issued documents in tests, as a party's own program would."""

import secrets
from datetime import datetime
from uuid import uuid4

from crypto.pdf_signatures import check_attributes
from tendering.actions.issued_documents import Address
from tendering.actions.signatures import Stamping, complete_signature, prepare_signature
from tendering.domain.time_stamping import Stamper
from tendering.keys import PlatformKeys
from tendering.storage.connection import Pool
from tendering.storage.issued_documents import Preparation
from tests.support.opened import Party


async def prepare(
    pool: Pool,
    keys: PlatformKeys,
    address: Address,
    by: Party,
    *,
    at: datetime,
    certificate: bytes | None = None,
) -> Preparation:
    """Ask for a preparation and check it."""
    preparation = await prepare_signature(
        pool,
        keys,
        address,
        preparation_id=uuid4(),
        certificate=certificate or by.certificate,
        chain=[],
        by=by.actor,
        at=at,
    )
    check_attributes(preparation.pdf, preparation.attributes)
    return preparation


async def complete(
    pool: Pool,
    keys: PlatformKeys,
    address: Address,
    preparation: Preparation,
    by: Party,
    *,
    at: datetime,
    signature: bytes | None = None,
) -> None:
    """Sign what was prepared."""
    stamper = Stamper(keys.timestamping.certificate, keys.timestamping.key, demonstration=True)
    await complete_signature(
        pool,
        keys,
        address,
        preparation_id=preparation.id,
        signature=signature or by.sign(preparation.attributes),
        stamping=Stamping(stamper, secrets.token_bytes(16)),
        by=by.actor,
        at=at,
    )


async def sign(
    pool: Pool, keys: PlatformKeys, address: Address, by: Party, *, at: datetime
) -> None:
    """Prepare and complete."""
    preparation = await prepare(pool, keys, address, by, at=at)
    await complete(pool, keys, address, preparation, by, at=at)
