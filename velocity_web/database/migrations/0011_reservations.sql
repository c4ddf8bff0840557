ALTER TABLE job ADD COLUMN reserved_ms BIGINT;
ALTER TABLE job ADD COLUMN reserved_bytes BIGINT;
UPDATE job SET reserved_ms = (SELECT render.reserved_ms FROM render WHERE render.id = job.id),
    reserved_bytes = (SELECT render.reserved_bytes FROM render WHERE render.id = job.id)
    WHERE kind = 'render' AND status IN ('pending', 'processing', 'cancelling');
CREATE INDEX job_reserving ON job (account_id, status, reserved_ms, reserved_bytes)
    WHERE kind = 'render' AND status IN ('pending', 'processing', 'cancelling')
