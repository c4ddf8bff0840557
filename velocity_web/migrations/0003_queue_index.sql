CREATE INDEX job_lease ON job (lease_owner, account_id, kind)
