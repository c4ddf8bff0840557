ALTER TABLE batch ADD COLUMN status TEXT NOT NULL DEFAULT 'queued';
ALTER TABLE batch ADD COLUMN owner TEXT;
ALTER TABLE batch ADD COLUMN rows_total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN rows_checked INTEGER NOT NULL DEFAULT 0;
CREATE INDEX batch_queueing ON batch (created_at) WHERE status = 'queueing';
CREATE TABLE batch_row (
    batch_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    render_id TEXT,
    errors TEXT,
    PRIMARY KEY (batch_id, number)
);
ALTER TABLE render ADD COLUMN warnings TEXT
