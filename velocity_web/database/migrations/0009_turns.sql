CREATE TABLE queue_turn (
    account_id TEXT NOT NULL,
    is_render BOOLEAN NOT NULL,
    ready_at BIGINT,
    claimed_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, is_render)
);
CREATE INDEX queue_turn_next ON queue_turn (is_render, claimed_at) WHERE ready_at IS NOT NULL;
CREATE INDEX job_waiting_renders ON job (account_id, created_at, id)
    WHERE kind = 'render' AND lease_owner IS NULL AND status IN ('pending', 'processing')
    AND not_before < 1152921504606846976;
CREATE INDEX job_waiting_others ON job (account_id, created_at, id)
    WHERE kind <> 'render' AND lease_owner IS NULL AND status IN ('pending', 'processing')
    AND not_before < 1152921504606846976;
CREATE INDEX job_oldest ON job (kind, created_at)
    WHERE lease_owner IS NULL AND status IN ('pending', 'processing') AND not_before < 1152921504606846976;
DROP INDEX job_free;
DROP INDEX job_queue;
DROP INDEX job_listing;
CREATE INDEX job_pages ON job (account_id, kind, status, created_at DESC, id);
CREATE INDEX render_past ON render (template_id, (created_at + 0))
    WHERE forecast_ms IS NOT NULL AND render_ms IS NOT NULL;
CREATE INDEX webhook_delivery_render ON webhook_delivery (render_id);
CREATE INDEX webhook_delivery_next ON webhook_delivery (next_at) WHERE status = 'pending';
CREATE INDEX idempotent_request_age ON idempotent_request (created_at);
INSERT INTO queue_turn (account_id, is_render, ready_at, claimed_at)
    SELECT job.account_id, job.kind = 'render', MIN(job.not_before), MIN(account.claimed_at)
    FROM job JOIN account ON account.id = job.account_id
    WHERE job.lease_owner IS NULL AND job.status IN ('pending', 'processing') AND job.not_before < 1152921504606846976
    GROUP BY job.account_id, job.kind = 'render'
