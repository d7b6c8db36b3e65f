-- What the daily match of orders, issued lists and payments has found, until somebody settles it.

CREATE TABLE insurance.discrepancies (
    id uuid PRIMARY KEY,
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    day date NOT NULL,
    kind text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 40),
    subject text NOT NULL CHECK (char_length(subject) BETWEEN 1 AND 100),
    detail text NOT NULL CHECK (char_length(detail) <= 300),
    opened_at timestamptz NOT NULL,
    owner_id uuid,
    settled_at timestamptz,
    resolution text NOT NULL DEFAULT '' CHECK (char_length(resolution) <= 500),
    CHECK (settled_at IS NULL OR owner_id IS NOT NULL),
    -- The same fault of the same day is one, however often the day is matched.
    CONSTRAINT discrepancies_once UNIQUE (guarantor_id, day, kind, subject)
);

CREATE INDEX discrepancies_open ON insurance.discrepancies (opened_at) WHERE settled_at IS NULL;

-- Order ids and premiums of tenders that may not be open yet.
REVOKE SELECT ON insurance.discrepancies FROM tendering_audit;

-- The lines of issued lists and payment files: what was paid yesterday may be issued today.
CREATE TABLE insurance.match_lines (
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    day date NOT NULL,
    number integer NOT NULL,
    source text NOT NULL CHECK (source IN ('issued', 'payments')),
    order_id uuid NOT NULL,
    body text NOT NULL CHECK (char_length(body) <= 2000),
    PRIMARY KEY (guarantor_id, day, source, number)
);

CREATE INDEX match_lines_order_id ON insurance.match_lines (order_id);

REVOKE SELECT ON insurance.match_lines FROM tendering_audit;
