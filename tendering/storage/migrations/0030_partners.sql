-- Each signed message between us and other centres with platforms of their own.

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

CREATE INDEX venue_bookings_partner_id ON tendering.venue_bookings (partner_id);
CREATE INDEX venue_bookings_replaces ON tendering.venue_bookings (replaces);
