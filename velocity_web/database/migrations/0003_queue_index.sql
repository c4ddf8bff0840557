CREATE INDEX job_leased ON job (account_id) WHERE lease_owner IS NOT NULL;
CREATE INDEX job_free ON job (created_at) WHERE lease_owner IS NULL AND status IN ('pending', 'processing')
