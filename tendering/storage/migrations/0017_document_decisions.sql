-- What named persons say to the findings in tender documents; the newest word counts.

CREATE TABLE tendering.document_decisions (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    finding text NOT NULL CHECK (finding ~ '^[0-9a-f]{64}$'),
    accepted boolean NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) <= 2000),
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, finding),
    CHECK (accepted OR char_length(reason) >= 10)
);
