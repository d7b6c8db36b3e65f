-- Extensions, surrenders and claims: what is asked about a guarantee that was issued.

CREATE TABLE insurance.matters (
    id uuid PRIMARY KEY,
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    kind text NOT NULL CHECK (kind IN ('extension', 'surrender', 'claim')),
    state text NOT NULL CHECK (
        state IN ('asked', 'under_review', 'undelivered', 'agreed', 'declined')
    ),
    asked_at timestamptz NOT NULL,
    cover_fen bigint CHECK (cover_fen > 0),
    cover_until timestamptz,
    amount_fen bigint CHECK (amount_fen > 0),
    due_at timestamptz,
    settled_at timestamptz,
    reason text NOT NULL CHECK (char_length(reason) <= 500),
    CHECK ((kind = 'extension') = (cover_fen IS NOT NULL)),
    CHECK ((cover_fen IS NULL) = (cover_until IS NULL)),
    CHECK ((kind = 'extension') = (amount_fen IS NULL)),
    CHECK ((kind = 'claim') = (due_at IS NOT NULL)),
    CHECK ((state IN ('agreed', 'declined')) = (settled_at IS NOT NULL))
);

CREATE INDEX matters_order_id ON insurance.matters (order_id, asked_at);
-- Nobody asks the same twice at once.
CREATE UNIQUE INDEX matters_one_open
ON insurance.matters (order_id, kind) WHERE state IN ('asked', 'under_review');

REVOKE SELECT ON insurance.matters FROM tendering_audit;
