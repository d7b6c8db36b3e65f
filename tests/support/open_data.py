"""The packages in which a tender's public stream is published as open contracting data."""

from typing import Final

import msgspec

from tendering.domain.open_data.packages import record_package, release_package
from tendering.domain.open_data.releases import releases_of
from tests.support.public_stream import PUBLISHER, PublicStream, directory

ADDRESS: Final = "https://bids.example/api/v1/x"
ENCODER: Final = msgspec.json.Encoder(decimal_format="number")


def packages(stream: PublicStream) -> dict[str, bytes]:
    """Both packages, as JSON, by kind."""
    releases = releases_of(stream.entries, directory(stream.tender), PUBLISHER)
    return {
        "release": ENCODER.encode(release_package(releases, PUBLISHER, address=ADDRESS)),
        "record": ENCODER.encode(record_package(releases, PUBLISHER, address=ADDRESS)),
    }
