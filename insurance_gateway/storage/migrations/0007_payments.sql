-- Premiums and refunds that go through a payment provider. What leaves names a payment alone.

CREATE TABLE insurance.payment_providers (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    endpoint text NOT NULL CHECK (char_length(endpoint) BETWEEN 1 AND 500),
    public_key bytea NOT NULL CHECK (octet_length(public_key) = 32),
    registered_at timestamptz NOT NULL,
    CONSTRAINT payment_providers_one_an_endpoint UNIQUE (endpoint)
);

CREATE TABLE insurance.payments (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    provider_id uuid NOT NULL REFERENCES insurance.payment_providers (id),
    kind text NOT NULL CHECK (kind IN ('premium', 'refund')),
    -- The premium that a refund gives back.
    refunds uuid REFERENCES insurance.payments (id),
    amount_fen bigint NOT NULL CHECK (amount_fen > 0),
    payee_account text NOT NULL CHECK (char_length(payee_account) <= 40),
    state text NOT NULL CHECK (
        state IN (
            'asked', 'accepted', 'undelivered', 'succeeded', 'failed', 'wrong', 'returned'
        )
    ),
    asked_at timestamptz NOT NULL,
    settled_at timestamptz,
    paid_fen bigint CHECK (paid_fen > 0),
    reference text NOT NULL DEFAULT '' CHECK (char_length(reference) <= 200),
    pay_url text NOT NULL DEFAULT '' CHECK (char_length(pay_url) <= 500),
    reason text NOT NULL DEFAULT '' CHECK (char_length(reason) <= 500),
    -- Claimed by moving `next_at` on, as messages to guarantors are.
    attempts integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((kind = 'refund') = (refunds IS NOT NULL)),
    CHECK ((state IN ('asked', 'accepted', 'undelivered')) = (settled_at IS NULL))
);

-- One premium an order, one refund a premium: a second one waits for the failure of the first.
CREATE UNIQUE INDEX payments_one_premium ON insurance.payments (order_id)
WHERE kind = 'premium' AND state NOT IN ('failed', 'returned');
CREATE UNIQUE INDEX payments_one_refund ON insurance.payments (refunds) WHERE state <> 'failed';
CREATE INDEX payments_order_id ON insurance.payments (order_id, asked_at);
CREATE INDEX payments_due ON insurance.payments (next_at) WHERE state = 'asked';

-- Every call-back of a provider as it came: the same id is the same content, for ever.
CREATE TABLE insurance.payment_notices (
    provider_id uuid NOT NULL REFERENCES insurance.payment_providers (id),
    id uuid NOT NULL,
    payment_id uuid NOT NULL REFERENCES insurance.payments (id),
    body text NOT NULL CHECK (char_length(body) <= 65536),
    received_at timestamptz NOT NULL,
    PRIMARY KEY (provider_id, id)
);

-- Who pays a premium bids.
REVOKE SELECT ON insurance.payments, insurance.payment_notices FROM tendering_audit;
