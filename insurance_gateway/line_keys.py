"""The platform's secrets for lines of other families, all derived from the gateway's one seed.

So a backup of the seed is a backup of them, and no table holds a secret. Pure.
"""

import hashlib
import hmac
from functools import lru_cache
from typing import Final

from crypto.gm_curve import reduced_scalar
from crypto.gm_sm2 import MATERIAL_BYTES, Sm2Key
from crypto.gm_sm3 import hkdf_sm3
from insurance_gateway.gm_envelope import GmKeys

_GM_SIGNING: Final = b"kaibiao/insurance/gm/signing/v1"
_GM_OPENING: Final = b"kaibiao/insurance/gm/opening/v1"
_XML: Final = b"kaibiao/insurance/xml/v1"


@lru_cache(maxsize=4)
def gm_keys(seed: bytes) -> GmKeys:
    """The SM2 keys of the platform. Raises ProviderMissing."""
    return GmKeys(_sm2(seed, _GM_SIGNING), _sm2(seed, _GM_OPENING))


def line_secret(seed: bytes, salt: bytes) -> bytes:
    """The secret shared with a guarantor of the XML family, 32 bytes; `salt` is its public key."""
    return hmac.new(seed, _XML + salt, hashlib.sha256).digest()


def _sm2(seed: bytes, info: bytes) -> Sm2Key:
    return Sm2Key(reduced_scalar(hkdf_sm3(seed, salt=b"", info=info, length=MATERIAL_BYTES)))
