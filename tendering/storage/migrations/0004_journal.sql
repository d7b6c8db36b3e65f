-- The journal of each tender, append-only for everybody, and the demonstration's clock.

CREATE TABLE tendering.journal (
    tender_id uuid NOT NULL REFERENCES tendering.tenders (id),
    stream text NOT NULL CHECK (stream IN ('public', 'custody', 'committee')),
    seq bigint NOT NULL CHECK (seq > 0),
    kind text NOT NULL CHECK (kind ~ '^[a-z_]+\.[a-z_]+$'),
    body text NOT NULL,
    at timestamptz NOT NULL,
    head bytea NOT NULL CHECK (octet_length(head) = 32),
    PRIMARY KEY (tender_id, stream, seq)
);

CREATE FUNCTION tendering.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the journal is append-only';
END
$$;

CREATE TRIGGER journal_is_append_only
BEFORE UPDATE OR DELETE ON tendering.journal
FOR EACH ROW EXECUTE FUNCTION tendering.refuse_change();

CREATE TRIGGER journal_is_not_truncated
BEFORE TRUNCATE ON tendering.journal
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON tendering.journal FROM tendering_app;

-- How far a demonstration's clock has jumped ahead of real time; one row, kept over restarts.
CREATE TABLE tendering.demonstration_clock (
    id boolean PRIMARY KEY DEFAULT true CHECK (id),
    ahead_microseconds bigint NOT NULL CHECK (ahead_microseconds >= 0)
);
