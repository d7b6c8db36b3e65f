"""A party's contribution to a draw: sealed here, kept here, and opened when all are settled.

What was sealed is written down before it is handed in, so that the contribution can be opened after
whatever happens to this machine's programs. If the file is lost, the key holders open it.
docs/specs/draw-v1.md §3.
"""

import base64
import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path

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
    DrawSubject,
    contribution_policy,
    contribution_statement,
    outcome_of,
    sealed_contribution,
)
from tendering.domain.published_keys import to_base64
from tendering.domain.tender import Tender


class NotSettled(Exception):
    """The public journal does not say what this step needs: nothing is sealed or opened."""


@dataclass(frozen=True, slots=True)
class _Kept:
    contribution: Contribution
    file_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Contributor:
    """A party that contributes to the draws of a tender; `folder` keeps what it sealed."""

    platform: Platform
    signer: Signer
    folder: Path

    async def go_on(self, tender: Tender, journal: JournalFollower) -> str:
        """Do what is due: `sealed`, `revealed`, or `open` when it was opened before.

        Raises NotSettled, PlatformRefused, OSError.
        """
        gathering = gathering_of(tender, journal.entries)
        if gathering is None or gathering.closed_at is None:
            await self.seal(tender, journal)
            return "sealed"
        outcome = outcome_of(gathering.subject, gathering.contributions)
        if self.platform.me.organization_id in outcome.values:
            return "open"
        await self.reveal(tender, journal)
        return "revealed"

    async def seal(self, tender: Tender, journal: JournalFollower) -> None:
        """Seal 32 random bytes for the frozen pool and hand them in; again, if it was cut off.

        Raises NotSettled, PlatformRefused, OSError.
        """
        gathering = gathering_of(tender, journal.entries)
        if gathering is None:
            raise NotSettled("no pool has been frozen")
        kept = self._kept(gathering.subject) or self._sealed(gathering.subject)
        mine = kept.contribution.container
        if any(one.container == mine for one in gathering.contributions):
            return  # the answer to an earlier attempt was lost
        statement = contribution_statement(gathering.subject, kept.contribution)
        await self.platform.post(
            f"/tenders/{tender.id}/draw/contributions",
            {
                "step": "seal",
                "container": to_base64(kept.contribution.container),
                "recipient": kept.contribution.recipient,
                "statement": self.signer.sign(CONTRIBUTION_LABEL, statement),
            },
        )

    async def reveal(self, tender: Tender, journal: JournalFollower) -> None:
        """Open one's contribution. Raises NotSettled, PlatformRefused, OSError.

        Only once the public journal says that the contributions are closed, and this one, as it was
        sealed, is among them.
        """
        gathering = gathering_of(tender, journal.entries)
        kept = None if gathering is None else self._kept(gathering.subject)
        if gathering is None or kept is None:
            raise NotSettled("nothing was sealed here for this draw")
        if not any(
            one.admitted and one.container == kept.contribution.container
            for one in gathering.contributions
        ):
            raise NotSettled("not among the contributions that were closed, as it was sealed")
        await self.platform.post(
            f"/tenders/{tender.id}/draw/contributions",
            {"step": "reveal", "file_key": to_base64(kept.file_key)},
        )

    def _sealed(self, subject: DrawSubject) -> _Kept:
        """A fresh contribution, written down."""
        me = self.platform.me.organization_id
        # The opening key is thrown away: the file key opens the container, too.
        recipient = SUITES[subject.tender.suite].fresh_key().recipient
        file_key = secrets.token_bytes(FILE_KEY_BYTES)
        container = sealed_contribution(
            secrets.token_bytes(VALUE_BYTES),
            contribution_policy(subject, me, recipient),
            file_key=file_key,
            payload_nonce=secrets.token_bytes(NONCE_BYTES),
        )
        kept = {
            "recipient": recipient,
            "container": to_base64(container),
            "file_key": file_key.hex(),
        }
        write_private(self._file(subject), json.dumps(kept).encode())
        return _Kept(Contribution(me, recipient, container), file_key)

    def _kept(self, subject: DrawSubject) -> _Kept | None:
        """What was sealed here for this draw before. Raises ValueError for a damaged file."""
        file = self._file(subject)
        if not file.exists():
            return None
        kept = json.loads(file.read_text("utf-8"))
        container = base64.b64decode(kept["container"], validate=True)
        contribution = Contribution(self.platform.me.organization_id, kept["recipient"], container)
        return _Kept(contribution, bytes.fromhex(kept["file_key"]))

    def _file(self, subject: DrawSubject) -> Path:
        root = subject.root.hex()[:16]
        return self.folder / f"contribution-{subject.tender.id}-{root}.json"
