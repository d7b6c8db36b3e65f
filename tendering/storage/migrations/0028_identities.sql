-- Who arrives at a venue's desk: a code, what was checked, and images with the person's consent.

-- The code is what an expert shows at the desk, so that the desk learns of no other.
CREATE TABLE tendering.identities (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    venue_id uuid NOT NULL REFERENCES tendering.venues (id),
    seat integer NOT NULL CHECK (seat > 0),
    code text NOT NULL CHECK (code ~ '^[0-9]{10}$'),
    code_until timestamptz NOT NULL,
    PRIMARY KEY (tender_id, expert_id),
    CONSTRAINT identities_code_is_unique UNIQUE (code)
);

CREATE INDEX identities_expert_id ON tendering.identities (expert_id);
CREATE INDEX identities_venue_id ON tendering.identities (venue_id);

-- A desk's check, or the host's decision.
CREATE TABLE tendering.identity_steps (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    document_matches boolean,
    score integer CHECK (score BETWEEN 0 AND 1000),
    approved boolean,
    reason text NOT NULL CHECK (char_length(reason) <= 200),
    taken_by uuid NOT NULL REFERENCES tendering.people (id),
    at timestamptz NOT NULL,
    FOREIGN KEY (tender_id, expert_id) REFERENCES tendering.identities (tender_id, expert_id),
    CHECK ((document_matches IS NULL) <> (approved IS NULL))
);

CREATE INDEX identity_steps_of ON tendering.identity_steps (tender_id, expert_id, number);
CREATE INDEX identity_steps_taken_by ON tendering.identity_steps (taken_by);

REVOKE UPDATE, DELETE, TRUNCATE ON tendering.identity_steps FROM tendering_app;

-- The image, sealed with a key of its own, goes with that key when its time is over or the consent
-- is withdrawn; that it was there stays known.
CREATE TABLE tendering.image_consents (
    tender_id uuid NOT NULL,
    expert_id uuid NOT NULL,
    purpose text NOT NULL CHECK (char_length(purpose) BETWEEN 1 AND 200),
    given_at timestamptz NOT NULL,
    keep_until timestamptz NOT NULL CHECK (keep_until > given_at),
    sealed_image bytea CHECK (octet_length(sealed_image) BETWEEN 17 AND 262160),
    wrapped_key bytea CHECK (octet_length(wrapped_key) = 60),
    deleted_at timestamptz CHECK (deleted_at IS NULL OR sealed_image IS NULL),
    CHECK ((sealed_image IS NULL) = (wrapped_key IS NULL)),
    PRIMARY KEY (tender_id, expert_id),
    FOREIGN KEY (tender_id, expert_id) REFERENCES tendering.identities (tender_id, expert_id)
);

CREATE INDEX image_consents_due ON tendering.image_consents (keep_until) WHERE deleted_at IS NULL;

-- Faces are nobody's business who only audits.
REVOKE SELECT ON tendering.image_consents FROM tendering_audit;
