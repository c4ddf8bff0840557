CREATE TABLE remote_source (
    job_id TEXT NOT NULL,
    location TEXT NOT NULL,
    most_bytes BIGINT NOT NULL,
    PRIMARY KEY (job_id, location)
);
CREATE TABLE destination (
    id VARCHAR(36) PRIMARY KEY,
    render_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    connection TEXT NOT NULL,
    path TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    claimed_at BIGINT,
    owner TEXT,
    part TEXT,
    reason TEXT,
    size_bytes BIGINT,
    completed_at BIGINT
);
CREATE INDEX destination_render ON destination (render_id);
CREATE INDEX destination_account ON destination (account_id);
CREATE INDEX destination_due ON destination (next_at) WHERE status = 'pending';
CREATE INDEX destination_claimed ON destination (owner) WHERE owner IS NOT NULL;
DROP INDEX job_of_batch;
CREATE INDEX job_of_batch ON job (batch_id)
    WHERE batch_id IS NOT NULL AND status IN ('pending', 'processing', 'cancelling', 'delivering')
