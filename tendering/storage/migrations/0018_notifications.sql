-- Notifications: messages to who is concerned, where else they are sent, and what came of it.

CREATE TABLE tendering.messages (
    id uuid PRIMARY KEY,
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    kind text NOT NULL,
    role text NOT NULL,
    -- Without organization: everybody in the role. With person: nobody else.
    organization_id uuid REFERENCES tendering.organizations (id),
    person_id uuid REFERENCES tendering.people (id),
    zh text NOT NULL CHECK (char_length(zh) BETWEEN 1 AND 500),
    en text NOT NULL CHECK (char_length(en) BETWEEN 1 AND 500),
    -- May mail and webhooks carry it, and have they been given it?
    outward boolean NOT NULL,
    spread boolean NOT NULL DEFAULT false,
    at timestamptz NOT NULL
);

CREATE INDEX messages_of_organization
ON tendering.messages (organization_id, role, at DESC, id DESC);
CREATE INDEX messages_of_person ON tendering.messages (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX messages_of_tender ON tendering.messages (tender_id);
CREATE INDEX messages_to_spread ON tendering.messages (at, id) WHERE outward AND NOT spread;

CREATE TABLE tendering.message_reads (
    message_id uuid NOT NULL REFERENCES tendering.messages (id),
    person_id uuid NOT NULL REFERENCES tendering.people (id),
    at timestamptz NOT NULL,
    PRIMARY KEY (message_id, person_id)
);

CREATE INDEX message_reads_person_id ON tendering.message_reads (person_id);

CREATE TABLE tendering.notification_settings (
    person_id uuid PRIMARY KEY REFERENCES tendering.people (id),
    email text NOT NULL CHECK (char_length(email) <= 254),
    muted text [] NOT NULL CHECK (cardinality(muted) <= 200)
);

CREATE TABLE tendering.webhooks (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    role text NOT NULL,
    url text NOT NULL CHECK (char_length(url) BETWEEN 1 AND 500),
    created_by uuid NOT NULL REFERENCES tendering.people (id),
    created_at timestamptz NOT NULL,
    ended_at timestamptz
);

CREATE INDEX webhooks_organization_id ON tendering.webhooks (organization_id, role)
WHERE ended_at IS NULL;
CREATE INDEX webhooks_created_by ON tendering.webhooks (created_by);

-- Real time, by the database's clock: sending does not jump with a demonstration's.
CREATE TABLE tendering.deliveries (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES tendering.messages (id),
    person_id uuid REFERENCES tendering.people (id),
    webhook_id uuid REFERENCES tendering.webhooks (id),
    attempts integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    next_at timestamptz NOT NULL DEFAULT now(),
    delivered_at timestamptz,
    dead_at timestamptz,
    last_error text NOT NULL DEFAULT '' CHECK (char_length(last_error) <= 300),
    CONSTRAINT deliveries_once_a_person UNIQUE (message_id, person_id),
    CONSTRAINT deliveries_once_a_webhook UNIQUE (message_id, webhook_id),
    CHECK (num_nulls(person_id, webhook_id) = 1),
    CHECK (delivered_at IS NULL OR dead_at IS NULL)
);

CREATE INDEX deliveries_due ON tendering.deliveries (next_at)
WHERE delivered_at IS NULL AND dead_at IS NULL;
CREATE INDEX deliveries_of_person ON tendering.deliveries (person_id, created_at DESC);
CREATE INDEX deliveries_of_webhook ON tendering.deliveries (webhook_id, created_at DESC);

REVOKE SELECT ON
tendering.messages,
tendering.message_reads,
tendering.notification_settings,
tendering.webhooks,
tendering.deliveries
FROM tendering_audit;
