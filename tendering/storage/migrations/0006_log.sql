-- The log: one append-only tree of blinded leaves for all tenders, its evidence, and the receipts.

-- Leaves that wait for the next batch. Written in the transaction of the deed they stand for, so a
-- leaf is here if and only if its deed is committed.
CREATE TABLE tendering.log_pending (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    leaf bytea NOT NULL UNIQUE CHECK (octet_length(leaf) = 32)
);

-- One row: where the tree ends. Whoever holds its lock is the sequencer.
CREATE TABLE tendering.log_head (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    size bigint NOT NULL CHECK (size >= 0 AND size % 256 = 0),
    -- Roots of the complete subtrees that make up the tree, largest first: at most 56 hashes.
    frontier bytea NOT NULL CHECK (octet_length(frontier) % 32 = 0),
    sequenced_at timestamptz NOT NULL
);

INSERT INTO tendering.log_head (size, frontier, sequenced_at) VALUES (0, '', '-infinity');

-- Full tiles (C2SP tlog-tiles). A partial tile is the roots of the full tiles below it. The hashes
-- of the lowest level are computed when they are read, from log_blocks: padding need not be kept.
CREATE TABLE tendering.log_tiles (
    level smallint NOT NULL CHECK (level BETWEEN 0 AND 6),
    n bigint NOT NULL CHECK (n >= 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    hashes bytea CHECK (octet_length(hashes) = 8192),
    PRIMARY KEY (level, n),
    CHECK ((level = 0) = (hashes IS NULL))
);

-- Hashes do not compress, and outside the row they do not weigh on reading the roots.
ALTER TABLE tendering.log_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- The 256 leaves of a lowest tile: padding follows from the seed, real leaves are listed, each
-- after one byte for its place. Never published: it tells them apart.
CREATE TABLE tendering.log_blocks (
    n bigint PRIMARY KEY CHECK (n >= 0),
    seed bytea NOT NULL CHECK (octet_length(seed) = 32),
    real bytea NOT NULL CHECK (octet_length(real) % 33 = 0 AND octet_length(real) <= 8448)
);

-- Where the real leaves stand. Never published: it tells them from the padding.
CREATE TABLE tendering.log_leaves (
    leaf bytea PRIMARY KEY CHECK (octet_length(leaf) = 32),
    index bigint NOT NULL UNIQUE CHECK (index >= 0)
);

CREATE TABLE tendering.log_checkpoints (
    size bigint PRIMARY KEY CHECK (size > 0 AND size % 256 = 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    text text NOT NULL,
    at timestamptz NOT NULL
);

-- What others said of a checkpoint: one row when the round of asking them has ended.
CREATE TABLE tendering.log_evidence (
    size bigint PRIMARY KEY REFERENCES tendering.log_checkpoints,
    cosigned text NOT NULL,
    witnesses smallint NOT NULL CHECK (witnesses >= 0),
    tokens jsonb NOT NULL,
    authorities smallint NOT NULL CHECK (authorities >= 0),
    at timestamptz NOT NULL
);

-- Every receipt ever given, also of bids replaced or withdrawn since.
CREATE TABLE tendering.receipts (
    tender_id uuid NOT NULL,
    manifest_digest bytea NOT NULL CHECK (octet_length(manifest_digest) = 32),
    act text NOT NULL CHECK (act IN ('bid.submitted', 'bid.withdrawn')),
    bidder_id uuid NOT NULL,
    leaf bytea NOT NULL UNIQUE CHECK (octet_length(leaf) = 32),
    receipt text NOT NULL,
    PRIMARY KEY (tender_id, manifest_digest, act)
);

CREATE INDEX receipts_manifest_digest ON tendering.receipts (manifest_digest);

-- The application may read the whole tree but change nothing that was published.
REVOKE UPDATE, DELETE ON
    tendering.log_tiles, tendering.log_blocks, tendering.log_leaves, tendering.log_checkpoints,
    tendering.receipts
FROM tendering_app;

-- What observers said goes once no receipt needs it (0.3 GB a day at one second). Which rounds stay
-- tells where real leaves lie: nobody reads that but the platform.
REVOKE UPDATE ON tendering.log_evidence FROM tendering_app;

REVOKE SELECT ON tendering.log_evidence FROM tendering_audit;

REVOKE INSERT, DELETE ON tendering.log_head FROM tendering_app;

CREATE FUNCTION tendering.refuse_log_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only: % of % is refused', tg_op, tg_table_name;
END
$$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tendering.log_tiles
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tendering.log_blocks
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tendering.log_leaves
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tendering.log_checkpoints
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON tendering.log_evidence
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();

CREATE FUNCTION tendering.refuse_young_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF old.at > (SELECT max(at) FROM tendering.log_evidence) - interval '1 day' THEN
        RAISE EXCEPTION 'evidence of the last day is append-only';
    END IF;
    RETURN old;
END
$$;

CREATE TRIGGER kept_for_a_day BEFORE DELETE ON tendering.log_evidence
FOR EACH ROW EXECUTE FUNCTION tendering.refuse_young_evidence();

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON tendering.receipts
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_log_change();
