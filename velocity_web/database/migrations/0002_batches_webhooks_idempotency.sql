ALTER TABLE account ADD COLUMN webhook_secret TEXT NOT NULL DEFAULT '';
ALTER TABLE render ADD COLUMN batch_id TEXT;
ALTER TABLE render ADD COLUMN batch_row INTEGER;
ALTER TABLE render ADD COLUMN webhook_url TEXT;
CREATE INDEX render_batch ON render (batch_id, batch_row);
CREATE TABLE idempotent_request (
    account_id TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE TABLE batch (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    template_id TEXT NOT NULL,
    rows TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX batch_account ON batch (account_id, created_at);
CREATE TABLE webhook_delivery (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    render_id TEXT NOT NULL,
    url TEXT NOT NULL,
    event TEXT NOT NULL,
    payload TEXT NOT NULL,
    status TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_at BIGINT NOT NULL,
    response_code INTEGER,
    reason TEXT,
    created_at BIGINT NOT NULL,
    completed_at BIGINT
);
CREATE INDEX webhook_delivery_due ON webhook_delivery (status, next_at);
CREATE INDEX webhook_delivery_account ON webhook_delivery (account_id, created_at)
