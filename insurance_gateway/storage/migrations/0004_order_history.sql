-- Every state that an order has been in, for its bidder and for the time that issuing takes.

CREATE TABLE insurance.order_steps (
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    number integer NOT NULL CHECK (number > 0),
    state text NOT NULL CHECK (char_length(state) <= 40),
    at timestamptz NOT NULL,
    reason text NOT NULL CHECK (char_length(reason) <= 500),
    PRIMARY KEY (order_id, number)
);

-- Who orders a guarantee bids.
REVOKE SELECT ON insurance.order_steps FROM tendering_audit;
