-- The insurance gateway: guarantors, orders, their notices, and what is still to be sent.
-- Refers to tenders and organizations by id only: they belong to another schema.

CREATE TABLE insurance.guarantors (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    endpoint text NOT NULL CHECK (char_length(endpoint) BETWEEN 1 AND 500),
    -- Which interface it speaks, and what it is.
    family text NOT NULL DEFAULT 'signed_http'
    CHECK (family IN ('signed_http', 'gm_json', 'xml')),
    kind text NOT NULL DEFAULT 'insurer'
    CHECK (kind IN ('insurer', 'bank', 'guarantee_company')),
    -- Ed25519; two points of SM2, one to sign and one to encrypt; or what a secret is derived from.
    public_key bytea NOT NULL,
    -- The key it had before, which passes until the change is over.
    previous_key bytea CHECK (octet_length(previous_key) IN (32, 130)),
    previous_until timestamptz,
    registered_at timestamptz NOT NULL,
    -- Where premiums go that are paid through the platform's payment provider; empty: they do not.
    payee_account text NOT NULL DEFAULT '' CHECK (payee_account ~ '^([0-9]{6,40})?$'),
    CONSTRAINT guarantors_public_key_check
    CHECK (octet_length(public_key) = CASE family WHEN 'gm_json' THEN 130 ELSE 32 END),
    CONSTRAINT guarantors_previous_has_its_end
    CHECK ((previous_key IS NULL) = (previous_until IS NULL)),
    CONSTRAINT guarantors_one_an_organization UNIQUE (organization_id)
);

CREATE TABLE insurance.orders (
    id uuid PRIMARY KEY,
    bidder_id uuid NOT NULL,
    tender_id uuid NOT NULL,
    lot text NOT NULL CHECK (lot ~ '^[1-9][0-9]{0,3}$'),
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    state text NOT NULL CHECK (
        state IN (
            'applied', 'underwriting', 'refused', 'undelivered', 'cancelled', 'awaiting_premium',
            'paid', 'not_verified', 'verified', 'disclosed', 'claimed', 'indemnified',
            'claim_refused', 'released', 'surrendered', 'expired'
        )
    ),
    cover_fen bigint NOT NULL CHECK (cover_fen > 0),
    cover_until timestamptz NOT NULL,
    ordered_at timestamptz NOT NULL,
    premium_fen bigint CHECK (premium_fen > 0),
    policy_number text CHECK (char_length(policy_number) BETWEEN 1 AND 200),
    insured_fen bigint CHECK (insured_fen > 0),
    insured_until timestamptz,
    reason text NOT NULL CHECK (char_length(reason) <= 500),
    CHECK ((policy_number IS NULL) = (insured_fen IS NULL)),
    CHECK ((policy_number IS NULL) = (insured_until IS NULL)),
    -- What was paid for and never in force may be surrendered without a policy.
    CHECK (
        policy_number IS NOT NULL OR state IN (
            'applied', 'underwriting', 'refused', 'undelivered', 'cancelled', 'awaiting_premium',
            'paid', 'not_verified', 'surrendered'
        )
    )
);

CREATE INDEX orders_bidder_id ON insurance.orders (bidder_id, ordered_at);
CREATE INDEX orders_guarantor_id ON insurance.orders (guarantor_id);
CREATE INDEX orders_in_force ON insurance.orders (tender_id)
WHERE state IN ('verified', 'disclosed', 'claim_refused');
CREATE INDEX orders_to_disclose ON insurance.orders (tender_id) WHERE state = 'verified';
-- Nobody asks a guarantor twice at once. Later states stay outside: an order that was thought
-- undelivered may come back to life beside the one after it.
CREATE UNIQUE INDEX orders_one_applied
ON insurance.orders (tender_id, lot, bidder_id, guarantor_id) WHERE state = 'applied';

-- Every notice of a guarantor as it came. One that comes early waits for its turn.
CREATE TABLE insurance.notices (
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    id uuid NOT NULL,
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    body text NOT NULL CHECK (char_length(body) <= 65536),
    reception text NOT NULL CHECK (reception IN ('now', 'later', 'never')),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (guarantor_id, id)
);

CREATE INDEX notices_waiting ON insurance.notices (order_id) WHERE reception = 'later';

-- What is to be sent. Claimed by moving `next_at` on, so a sender that dies costs one pause.
CREATE TABLE insurance.outbox (
    id uuid PRIMARY KEY,
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    kind text NOT NULL CHECK (
        kind IN (
            'application', 'cancellation', 'disclosure', 'release', 'extension', 'surrender',
            'claim', 'payment'
        )
    ),
    body text NOT NULL CHECK (char_length(body) <= 65536),
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    dead_at timestamptz,
    last_error text NOT NULL DEFAULT ''
);

CREATE INDEX outbox_order_id ON insurance.outbox (order_id, kind);

CREATE INDEX outbox_due ON insurance.outbox (guarantor_id, next_at)
WHERE delivered_at IS NULL AND dead_at IS NULL;

-- Nonces of signatures that were accepted, kept while a signature of that age would pass.
CREATE TABLE insurance.nonces (
    guarantor_id uuid NOT NULL REFERENCES insurance.guarantors (id),
    nonce text NOT NULL CHECK (char_length(nonce) BETWEEN 1 AND 64),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (guarantor_id, nonce)
);

CREATE INDEX nonces_created_at ON insurance.nonces (created_at);

-- Who orders a guarantee bids: that is for nobody's eyes before the opening.
REVOKE SELECT ON insurance.orders, insurance.notices, insurance.outbox FROM tendering_audit;
