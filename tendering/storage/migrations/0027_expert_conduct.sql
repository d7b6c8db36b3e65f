-- What is on record about experts of the pool: added, never changed.

CREATE TABLE tendering.expert_conduct (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    kind text NOT NULL CHECK (
        kind IN ('commended', 'warned', 'suspended', 'removed', 'lifted')
    ),
    begins_on date NOT NULL,
    ends_on date,
    basis text NOT NULL CHECK (char_length(basis) BETWEEN 1 AND 200),
    entered_by uuid NOT NULL REFERENCES tendering.people (id),
    entered_at timestamptz NOT NULL,
    CHECK ((kind = 'suspended') = (ends_on IS NOT NULL) AND begins_on <= ends_on)
);

CREATE INDEX expert_conduct_expert_id ON tendering.expert_conduct (expert_id, number);
CREATE INDEX expert_conduct_entered_by ON tendering.expert_conduct (entered_by);

REVOKE UPDATE, DELETE, TRUNCATE ON tendering.expert_conduct FROM tendering_app;
