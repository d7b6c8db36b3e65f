"""Reading OCDS 1.1 publications: release packages, and compiled releases of record packages.

Real publications lack most optional fields and bend some. What is there is read, what a tender of
ours needs besides is listed in `from_template`, and nothing is invented. Money in another currency
is refused unless the caller takes the figures as yuan, for a demonstration.
https://standard.open-contracting.org/1.1/en/schema/
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Final, NoReturn

from tendering.domain.open_data.merging import in_order, merged
from tendering.domain.refusals.tenders import ForeignCurrency, NotARelease

CNY: Final = "CNY"
RELEASES_MAX: Final = 5_000
# What a value larger than this would be is a mistake of the publisher, not a price.
AMOUNT_MAX: Final = Decimal(10) ** 15
# No publication of this standard holds these: they are law and method of our own regimes.
NEVER_PUBLISHED: Final = ("method", "key_policy", "bid_security", "ceiling_price")


@dataclass(frozen=True, slots=True)
class ImportedValue:
    """An amount; `currency` is empty where the publisher left it out.

    `source`: tender, lots, planning or awards, the first that had one.
    """

    amount: Decimal
    currency: str
    source: str

    @property
    def fen(self) -> int:
        """The amount in fen, as if it were yuan."""
        return int((self.amount * 100).to_integral_value(ROUND_HALF_UP))


@dataclass(frozen=True, slots=True)
class ImportedItem:
    """An item. `lot` is the related lot's id, or None."""

    id: str
    description: str
    quantity: Decimal | None
    unit: str
    lot: str | None


@dataclass(frozen=True, slots=True)
class ImportedLot:
    """A lot of the publication's lots extension."""

    id: str
    title: str
    description: str
    value: ImportedValue | None


@dataclass(frozen=True, slots=True)
class ImportedParty:
    """An organization that takes part, with its roles there."""

    name: str
    identifier: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ImportedTender:
    """What a publication says of one tender. `from_template`: what must come from elsewhere.

    Texts are empty, values None, where the publication is silent.
    """

    ocid: str
    title: str
    description: str
    category: str
    procuring_entity: str
    items: tuple[ImportedItem, ...]
    lots: tuple[ImportedLot, ...]
    value: ImportedValue | None
    parties: tuple[ImportedParty, ...]
    published_at: datetime | None
    period_start: datetime | None
    period_end: datetime | None
    award_date: datetime | None
    from_template: tuple[str, ...]


def read_json(data: bytes) -> object:
    """Parse a publication, amounts as exact decimals. Raises NotARelease."""
    try:
        value: object = json.loads(data, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise NotARelease(f"not JSON: {error}") from None
    return value


def read_package(
    value: object, *, as_cny: bool = False, bare_tender: bool = False
) -> list[ImportedTender]:
    """The tenders of a package, one for each contracting process, in the package's order.

    Several releases of one process are merged in the order of their dates, as the standard says.
    `bare_tender`: the value is a tender object alone, as some systems export it.
    Raises NotARelease, ForeignCurrency.
    """
    if bare_tender:
        tender = _object(_object(value).get("data")) or _object(value)
        if not _is_bare_tender(tender):
            raise NotARelease("this is not a tender object")
        ocid = _text(tender, "tenderID") or _text(tender, "id")
        release: Mapping[str, object] = {"ocid": ocid, "tender": tender}
        return [_tender(release, as_cny=as_cny)]
    processes: dict[str, list[Mapping[str, object]]] = {}
    for release in _releases(value):
        ocid = _text(release, "ocid")
        if not ocid:
            raise NotARelease("a release has no ocid")
        processes.setdefault(ocid, []).append(release)
    return [
        _tender(each[0] if len(each) == 1 else merged(in_order(each)), as_cny=as_cny)
        for each in processes.values()
    ]


def _releases(value: object) -> list[Mapping[str, object]]:
    """The releases of a package. Says what the value looks like instead, where it is none."""
    package = _object(value)
    if "releases" in package:
        found = _objects(package, "releases")
    elif "records" in package:
        found = [_of_record(record) for record in _objects(package, "records")]
    elif _text(package, "ocid") and "tender" in package:
        raise NotARelease("this is a single release: put it into the releases of a package")
    elif _is_bare_tender(package) or _is_bare_tender(_object(package.get("data"))):
        raise NotARelease("this looks like a bare tender: say so, and it is read as one")
    else:
        raise NotARelease("neither releases nor records")
    if not found:
        raise NotARelease("the package is empty")
    if len(found) > RELEASES_MAX:
        raise NotARelease("the package is too large", most=RELEASES_MAX)
    return found


def _of_record(record: Mapping[str, object]) -> Mapping[str, object]:
    """The compiled release of a record, or its latest embedded release."""
    compiled = _object(record.get("compiledRelease"))
    if compiled:
        return compiled
    embedded = [one for one in _objects(record, "releases") if "ocid" in one]
    if not embedded:
        raise NotARelease("a record has neither a compiled release nor embedded ones")
    return max(embedded, key=lambda one: _text(one, "date"))


def _is_bare_tender(value: Mapping[str, object]) -> bool:
    return "tenderID" in value or (
        bool(_text(value, "title")) and ("items" in value or "procuringEntity" in value)
    )


def _tender(release: Mapping[str, object], *, as_cny: bool) -> ImportedTender:
    tender = _object(release.get("tender"))
    period = _object(tender.get("tenderPeriod"))
    value = _value(release, tender)
    lots = tuple(_lot(lot) for lot in _objects(tender, "lots"))
    for amount in (value, *(lot.value for lot in lots)):
        if amount is not None and amount.currency != CNY and not as_cny:
            raise ForeignCurrency(currency=amount.currency, ocid=_text(release, "ocid"))
    awards = [_instant(award, "date") for award in _objects(release, "awards")]
    read = ImportedTender(
        ocid=_text(release, "ocid"),
        title=_text(tender, "title"),
        description=_text(tender, "description"),
        category=_text(tender, "mainProcurementCategory"),
        procuring_entity=_procuring_entity(release, tender),
        items=tuple(_item(item) for item in _objects(tender, "items")),
        lots=lots,
        value=value,
        parties=tuple(_party(party) for party in _objects(release, "parties")),
        published_at=_instant(tender, "datePublished") or _instant(release, "date"),
        period_start=_instant(period, "startDate"),
        period_end=_instant(period, "endDate"),
        award_date=min((at for at in awards if at is not None), default=None),
        from_template=(),
    )
    return _with_gaps(read)


def _with_gaps(read: ImportedTender) -> ImportedTender:
    """List what the publication does not say, by the names of a tender's own fields."""
    present = {
        "title": read.title,
        "description": read.description,
        "procuring_entity": read.procuring_entity,
        "items": read.items,
        "lots": read.lots,
        "value": read.value,
        "deadline": read.period_end,
    }
    gaps = [name for name, there in present.items() if not there]
    return replace(read, from_template=(*gaps, *NEVER_PUBLISHED))


def _value(release: Mapping[str, object], tender: Mapping[str, object]) -> ImportedValue | None:
    """The tender's value, else the sum of its lots, the budget, or the sum of the awards."""
    budget = _object(_object(release.get("planning")).get("budget"))
    awards = [
        _amount(award.get("value"), "awards")
        for award in _objects(release, "awards")
        if _text(award, "status") not in {"cancelled", "unsuccessful"}
    ]
    lots = [_amount(lot.get("value"), "lots") for lot in _objects(tender, "lots")]
    return (
        _amount(tender.get("value"), "tender")
        or _sum(lots)
        or _amount(budget.get("amount"), "planning")
        or _sum(awards)
    )


def _sum(values: Sequence[ImportedValue | None]) -> ImportedValue | None:
    """The sum of amounts of one currency; None when one is missing or they differ."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values) or len({value.currency for value in known}) > 1:
        return None
    total = sum((value.amount for value in known), Decimal(0))
    return ImportedValue(total, known[0].currency, known[0].source)


def _amount(value: object, source: str) -> ImportedValue | None:
    """A Value object of the standard, if it has an amount above zero."""
    members = _object(value)
    amount = _number(members.get("amount"))
    if amount is None or not 0 < amount <= AMOUNT_MAX:
        return None
    return ImportedValue(amount, _text(members, "currency"), source)


def _number(value: object) -> Decimal | None:
    # Some publishers pass on their database's notation for a large integer.
    if isinstance(value, Mapping):
        value = value.get("$numberLong")
        if not isinstance(value, str):
            return None
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _item(item: Mapping[str, object]) -> ImportedItem:
    return ImportedItem(
        id=_text(item, "id"),
        description=_text(item, "description"),
        quantity=_number(item.get("quantity")),
        unit=_text(_object(item.get("unit")), "name"),
        lot=_text(item, "relatedLot") or None,
    )


def _lot(lot: Mapping[str, object]) -> ImportedLot:
    return ImportedLot(
        _text(lot, "id"),
        _text(lot, "title"),
        _text(lot, "description"),
        _amount(lot.get("value"), "tender"),
    )


def _party(party: Mapping[str, object]) -> ImportedParty:
    identifier = _object(party.get("identifier"))
    roles = party.get("roles")
    return ImportedParty(
        name=_text(party, "name") or _text(identifier, "legalName"),
        identifier=_text(identifier, "id") or _text(party, "id"),
        roles=tuple(str(role) for role in roles) if isinstance(roles, list) else (),
    )


def _procuring_entity(release: Mapping[str, object], tender: Mapping[str, object]) -> str:
    """The organization in that role; publishers write persons into tender.procuringEntity."""
    for party in map(_party, _objects(release, "parties")):
        if party.name and {"procuringEntity", "buyer"} & set(party.roles):
            return party.name
    return _text(_object(tender.get("procuringEntity")), "name") or _text(
        _object(release.get("buyer")), "name"
    )


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _objects(value: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    found = value.get(key)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def _text(value: Mapping[str, object], key: str) -> str:
    """A text or number as text, white space made single."""
    found = value.get(key)
    if isinstance(found, bool) or not isinstance(found, str | int):
        return ""
    return " ".join(str(found).split())


def _instant(value: Mapping[str, object], key: str) -> datetime | None:
    """An RFC 3339 instant, or None: a date without an offset says no instant."""
    try:
        at = datetime.fromisoformat(_text(value, key))
    except ValueError:
        return None
    return at if at.tzinfo is not None else None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number")
