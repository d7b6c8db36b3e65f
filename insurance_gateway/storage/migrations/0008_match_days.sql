-- Which day of which guarantor was matched, and what is still to be fetched for it.

CREATE TABLE insurance.match_days (
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    day date NOT NULL,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at timestamptz NOT NULL DEFAULT now(),
    matched_at timestamptz,
    PRIMARY KEY (guarantor_id, day)
);

CREATE INDEX match_days_due ON insurance.match_days (next_at) WHERE matched_at IS NULL;
