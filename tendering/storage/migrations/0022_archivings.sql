-- Which tenders were archived, and until when each is kept: never shorter, never gone before.

CREATE TABLE tendering.archivings (
    tender_id uuid PRIMARY KEY REFERENCES tendering.tenders (id),
    retention text NOT NULL CHECK (retention IN ('permanent', 'thirty_years', 'ten_years')),
    ended_at timestamptz NOT NULL,
    keep_until timestamptz,
    archived_at timestamptz NOT NULL,
    CHECK ((keep_until IS NULL) = (retention = 'permanent'))
);

-- The operator's list: what may go first comes first.
CREATE INDEX archivings_keep_until ON tendering.archivings (keep_until, tender_id);

CREATE TRIGGER archivings_are_kept
BEFORE UPDATE OR DELETE ON tendering.archivings
FOR EACH ROW EXECUTE FUNCTION tendering.refuse_change();

CREATE TRIGGER archivings_are_not_truncated
BEFORE TRUNCATE ON tendering.archivings
FOR EACH STATEMENT EXECUTE FUNCTION tendering.refuse_change();
