-- What a guarantor's engineer sees: is it live, what was said lately, and how did it end.

ALTER TABLE insurance.guarantors
ADD COLUMN live_since timestamptz,
ADD COLUMN conformance_digest bytea CHECK (octet_length(conformance_digest) = 32);

-- A ring for each guarantor: whoever knocks with forged signatures fills no disk.
CREATE SEQUENCE insurance.call_numbers;

CREATE TABLE insurance.calls (
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    slot integer NOT NULL CHECK (slot BETWEEN 0 AND 199),
    number bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    message_id uuid,
    door text NOT NULL CHECK (char_length(door) <= 40),
    outcome text NOT NULL CHECK (char_length(outcome) <= 60),
    explanation text NOT NULL CHECK (char_length(explanation) <= 500),
    PRIMARY KEY (guarantor_id, slot)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON insurance.calls TO tendering_app;
GRANT USAGE ON SEQUENCE insurance.call_numbers TO tendering_app;
REVOKE SELECT ON insurance.calls FROM tendering_audit;
