"""Who may do what: the table role × action that the edge asks before any handler runs.

A row says which roles may try; whether this person may do it to this tender is a rule of its own.
An action that is not in the table may be done by nobody.
"""

from collections.abc import Mapping
from types import MappingProxyType

from tendering.domain.roles import Role

R = Role
TRADING = frozenset({R.PROCURING_ENTITY, R.AGENCY})
EVERYBODY = frozenset(R) - {R.PUBLIC}

_TENDERING = {
    "project.read": TRADING,
    "project.register": TRADING,
    "method.try": EVERYBODY,
    "tender.create": TRADING,
    "tender.edit": TRADING,
    "tender.publish": TRADING,
    "tender.invite": TRADING,
    "qualification.check": TRADING,
    "invitation.answer": frozenset({R.BIDDER}),
    "document.issue": TRADING,
    "document_finding.decide": TRADING,
    "document.download": EVERYBODY,
    "tender.list_own": TRADING | {R.BIDDER, R.SUPERVISOR},
    "tender.read_findings": TRADING | {R.SUPERVISOR},
    "rule.override": TRADING,
    "rule.see_override": frozenset({R.SUPERVISOR}),
    "question.ask": frozenset({R.BIDDER}),
    "question.read": TRADING,
    "clarification.publish": TRADING,
    "clarification.confirm": frozenset({R.BIDDER}),
    "clarification.read_receipts": TRADING | {R.SUPERVISOR},
    "key.announce": frozenset({R.KEY_HOLDER}),
    "key_holder.replace": TRADING,
    "canary.open": frozenset({R.KEY_HOLDER}),
    "upload.create": frozenset({R.BIDDER, R.PROCURING_ENTITY, R.AGENCY}),
    "upload.fill": frozenset({R.BIDDER, R.PROCURING_ENTITY, R.AGENCY}),
    "bid.submit": frozenset({R.BIDDER}),
    "bid.withdraw": frozenset({R.BIDDER}),
    "bid.read_own": frozenset({R.BIDDER}),
    "opening.sign_in": frozenset({R.BIDDER}),
    "opening.unlock": frozenset({R.BIDDER}),
    "opening.rehearse": frozenset({R.BIDDER}),
    "opening.remedy": frozenset({R.KEY_HOLDER}),
    "opening.reveal": TRADING,
    "opening.clear": TRADING,
    "opening.extend": TRADING,
    "opening.resume": TRADING,
    "opening.shortfall": TRADING,
    "opening.consent": frozenset({R.SUPERVISOR}),
    "opening.confirm": frozenset({R.BIDDER}),
    "opening.record": TRADING,
    "document.sign": EVERYBODY,
    "draw.contribute": frozenset(
        {R.PROCURING_ENTITY, R.AGENCY, R.KEY_HOLDER, R.SUPERVISOR, R.BIDDER}
    ),
    "draw.open": frozenset({R.KEY_HOLDER}),
    "draw.run": TRADING,
    "expert.read": frozenset({R.OPERATOR, R.SUPERVISOR}),
    "seat.answer": frozenset({R.EXPERT}),
    "seat.count": TRADING | {R.SUPERVISOR},
    "fee.state": TRADING,
    "fee.read": TRADING | {R.SUPERVISOR},
    "fee.read_own": frozenset({R.EXPERT}),
    "expert.request": TRADING,
    "expert.share": frozenset({R.OPERATOR}),
    "expert.judge": frozenset({R.OPERATOR, R.SUPERVISOR}),
    "expert.register": frozenset({R.OPERATOR}),
    "candidates.publish": TRADING,
    "evaluation.correct": TRADING,
    "award.notify": TRADING,
    "award.revoke": TRADING,
    "tender.terminate": TRADING,
    "complaint.raise": frozenset({R.BIDDER}),
    "complaint.decide": frozenset({R.SUPERVISOR}),
    "objection.raise": frozenset({R.BIDDER}),
    "objection.reply": TRADING,
    "contract.draft": TRADING,
    "rating.give": TRADING | {R.BIDDER, R.EXPERT},
    "rating.follow_up": frozenset({R.OPERATOR, R.SUPERVISOR}),
    "rating.settle": frozenset({R.OPERATOR}),
    "validity.answer": frozenset({R.BIDDER}),
    "validity.extend": TRADING,
    "result.read_own": frozenset({R.BIDDER}),
    "bid_security.read": TRADING | {R.BIDDER, R.SUPERVISOR, R.OPERATOR},
    "bid_security.record_cash": frozenset({R.OPERATOR}),
    "bid_security.return_cash": frozenset({R.OPERATOR}),
    "bid_security.keep": TRADING,
    "archive.read_full": TRADING | {R.SUPERVISOR},
    "archive.make": TRADING,
    "archive.list": frozenset({R.OPERATOR, R.SUPERVISOR}),
    "journal.read_secret": frozenset({R.SUPERVISOR}),
    "partner.look_after": frozenset({R.OPERATOR}),
    "partner.read": TRADING | {R.SUPERVISOR, R.OPERATOR, R.VENUE_OPERATOR},
    "partner.register": frozenset({R.OPERATOR}),
    "venue.answer": frozenset({R.VENUE_OPERATOR}),
    "venue.arrive": frozenset({R.EXPERT}),
    "venue.book": TRADING,
    "venue.equip": frozenset({R.VENUE_OPERATOR}),
    "venue.read": TRADING | {R.SUPERVISOR, R.OPERATOR, R.VENUE_OPERATOR},
    "venue.read_bookings": TRADING | {R.SUPERVISOR},
    "venue.register": frozenset({R.OPERATOR}),
    "clock.jump": frozenset({R.OPERATOR}),
}

_ACCOUNTS: dict[str, frozenset[Role]] = {
    "certificate.read": EVERYBODY,
    "certificate.request": EVERYBODY,
    "certificate.revoke": EVERYBODY,
    "organization.grant_role": frozenset({R.OPERATOR}),
    "passkey.manage": EVERYBODY,
    "password.change": EVERYBODY,
    "session.manage": EVERYBODY,
    "people.manage": EVERYBODY,
    "message.read": EVERYBODY,
    "webhook.manage": EVERYBODY,
}

_INSURANCE: dict[str, frozenset[Role]] = {
    "guarantor.register": frozenset({R.OPERATOR}),
    "guarantor.look_after": frozenset({R.INSURER}),
    "guarantee.order": frozenset({R.BIDDER}),
    "guarantee.read_claims": TRADING | {R.SUPERVISOR},
    "reconciliation.run": frozenset({R.OPERATOR}),
}

_IN_ROOM = frozenset({R.EXPERT, R.PROCURING_ENTITY, R.AGENCY, R.VENUE_OPERATOR, R.SUPERVISOR})

_ROOMS: dict[str, frozenset[Role]] = {
    "evaluation.lead": TRADING,
    "enquiry.answer": frozenset({R.BIDDER}),
    "hall.announce": TRADING,
    "hall.lead": TRADING,
    "room.advance": TRADING | {R.EXPERT},
    "room.check_in": frozenset({R.EXPERT}),
    "room.correct_objective": TRADING,
    "room.enter_prices": TRADING,
    "room.link_site": TRADING,
    "room.open": TRADING,
    "room.decide_leak": frozenset({R.SUPERVISOR}),
    "room.pause": frozenset({R.SUPERVISOR}),
    "room.read": _IN_ROOM,
    "room.record_refusal": TRADING,
    "room.recuse": TRADING,
    "room.replace_seat": TRADING,
}

PERMISSIONS: Mapping[str, frozenset[Role]] = MappingProxyType(
    _TENDERING | _ACCOUNTS | _INSURANCE | _ROOMS
)


def may(role: Role, action: str) -> bool:
    """May somebody in this role try this action? Unknown actions may be done by nobody."""
    return role in PERMISSIONS.get(action, frozenset())
