-- The auditor reads nothing that tells of bids before their time: how many, whose, when.

-- Whole tables, also afterwards: what of them becomes evidence is in the journal and the archive.
REVOKE SELECT ON
tendering.bid_securities, tendering.bids, tendering.downloads, tendering.ephemeral_keys,
tendering.log_blocks, tendering.log_leaves, tendering.log_pending, tendering.openings,
tendering.participants, tendering.questions, tendering.receipts, tendering.shares,
tendering.unlocks, tendering.upload_parts, tendering.uploads
FROM tendering_audit;

-- The journal through a view: custody once the opening is recorded, the committee after the award,
-- and of a first round nothing that waits for the last one to close.
REVOKE SELECT ON tendering.journal FROM tendering_audit;

CREATE VIEW tendering.audited_journal WITH (security_barrier) AS
SELECT
    journal.tender_id,
    journal.stream,
    journal.seq,
    journal.kind,
    journal.body,
    journal.at,
    journal.head
FROM tendering.journal
WHERE EXISTS (
    SELECT FROM tendering.tenders
    WHERE
        tenders.id = journal.tender_id
        AND (
            journal.stream = 'public'
            AND (tenders.withheld_from IS NULL OR journal.seq < tenders.withheld_from)
            OR tenders.withheld_from IS NULL
            AND (
                tenders.status = 'awarded'
                OR journal.stream = 'custody'
                AND tenders.status IN (
                    'opened', 'evaluating', 'evaluated', 'candidates_published', 'continued'
                )
            )
        )
);

REVOKE ALL ON tendering.audited_journal FROM tendering_app;
