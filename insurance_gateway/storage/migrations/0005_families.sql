-- Which interface a guarantor speaks, what it is, and the key it had before: the old one passes
-- until the change is over. Policies as signed PDF, by their SHA-256.

ALTER TABLE insurance.guarantors
ADD COLUMN family text NOT NULL DEFAULT 'signed_http'
CHECK (family IN ('signed_http', 'gm_json', 'xml')),
ADD COLUMN kind text NOT NULL DEFAULT 'insurer'
CHECK (kind IN ('insurer', 'bank', 'guarantee_company')),
ADD COLUMN previous_key bytea CHECK (octet_length(previous_key) IN (32, 130)),
ADD COLUMN previous_until timestamptz,
ADD CONSTRAINT guarantors_previous_has_its_end
CHECK ((previous_key IS NULL) = (previous_until IS NULL)),
DROP CONSTRAINT guarantors_public_key_check,
-- Ed25519; two points of SM2, one to sign and one to encrypt; or what a secret is derived from.
ADD CONSTRAINT guarantors_public_key_check
CHECK (octet_length(public_key) = CASE family WHEN 'gm_json' THEN 130 ELSE 32 END);

CREATE TABLE insurance.policy_files (
    order_id uuid NOT NULL REFERENCES insurance.orders (id),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    content bytea NOT NULL CHECK (octet_length(content) BETWEEN 1 AND 2097152),
    received_at timestamptz NOT NULL,
    accepted_at timestamptz,
    PRIMARY KEY (order_id, digest)
);

REVOKE SELECT ON insurance.policy_files FROM tendering_audit;
