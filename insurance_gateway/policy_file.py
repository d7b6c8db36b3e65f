"""A policy as a signed PDF (PAdES): is the signature whole, whose is it, and what does it say?

The file carries what it says a second time as `policy.json`, for machines: the statement of a
policy. It is read only after the signature over the whole file holds. Blocks: use a thread.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec
import pikepdf
from asn1crypto import x509
from pyhanko.pdf_utils.generic import IndirectObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import SignatureCoverageLevel, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.errors import ValidationError

from crypto.request_signatures import WireRefused
from insurance_gateway.wire import Policy, read_policy

STATEMENT_NAME: Final = "policy.json"
STATEMENT_BYTES_MAX: Final = 16 << 10
SUBFILTER: Final = "/ETSI.CAdES.detached"


@dataclass(frozen=True, slots=True)
class SignedFile:
    """A policy file whose signature holds. `certificate`: the signer's, DER."""

    policy: Policy
    certificate: bytes


def read_policy_file(content: bytes, *, roots: Sequence[bytes], at: datetime) -> SignedFile:
    """The policy of a file, its signature and its chain to one of `roots` (DER) checked at `at`.

    Whether the certificate was revoked the caller asks. Raises WireRefused.
    """
    try:
        certificate = _signer(content, roots, at)
    # pyHanko lets some of its parsers' errors through on files that are no PDF at all.
    except (
        PdfError,
        SignatureValidationError,
        ValidationError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        OSError,
        NotImplementedError,
        RecursionError,
    ) as error:
        raise WireRefused(f"the policy is no signed PDF: {error}"[:300]) from error
    return SignedFile(read_policy(_statement(content)), certificate)


def _signer(content: bytes, roots: Sequence[bytes], at: datetime) -> bytes:
    reader = PdfFileReader(io.BytesIO(content))
    found = reader.embedded_signatures
    if len(found) != 1:
        raise WireRefused(f"a policy has one signature, this file has {len(found)}")
    subfilter = found[0].sig_object.get("/SubFilter")
    if subfilter != SUBFILTER or isinstance(subfilter, IndirectObject):
        raise WireRefused("the signature is not of the kind ETSI.CAdES.detached (PAdES)")
    context = ValidationContext(
        trust_roots=[x509.Certificate.load(each) for each in roots],
        moment=at,
        allow_fetching=False,
    )
    told = validate_pdf_signature(
        found[0],
        context,
        # Certificates of the authority sign; non-repudiation is not marked in all of them.
        key_usage_settings=KeyUsageConstraints(key_usage=set()),
    )
    if not told.intact or not told.valid:
        raise WireRefused("the signature of the policy does not hold: the file was changed")
    if told.coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        raise WireRefused("something was added to the policy after it was signed")
    if not told.trusted:
        raise WireRefused("the certificate of the policy leads to no authority that is trusted")
    der: bytes = told.signing_cert.dump()
    return der


def _statement(content: bytes) -> object:
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            if STATEMENT_NAME not in pdf.attachments:
                raise WireRefused(f"the policy carries no {STATEMENT_NAME}")
            attached = pdf.attachments[STATEMENT_NAME].get_file().read_bytes()
    except (pikepdf.PdfError, ValueError) as error:
        raise WireRefused(f"the policy cannot be read: {error}") from error
    if len(attached) > STATEMENT_BYTES_MAX:
        raise WireRefused(f"{STATEMENT_NAME} is too large")
    try:
        return msgspec.json.decode(attached)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise WireRefused(f"{STATEMENT_NAME} is no JSON: {error}") from error
