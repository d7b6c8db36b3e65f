-- Accounts: organizations, their people, who may act in which role, log-ins, certificates.

CREATE TABLE tendering.organizations (
    id uuid PRIMARY KEY,
    uscc text NOT NULL CHECK (uscc ~ '^[0-9A-HJ-NPQRTUWXY]{18}$'),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    roles text[] NOT NULL CHECK (
        cardinality(roles) > 0
        AND roles <@ ARRAY[
            'bidder', 'procuring_entity', 'agency', 'expert', 'insurer', 'venue_operator',
            'key_holder', 'supervisor', 'operator'
        ]
    ),
    registered_at timestamptz NOT NULL,
    CONSTRAINT organizations_uscc_is_unique UNIQUE (uscc)
);

CREATE TABLE tendering.people (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    login text NOT NULL CHECK (login ~ '^[a-z0-9][a-z0-9._@-]{2,63}$'),
    password_hash text NOT NULL CHECK (char_length(password_hash) <= 200),
    is_administrator boolean NOT NULL DEFAULT false,
    registered_at timestamptz NOT NULL,
    left_at timestamptz,
    CONSTRAINT people_login_is_unique UNIQUE (login)
);

CREATE INDEX people_organization_id ON tendering.people (organization_id);

-- A person may act for an organization in a role, until the authorization ends.
CREATE TABLE tendering.authorizations (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    role text NOT NULL CHECK (
        role IN (
            'bidder', 'procuring_entity', 'agency', 'expert', 'insurer', 'venue_operator',
            'key_holder', 'supervisor', 'operator'
        )
    ),
    granted_by uuid NOT NULL REFERENCES tendering.people (id),
    granted_at timestamptz NOT NULL,
    valid_until timestamptz,
    revoked_at timestamptz,
    revoked_by uuid REFERENCES tendering.people (id),
    CHECK (valid_until > granted_at),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);

CREATE UNIQUE INDEX authorizations_one_standing ON tendering.authorizations (person_id, role)
WHERE revoked_at IS NULL;

CREATE INDEX authorizations_organization_id ON tendering.authorizations (organization_id);

-- Sessions end by real time, whatever the platform's clock says.
CREATE TABLE tendering.sessions (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    authorization_id uuid NOT NULL REFERENCES tendering.authorizations (id),
    csrf_token text NOT NULL CHECK (char_length(csrf_token) = 43),
    created_at timestamptz NOT NULL DEFAULT now(),
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);

CREATE INDEX sessions_authorization_id ON tendering.sessions (authorization_id);
CREATE INDEX sessions_expires_at ON tendering.sessions (expires_at);

CREATE TABLE tendering.passkeys (
    credential_id bytea PRIMARY KEY CHECK (octet_length(credential_id) BETWEEN 1 AND 1023),
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    public_key bytea NOT NULL CHECK (octet_length(public_key) BETWEEN 1 AND 2048),
    sign_count bigint NOT NULL CHECK (sign_count >= 0),
    name text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT now(),
    used_at timestamptz
);

CREATE INDEX passkeys_person_id ON tendering.passkeys (person_id);

-- A challenge is answered once: whoever deletes the row may go on. `person_id` is null at log-in.
CREATE TABLE tendering.passkey_challenges (
    challenge bytea PRIMARY KEY CHECK (octet_length(challenge) = 32),
    person_id uuid REFERENCES tendering.people (id),
    expires_at timestamptz NOT NULL
);

CREATE INDEX passkey_challenges_expires_at ON tendering.passkey_challenges (expires_at);

-- Token buckets of attempts, in the form of the instant at which a bucket is full again (GCRA).
CREATE TABLE tendering.rate_limits (
    bucket bytea PRIMARY KEY CHECK (octet_length(bucket) = 32),
    full_at timestamptz NOT NULL
);

CREATE INDEX rate_limits_full_at ON tendering.rate_limits (full_at);

-- Answers to requests with an Idempotency-Key, for a day. The row is made by the transaction of the
-- deed; `status` is null only inside it.
CREATE TABLE tendering.idempotency_keys (
    scope text NOT NULL CHECK (char_length(scope) <= 200),
    key text NOT NULL CHECK (key ~ '^[A-Za-z0-9_-]{8,64}$'),
    route text NOT NULL CHECK (char_length(route) <= 300),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    status smallint CHECK (status BETWEEN 200 AND 299),
    etag text CHECK (char_length(etag) <= 200),
    body bytea,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (scope, key)
);

CREATE INDEX idempotency_keys_created_at ON tendering.idempotency_keys (created_at);

-- Certificates issued by the platform's own authority. `serial` is lower-case hex.
CREATE TABLE tendering.certificates (
    serial text PRIMARY KEY CHECK (serial ~ '^[0-9a-f]{1,40}$'),
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    requested_by uuid NOT NULL REFERENCES tendering.people (id),
    der bytea NOT NULL CHECK (octet_length(der) BETWEEN 1 AND 8192),
    public_key bytea NOT NULL CHECK (octet_length(public_key) BETWEEN 1 AND 512),
    issued_at timestamptz NOT NULL,
    not_after timestamptz NOT NULL CHECK (not_after > issued_at),
    revoked_at timestamptz,
    revocation_reason text CHECK (
        revocation_reason IN ('key_compromise', 'affiliation_changed', 'superseded', 'unspecified')
    ),
    CHECK ((revoked_at IS NULL) = (revocation_reason IS NULL)),
    -- One key certifies one organization, once: a signature then names its certificate.
    CONSTRAINT certificates_public_key_is_fresh UNIQUE (public_key)
);

CREATE INDEX certificates_organization_id ON tendering.certificates (organization_id);
CREATE INDEX certificates_revoked_at ON tendering.certificates (revoked_at)
WHERE revoked_at IS NOT NULL;

-- The auditor reads who may do what, but no secrets and nothing to log in with.
REVOKE SELECT ON
tendering.people, tendering.sessions, tendering.passkeys, tendering.passkey_challenges,
tendering.rate_limits, tendering.idempotency_keys
FROM tendering_audit;

GRANT SELECT (id, organization_id, name, login, is_administrator, registered_at, left_at)
ON tendering.people TO tendering_audit;

-- An issued certificate is never forgotten.
REVOKE DELETE ON tendering.certificates FROM tendering_app;
