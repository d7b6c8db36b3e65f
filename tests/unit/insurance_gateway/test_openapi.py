"""The document for guarantors says everything that is said to them, and refers to nothing else."""

import re

import msgspec

from insurance_gateway.openapi import CALLBACK, document
from insurance_gateway.wire import DOOR_OF, MESSAGES


def test_every_message_has_its_door_and_every_reference_its_schema() -> None:
    said = document()
    text = msgspec.json.encode(said).decode()
    references = set(re.findall(r'"#/components/schemas/(\w+)"', text))

    assert said["openapi"] == "3.1.0"
    assert set(said["webhooks"]) == {"quote", "issued_list", *MESSAGES}
    assert set(said["paths"]) == {CALLBACK}
    assert references <= set(said["components"]["schemas"])
    assert {kind.__name__ for kind in DOOR_OF} <= set(said["components"]["schemas"])


def test_the_document_names_nothing_that_a_guarantor_may_not_learn_early() -> None:
    schemas = document()["components"]["schemas"]
    early = ("QuoteRequest", "Application", "Cancellation", "Extension", "Surrender", "Release")
    members = {name for kind in early for name in schemas[kind]["properties"]}

    assert members == {
        *("order_id", "guarantor_id", "applicant", "amount_fen", "valid_until", "matter_id"),
        *("policy_number", "refund_fen", "released_at"),
    }
