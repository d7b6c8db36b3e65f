"""SQL that forgets what observers said of the log's checkpoints, but for what receipts need."""

from datetime import datetime

from tendering.storage.connection import Connection
from tendering.storage.log import EVIDENCE_SEARCH_LEAVES


async def prune(
    connection: Connection,
    *,
    after: int,
    before: datetime,
    quorum: int,
    authorities: int,
    limit: int,
) -> tuple[int | None, int]:
    """Forget evidence that no leaf needs, among the next `limit` rounds after the size `after`.

    Looked at are rounds from before an instant, never the newest with a quorum. What stays is what
    `covering_evidence` finds for each leaf, so every receipt and archive is completed as if nothing
    had gone. Returns the last size looked at, None when there was none, and how many went.
    """
    row = await connection.fetchrow(
        """WITH looked AS (
             SELECT size FROM tendering.log_evidence
             WHERE size > $1 AND at < $2
               AND size < (SELECT max(size) FROM tendering.log_evidence WHERE witnesses >= $3)
             ORDER BY size LIMIT $5),
           -- A leaf before the last quorum that stays has its own there or earlier.
           first AS (
             SELECT least(
               (SELECT min(size) FROM looked) - $6,
               coalesce((SELECT max(size) FROM tendering.log_evidence
                         WHERE size <= $1 AND witnesses >= $3), 0)) AS index),
           needed AS (
             SELECT DISTINCT chosen.size
             FROM tendering.log_leaves AS leaf
             CROSS JOIN LATERAL (
               SELECT size FROM (
                 (SELECT size FROM tendering.log_evidence
                  WHERE size > leaf.index AND size <= leaf.index + $6 AND witnesses >= $3
                  ORDER BY least(authorities, $4) DESC, size LIMIT 1)
                 UNION ALL
                 (SELECT size FROM tendering.log_evidence
                  WHERE size > leaf.index + $6 AND witnesses >= $3 ORDER BY size LIMIT 1)
               ) AS covering ORDER BY size LIMIT 1) AS chosen
             WHERE leaf.index >= (SELECT index FROM first)
               AND leaf.index < (SELECT max(size) FROM looked)),
           gone AS (
             DELETE FROM tendering.log_evidence AS evidence USING looked
             WHERE evidence.size = looked.size
               AND NOT EXISTS (SELECT 1 FROM needed WHERE needed.size = looked.size)
             RETURNING 1)
           SELECT (SELECT max(size) FROM looked) AS last, (SELECT count(*) FROM gone) AS gone""",
        after,
        before,
        quorum,
        authorities,
        limit,
        EVIDENCE_SEARCH_LEAVES,
    )
    assert row is not None
    return row["last"], row["gone"]
