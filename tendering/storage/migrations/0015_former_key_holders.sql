-- Key holders that were replaced before the deadline, and those that are to take their place.

CREATE TABLE tendering.former_key_holders (
    tender_id uuid NOT NULL,
    -- The last version of the key policy that it belonged to.
    version integer NOT NULL CHECK (version > 0),
    number integer NOT NULL,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    public_key bytea NOT NULL CHECK (octet_length(public_key) IN (32, 65, 1216)),
    announcement text NOT NULL CHECK (octet_length(announcement) <= 32768),
    until timestamptz NOT NULL,
    PRIMARY KEY (tender_id, version),
    FOREIGN KEY (tender_id, number) REFERENCES tendering.key_holders (tender_id, number)
);

CREATE TABLE tendering.key_holder_successors (
    tender_id uuid NOT NULL,
    number integer NOT NULL,
    organization_id uuid NOT NULL REFERENCES tendering.organizations (id),
    reason text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 500),
    ordered_at timestamptz NOT NULL,
    PRIMARY KEY (tender_id, number),
    FOREIGN KEY (tender_id, number) REFERENCES tendering.key_holders (tender_id, number)
);

CREATE INDEX key_holder_successors_organization_id
ON tendering.key_holder_successors (organization_id);
