ALTER TABLE render ADD COLUMN metadata TEXT;
ALTER TABLE batch ADD COLUMN metadata TEXT;
ALTER TABLE batch ADD COLUMN webhook_url TEXT;
ALTER TABLE job ADD COLUMN batch_id TEXT;
UPDATE job SET batch_id = (SELECT render.batch_id FROM render WHERE render.id = job.id)
    WHERE kind = 'render' AND status IN ('pending', 'processing', 'cancelling');
CREATE INDEX job_of_batch ON job (batch_id)
    WHERE batch_id IS NOT NULL AND status IN ('pending', 'processing', 'cancelling');
CREATE TABLE label (
    subject_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    account_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (subject_id, name)
);
CREATE INDEX label_pages ON label (account_id, kind, name, value, created_at DESC, subject_id);
CREATE TABLE webhook_endpoint (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    enabled BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX webhook_endpoint_account ON webhook_endpoint (account_id, created_at);
ALTER TABLE webhook_delivery ADD COLUMN endpoint_id TEXT;
CREATE INDEX webhook_delivery_states ON webhook_delivery (account_id, status, created_at);
CREATE TABLE former_webhook_secret (
    account_id VARCHAR(36) PRIMARY KEY,
    secret TEXT NOT NULL,
    valid_until BIGINT NOT NULL
)
