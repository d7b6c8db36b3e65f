-- Policies as signed PDF, by their SHA-256.

CREATE TABLE insurance.policy_files (
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 2097152),
    received_at timestamptz NOT NULL,
    accepted_at timestamptz,
    PRIMARY KEY (order_id, digest)
);

REVOKE SELECT ON insurance.policy_files FROM tendering_audit;
