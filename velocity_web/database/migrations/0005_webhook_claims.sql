ALTER TABLE webhook_delivery ADD COLUMN receiver TEXT NOT NULL DEFAULT '';
ALTER TABLE webhook_delivery ADD COLUMN claimed_at BIGINT;
DROP INDEX webhook_delivery_due;
CREATE INDEX webhook_delivery_pending ON webhook_delivery (account_id, next_at, receiver) WHERE status = 'pending';
CREATE INDEX webhook_delivery_claimed ON webhook_delivery (next_at) WHERE claimed_at IS NOT NULL
