-- Rules set aside by a named person, and when the supervisor has seen it.

CREATE TABLE tendering.overrides (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    rule_id text NOT NULL CHECK (char_length(rule_id) BETWEEN 1 AND 40),
    version integer NOT NULL CHECK (version > 0),
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 10 AND 2000),
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    at timestamptz NOT NULL,
    seen_by uuid REFERENCES tendering.people (id),
    seen_at timestamptz,
    PRIMARY KEY (tender_id, rule_id, version),
    CHECK ((seen_by IS NULL) = (seen_at IS NULL))
);
