-- Venues: their workstations, who booked them when, and which expert sits at which.

CREATE TABLE tendering.venues (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    region text NOT NULL CHECK (region ~ '^[0-9]{6}$'),
    has_desk boolean NOT NULL,
    registered_at timestamptz NOT NULL,
    CONSTRAINT venues_name_is_unique UNIQUE (name)
);

CREATE INDEX venues_organization_id ON tendering.venues (organization_id);

-- `number` stands for a workstation where only whole numbers have ranges.
CREATE TABLE tendering.workstations (
    id uuid PRIMARY KEY,
    number bigint GENERATED ALWAYS AS IDENTITY UNIQUE,
    venue_id uuid NOT NULL REFERENCES tendering.venues (id),
    room text NOT NULL CHECK (char_length(room) BETWEEN 1 AND 200),
    label text NOT NULL CHECK (char_length(label) BETWEEN 1 AND 200),
    token_digest bytea NOT NULL CHECK (octet_length(token_digest) = 32),
    CONSTRAINT workstations_token_is_unique UNIQUE (token_digest),
    CONSTRAINT workstations_place_is_unique UNIQUE (venue_id, room, label)
);

-- Other centres with platforms of their own.
CREATE TABLE tendering.partners (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    endpoint text NOT NULL CHECK (char_length(endpoint) BETWEEN 1 AND 500),
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    registered_at timestamptz NOT NULL,
    CONSTRAINT partners_organization_is_unique UNIQUE (organization_id),
    CONSTRAINT partners_key_is_unique UNIQUE (public_key)
);

-- A booking is for a tender here, or for a partner's, of which nothing else is known.
CREATE TABLE tendering.venue_bookings (
    id uuid PRIMARY KEY,
    tender_id uuid REFERENCES tendering.tenders (id),
    partner_id uuid REFERENCES tendering.partners (id),
    replaces uuid REFERENCES tendering.venue_bookings (id),
    contact text NOT NULL DEFAULT '' CHECK (char_length(contact) <= 200),
    venue_id uuid NOT NULL REFERENCES tendering.venues (id),
    seats integer NOT NULL CHECK (seats BETWEEN 1 AND 99),
    scattered boolean NOT NULL,
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    status text NOT NULL CHECK (
        status IN ('requested', 'confirmed', 'declined', 'cancelled', 'failed')
    ),
    reason text NOT NULL CHECK (char_length(reason) <= 200),
    requested_at timestamptz NOT NULL,
    -- When it was journaled that the booked time is over.
    ended_at timestamptz,
    CHECK (begins_at < ends_at),
    CONSTRAINT venue_bookings_are_somebodys CHECK (num_nonnulls(tender_id, partner_id) = 1)
);

-- Another request for the same venue asks to change what is confirmed.
CREATE UNIQUE INDEX venue_bookings_one_of_a_kind
ON tendering.venue_bookings (tender_id, venue_id, status)
WHERE status IN ('requested', 'confirmed');
CREATE INDEX venue_bookings_ending ON tendering.venue_bookings (ends_at)
WHERE status = 'confirmed' AND ended_at IS NULL;
CREATE INDEX venue_bookings_venue_id ON tendering.venue_bookings (venue_id, begins_at);

-- No workstation is promised twice for the same moment.
CREATE TABLE tendering.booked_workstations (
    booking_id uuid NOT NULL REFERENCES tendering.venue_bookings (id),
    workstation bigint NOT NULL REFERENCES tendering.workstations (number),
    begins_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    PRIMARY KEY (booking_id, workstation),
    CONSTRAINT booked_workstations_never_twice EXCLUDE USING gist (
        int8range(workstation, workstation, '[]') WITH &&,
        tstzrange(begins_at, ends_at) WITH &&
    )
);

CREATE INDEX booked_workstations_workstation ON tendering.booked_workstations (workstation);

CREATE TABLE tendering.arrivals (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    expert_id uuid NOT NULL REFERENCES tendering.experts (id),
    booking_id uuid NOT NULL REFERENCES tendering.venue_bookings (id),
    workstation_id uuid NOT NULL REFERENCES tendering.workstations (id),
    arrived_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, expert_id)
);

CREATE INDEX arrivals_expert_id ON tendering.arrivals (expert_id);
CREATE INDEX arrivals_booking_id ON tendering.arrivals (booking_id);
CREATE INDEX arrivals_workstation_id ON tendering.arrivals (workstation_id);
