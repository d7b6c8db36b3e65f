"""What the later revisions of a signed PDF may change: nothing that an earlier signer saw.

An appended revision may add signature fields, their appearances and validation material, and list
them in the page, the form and the catalog. Everything else (other page content, other annotations,
actions, replaced streams) makes the file a different document and is refused.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crypto.errors import BadSignature
from crypto.pdf_syntax import (
    Dictionary,
    Name,
    Reference,
    Revision,
    Value,
    is_stream,
    read_object,
)

_CATALOG_ADDITIONS = frozenset({"AcroForm", "DSS", "Extensions"})
_PAGE_ADDITIONS = frozenset({"Annots"})
_FORM_KEYS = frozenset({"Fields", "SigFlags"})
# A security store (ISO 32000-2 §12.8.4.3): keys that mean nothing in any other dictionary.
_DSS_KEYS = frozenset({"Certs", "CRLs", "OCSPs", "VRI"})
_WIDGET_KEYS = frozenset({"Type", "Subtype", "FT", "T", "V", "F", "P", "Rect", "AP"})


@dataclass(frozen=True, slots=True)
class _State:
    """The file as of one revision: where each object stands."""

    pdf: bytes
    offsets: Mapping[int, int]

    def resolve(self, value: Value | None) -> Value | None:
        """Follow one reference."""
        if not isinstance(value, Reference):
            return value
        if value.number not in self.offsets:
            return None
        return read_object(self.pdf, value.number, self.offsets[value.number])

    def items(self, value: Value | None) -> tuple[Value, ...]:
        """Return the items of an array, direct or referred to."""
        resolved = self.resolve(value)
        if isinstance(resolved, Sequence) and not isinstance(resolved, bytes):
            return tuple(resolved)
        return ()


def check_history(pdf: bytes, history: Sequence[Revision]) -> None:
    """Check every revision after the first. Raises BadSignature, naming the object changed."""
    root = history[0].trailer.get("Root")
    if not isinstance(root, Reference):
        raise BadSignature("the file has no catalog")
    offsets = dict(history[0].objects)
    for revision in history[1:]:
        if revision.trailer.get("Root") != root:
            raise BadSignature("a later revision has another catalog")
        before = _State(pdf, dict(offsets))
        offsets.update(revision.objects)
        after = _State(pdf, dict(offsets))
        for number, offset in revision.objects.items():
            if number not in before.offsets:
                continue
            old = read_object(pdf, number, before.offsets[number])
            new = read_object(pdf, number, offset)
            streams = is_stream(pdf, number, offset) or is_stream(
                pdf, number, before.offsets[number]
            )
            if streams or not _is_harmless(before, after, old, new):
                raise BadSignature(f"object {number} was changed after it was signed")


def _is_harmless(  # noqa: PLR0911 - one question after the other
    before: _State, after: _State, old: Value, new: Value
) -> bool:
    if old == new:
        return True
    if isinstance(old, Dictionary) and isinstance(new, Dictionary):
        if old.get("Type") == Name("Catalog"):
            return _differ_only(old, new, _CATALOG_ADDITIONS) and _is_plain_form(after, new)
        if old.get("Type") == Name("Page"):
            return _differ_only(old, new, _PAGE_ADDITIONS) and _adds_only_widgets(
                before, after, before.items(old.get("Annots")), after.items(new.get("Annots"))
            )
        keys = set(old.values) | set(new.values)
        if "Fields" in keys:
            fields = before.items(old.get("Fields")), after.items(new.get("Fields"))
            return keys <= _FORM_KEYS and _adds_only_widgets(before, after, *fields)
        return keys <= _DSS_KEYS
    if isinstance(old, Sequence) and isinstance(new, Sequence):
        return (
            not isinstance(old, bytes)
            and not isinstance(new, bytes)
            and _adds_only_widgets(before, after, tuple(old), tuple(new))
        )
    return False


def _differ_only(old: Dictionary, new: Dictionary, allowed: frozenset[str]) -> bool:
    keys = (set(old.values) | set(new.values)) - allowed
    return all(old.get(key) == new.get(key) for key in keys)


def _is_plain_form(after: _State, catalog: Dictionary) -> bool:
    form = after.resolve(catalog.get("AcroForm"))
    return form is None or (isinstance(form, Dictionary) and set(form.values) <= _FORM_KEYS)


def _adds_only_widgets(
    before: _State, after: _State, old: tuple[Value, ...], new: tuple[Value, ...]
) -> bool:
    """Whether `new` is `old` and then references to new signature fields without actions."""
    return new[: len(old)] == old and all(
        isinstance(each, Reference)
        and each.number not in before.offsets
        and _is_signature_widget(after.resolve(each))
        for each in new[len(old) :]
    )


def _is_signature_widget(value: Value | None) -> bool:
    return (
        isinstance(value, Dictionary)
        and value.get("FT") == Name("Sig")
        and value.get("Subtype") == Name("Widget")
        and set(value.values) <= _WIDGET_KEYS
    )
