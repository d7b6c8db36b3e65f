-- Registered projects; the notice of a tender tells of the project as it was then.

CREATE TABLE tendering.projects (
    id uuid PRIMARY KEY,
    procuring_entity_id uuid NOT NULL REFERENCES tendering.organizations (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    approval text NOT NULL CHECK (approval IN ('approved', 'authorized', 'filed')),
    approval_number text NOT NULL CHECK (char_length(approval_number) BETWEEN 1 AND 200),
    approved_by text NOT NULL CHECK (char_length(approved_by) BETWEEN 1 AND 200),
    approved_on date NOT NULL,
    code text NOT NULL CHECK (char_length(code) <= 24),
    investment_fen bigint NOT NULL CHECK (investment_fen > 0),
    registered_by uuid NOT NULL REFERENCES tendering.people (id),
    registered_at timestamptz NOT NULL
);

-- One approval is one project: whoever enters it twice has it already.
CREATE UNIQUE INDEX projects_once ON tendering.projects (procuring_entity_id, approval_number);
