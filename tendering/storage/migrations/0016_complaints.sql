-- Complaints to the supervisor: whether they are taken up, and how they are ruled.

CREATE TABLE tendering.complaints (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    id uuid NOT NULL,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    objection_id uuid NOT NULL,
    text text NOT NULL CHECK (char_length(text) BETWEEN 1 AND 20000),
    signed text NOT NULL CHECK (octet_length(signed) <= 131072),
    received_at timestamptz NOT NULL,
    late boolean NOT NULL,
    accepted boolean,
    suspends boolean,
    suspends_until timestamptz,
    acceptance_text text CHECK (char_length(acceptance_text) BETWEEN 1 AND 20000),
    acceptance_signed text CHECK (octet_length(acceptance_signed) <= 131072),
    accepted_at timestamptz,
    remedy text CHECK (
        remedy IN (
            'rejected', 'correct', 're_tender', 'award_void', 're_evaluate', 're_evaluate_anew'
        )
    ),
    ruling_text text CHECK (char_length(ruling_text) BETWEEN 1 AND 20000),
    ruling_signed text CHECK (octet_length(ruling_signed) <= 131072),
    ruled_at timestamptz,
    PRIMARY KEY (tender_id, id),
    -- One complaint about each objection: the same twice is the same.
    CONSTRAINT complaints_once UNIQUE (tender_id, objection_id),
    FOREIGN KEY (tender_id, objection_id) REFERENCES tendering.objections (tender_id, id),
    CHECK (
        num_nulls(accepted, suspends, acceptance_text, acceptance_signed, accepted_at) IN (0, 5)
    ),
    CHECK (num_nulls(remedy, ruling_text, ruling_signed, ruled_at) IN (0, 4)),
    CHECK (ruled_at IS NULL OR accepted)
);

CREATE INDEX complaints_organization_id ON tendering.complaints (organization_id);
CREATE INDEX complaints_lapsing ON tendering.complaints (suspends_until)
WHERE suspends AND ruled_at IS NULL;

REVOKE SELECT ON tendering.complaints FROM tendering_audit;
