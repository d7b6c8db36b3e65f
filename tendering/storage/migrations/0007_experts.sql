-- Experts, the draw of a committee with the parties' contributions, and who sits where.

CREATE TABLE tendering.experts (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    employer text NOT NULL CHECK (char_length(employer) BETWEEN 1 AND 200),
    employer_uscc text NOT NULL CHECK (employer_uscc ~ '^([0-9A-HJ-NPQRTUWXY]{18})?$'),
    specialities text[] NOT NULL CHECK (cardinality(specialities) BETWEEN 1 AND 50),
    experience_years integer NOT NULL CHECK (experience_years BETWEEN 0 AND 80),
    expires_on date NOT NULL,
    relations text NOT NULL CHECK (octet_length(relations) <= 65536),
    registered_at timestamptz NOT NULL,
    left_at timestamptz,
    CONSTRAINT experts_person_is_unique UNIQUE (person_id)
);

-- One draw a tender. `entries` is public, `sealed` opens it: JSON texts as they were bound.
CREATE TABLE tendering.draws (
    tender_id uuid PRIMARY KEY REFERENCES tendering.tenders (id),
    needs text NOT NULL,
    representatives integer NOT NULL CHECK (representatives >= 0),
    entries text NOT NULL,
    sealed text NOT NULL,
    pool_root bytea NOT NULL CHECK (octet_length(pool_root) = 32),
    vrf_public bytea NOT NULL CHECK (octet_length(vrf_public) = 32),
    frozen_at timestamptz NOT NULL,
    closed_at timestamptz,
    seed bytea CHECK (octet_length(seed) = 32),
    vrf_proof bytea CHECK (octet_length(vrf_proof) = 80),
    drawn_at timestamptz,
    -- Who contributes besides the parties, where a coefficient is drawn.
    bidders uuid [] NOT NULL DEFAULT '{}',
    -- One group for all rounds of a negotiation or consultation: whose draw a later round goes by.
    kept_from uuid REFERENCES tendering.tenders (id),
    CHECK (kept_from IS NULL OR (kept_from <> tender_id AND drawn_at IS NOT NULL)),
    CHECK ((seed IS NULL) = (drawn_at IS NULL) AND (vrf_proof IS NULL) = (drawn_at IS NULL))
);

-- `admitted` is settled when the contributions are closed, with draws.closed_at.
CREATE TABLE tendering.draw_contributions (
    tender_id uuid NOT NULL REFERENCES tendering.draws (tender_id),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    recipient text NOT NULL CHECK (char_length(recipient) BETWEEN 1 AND 3000),
    container bytea NOT NULL CHECK (octet_length(container) BETWEEN 1 AND 70000),
    committed_at timestamptz NOT NULL,
    admitted boolean,
    file_key bytea CHECK (octet_length(file_key) = 16),
    revealed_at timestamptz,
    PRIMARY KEY (tender_id, organization_id),
    CHECK ((file_key IS NULL) = (revealed_at IS NULL))
);

-- What key holder `number` said of its record in a contribution, and the share it gave.
CREATE TABLE tendering.draw_records (
    tender_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    number integer NOT NULL CHECK (number BETWEEN 1 AND 32),
    usable boolean,
    share bytea CHECK (octet_length(share) = 16),
    PRIMARY KEY (tender_id, organization_id, number),
    FOREIGN KEY (tender_id, organization_id)
    REFERENCES tendering.draw_contributions (tender_id, organization_id)
);

CREATE INDEX draw_contributions_organization_id
ON tendering.draw_contributions (organization_id);

-- `place` is the index in the frozen pool; a reserve has no seat until it steps in.
CREATE TABLE tendering.committee_seats (
    tender_id uuid NOT NULL REFERENCES tendering.draws (tender_id),
    place integer NOT NULL CHECK (place >= 0),
    need integer NOT NULL CHECK (need >= 0),
    venue text NOT NULL CHECK (char_length(venue) BETWEEN 1 AND 200),
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    seat integer CHECK (seat > 0),
    status text NOT NULL CHECK (status IN ('seated', 'reserve', 'replaced')),
    PRIMARY KEY (tender_id, place),
    CHECK ((seat IS NULL) = (status = 'reserve'))
);

CREATE UNIQUE INDEX committee_seats_one_expert_a_seat ON tendering.committee_seats (tender_id, seat)
WHERE status = 'seated';

CREATE INDEX committee_seats_expert_id ON tendering.committee_seats (expert_id);
