"""A party's contribution to a draw: sealed here, kept here, and opened when all are settled.

What was sealed is written down before it is handed in, so that the contribution can be opened after
whatever happens to this machine's programs. If the file is lost, the key holders open it.
docs/specs/draw-v1.md §3.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from clients.draw_journal import gathering_of
from clients.journal_following import JournalFollower
from clients.key_files import Signer
from clients.platform import Platform
from clients.serving import write_private
from crypto.age_header import FILE_KEY_BYTES
from crypto.age_payload import NONCE_BYTES
from crypto.seal_suites import SUITES
from tendering.domain.contributions import (
    CONTRIBUTION_LABEL,
    VALUE_BYTES,
    Contribution,
    contribution_policy,
    contribution_statement,
    sealed_contribution,
)
from tendering.domain.published_keys import to_base64
from tendering.domain.tender import Tender


class NotSettled(Exception):
    """The public journal does not say what this step needs: nothing is sealed or opened."""


@dataclass(frozen=True, slots=True)
class Contributor:
    """A party that contributes to the draws of a tender; `folder` keeps what it sealed."""

    platform: Platform
    signer: Signer
    folder: Path

    async def seal(self, tender: Tender, journal: JournalFollower) -> None:
        """Seal 32 random bytes for the frozen pool and hand them in. Raises NotSettled,
        PlatformRefused.
        """
        gathering = gathering_of(tender, journal.entries)
        if gathering is None:
            raise NotSettled("no pool has been frozen")
        subject = gathering.subject
        me = self.platform.me.organization_id
        # The opening key is thrown away: the file key below opens the container, too.
        recipient = SUITES[tender.suite].fresh_key().recipient
        file_key = secrets.token_bytes(FILE_KEY_BYTES)
        container = sealed_contribution(
            secrets.token_bytes(VALUE_BYTES),
            contribution_policy(subject, me, recipient),
            file_key=file_key,
            payload_nonce=secrets.token_bytes(NONCE_BYTES),
        )
        contribution = Contribution(me, recipient, container)
        kept = {"container": contribution.sha256, "file_key": file_key.hex()}
        write_private(self._file(tender.id), json.dumps(kept).encode())
        statement = contribution_statement(subject, contribution)
        await self.platform.post(
            f"/tenders/{tender.id}/draw/contributions",
            {
                "step": "seal",
                "container": to_base64(container),
                "recipient": recipient,
                "statement": self.signer.sign(CONTRIBUTION_LABEL, statement),
            },
        )

    async def reveal(self, tender: Tender, journal: JournalFollower) -> None:
        """Open one's contribution. Raises NotSettled, PlatformRefused, OSError.

        Only once the public journal says that the contributions are closed, and this one, as it was
        sealed, is among them.
        """
        kept = json.loads(self._file(tender.id).read_text("utf-8"))
        me = self.platform.me.organization_id
        gathering = gathering_of(tender, journal.entries)
        settled = () if gathering is None else gathering.contributions
        if not any(
            one.admitted and one.sha256 == kept["container"]
            for one in settled
            if one.organization_id == me
        ):
            raise NotSettled("not among the contributions that were closed, as it was sealed")
        await self.platform.post(
            f"/tenders/{tender.id}/draw/contributions",
            {"step": "reveal", "file_key": to_base64(bytes.fromhex(kept["file_key"]))},
        )

    def _file(self, tender_id: UUID) -> Path:
        return self.folder / f"contribution-{tender_id}.json"
