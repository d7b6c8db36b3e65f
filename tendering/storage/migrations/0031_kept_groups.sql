-- Whose draw a later round goes by, looked for from the draw that was made.

CREATE INDEX draws_kept_from ON tendering.draws (kept_from) WHERE kept_from IS NOT NULL;
