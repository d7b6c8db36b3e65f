-- Objections, questions and enquiries, with their replies.

-- The same text of the same organization about the same thing is the same objection.
CREATE TABLE tendering.objections (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    id uuid NOT NULL,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    kind text NOT NULL CHECK (kind IN ('objection', 'enquiry')),
    subject text NOT NULL CHECK (subject IN ('tender_documents', 'opening', 'evaluation_result')),
    lot text NOT NULL CHECK (char_length(lot) <= 20),
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 20000),
    statement_digest bytea NOT NULL CHECK (octet_length(statement_digest) = 32),
    signed text NOT NULL CHECK (octet_length(signed) <= 131072),
    received_at timestamptz NOT NULL,
    late boolean NOT NULL,
    pauses boolean NOT NULL,
    outcome text CHECK (outcome IN ('upheld', 'not_upheld')),
    reply_text text CHECK (char_length(reply_text) BETWEEN 1 AND 20000),
    reply_signed text CHECK (octet_length(reply_signed) <= 131072),
    answered_at timestamptz,
    PRIMARY KEY (tender_id, id),
    CONSTRAINT objections_once UNIQUE (tender_id, organization_id, statement_digest),
    CHECK (num_nulls(outcome, reply_text, reply_signed, answered_at) IN (0, 4)),
    CHECK (NOT (late AND pauses))
);

CREATE INDEX objections_organization_id ON tendering.objections (organization_id);

-- Who objects has the documents, and that is secret (招标投标法 第二十二条).
REVOKE SELECT ON tendering.objections FROM tendering_audit;
