-- Other centres with platforms of their own: who they are, and each signed message between us.

CREATE TABLE tendering.partners (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    endpoint text NOT NULL CHECK (char_length(endpoint) BETWEEN 1 AND 500),
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    registered_at timestamptz NOT NULL,
    CONSTRAINT partners_organization_is_unique UNIQUE (organization_id),
    CONSTRAINT partners_key_is_unique UNIQUE (public_key)
);

CREATE TABLE tendering.partner_nonces (
    partner_id uuid NOT NULL REFERENCES tendering.partners (id),
    nonce text NOT NULL CHECK (char_length(nonce) BETWEEN 1 AND 64),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (partner_id, nonce)
);

CREATE INDEX partner_nonces_created_at ON tendering.partner_nonces (created_at);

-- What came in and what goes out, in the order of each subject. `next_at` and what follows belong
-- to what goes out, by the database's clock.
CREATE TABLE tendering.partner_messages (
    partner_id uuid NOT NULL REFERENCES tendering.partners (id),
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    id uuid NOT NULL,
    subject_id uuid NOT NULL,
    number integer NOT NULL CHECK (number > 0),
    action text NOT NULL CHECK (char_length(action) BETWEEN 1 AND 40),
    body text NOT NULL CHECK (octet_length(body) <= 1048576),
    at timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    dead_at timestamptz,
    last_error text NOT NULL DEFAULT '' CHECK (char_length(last_error) <= 300),
    PRIMARY KEY (partner_id, direction, id),
    CONSTRAINT partner_messages_have_an_order UNIQUE (partner_id, direction, subject_id, number)
);

CREATE INDEX partner_messages_due ON tendering.partner_messages (next_at)
WHERE direction = 'out' AND delivered_at IS NULL AND dead_at IS NULL;

-- A booking is for a tender here, or for a partner's, of which nothing else is known.
ALTER TABLE tendering.venue_bookings
ALTER COLUMN tender_id DROP NOT NULL,
ADD COLUMN partner_id uuid REFERENCES tendering.partners (id),
ADD COLUMN replaces uuid REFERENCES tendering.venue_bookings (id),
ADD COLUMN contact text NOT NULL DEFAULT '' CHECK (char_length(contact) <= 200),
ADD CONSTRAINT venue_bookings_are_somebodys CHECK (num_nonnulls(tender_id, partner_id) = 1);

CREATE INDEX venue_bookings_partner_id ON tendering.venue_bookings (partner_id);
CREATE INDEX venue_bookings_replaces ON tendering.venue_bookings (replaces);
