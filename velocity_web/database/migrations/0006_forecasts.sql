ALTER TABLE render ADD COLUMN forecast_ms DOUBLE PRECISION;
ALTER TABLE render ADD COLUMN forecast_bytes DOUBLE PRECISION;
ALTER TABLE render ADD COLUMN manner TEXT;
ALTER TABLE render ADD COLUMN reserved_ms BIGINT;
ALTER TABLE render ADD COLUMN reserved_bytes BIGINT;
CREATE INDEX render_foretold ON render (created_at) WHERE forecast_ms IS NOT NULL AND render_ms IS NOT NULL
