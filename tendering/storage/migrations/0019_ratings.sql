-- Ratings (好差评): what users say of each finished service, and how bad ones were settled.

CREATE TABLE tendering.ratings (
    id uuid PRIMARY KEY,
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    service text NOT NULL CHECK (
        service IN (
            'notice_published',
            'bid_submitted',
            'opening_attended',
            'evaluation_done',
            'contract_signed'
        )
    ),
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    role text NOT NULL,
    level text NOT NULL CHECK (level IN ('very_good', 'good', 'fair', 'bad', 'very_bad')),
    comment text NOT NULL CHECK (char_length(comment) <= 2000),
    at timestamptz NOT NULL,
    settled_at timestamptz,
    settled_note text NOT NULL DEFAULT '' CHECK (char_length(settled_note) <= 2000),
    CONSTRAINT ratings_once UNIQUE (tender_id, service, person_id),
    CHECK ((settled_at IS NULL) = (settled_note = '')),
    CHECK (settled_at IS NULL OR level IN ('bad', 'very_bad'))
);

CREATE INDEX ratings_person_id ON tendering.ratings (person_id);
CREATE INDEX ratings_organization_id ON tendering.ratings (organization_id);
CREATE INDEX ratings_bad ON tendering.ratings (settled_at, at) WHERE level IN ('bad', 'very_bad');

-- Who rates a bid's submission bids.
REVOKE SELECT ON tendering.ratings FROM tendering_audit;
