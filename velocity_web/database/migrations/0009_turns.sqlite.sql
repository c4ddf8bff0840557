CREATE TRIGGER job_inserted AFTER INSERT ON job
    WHEN NEW.lease_owner IS NULL AND NEW.status IN ('pending', 'processing') AND NEW.not_before < 1152921504606846976
    BEGIN
        INSERT INTO queue_turn (account_id, is_render, ready_at, claimed_at)
            VALUES (NEW.account_id, NEW.kind = 'render', NEW.not_before, 0)
            ON CONFLICT (account_id, is_render) DO UPDATE SET ready_at = excluded.ready_at
            WHERE ready_at IS NULL OR ready_at > excluded.ready_at;
    END;
CREATE TRIGGER job_returned AFTER UPDATE OF status, lease_owner, not_before ON job
    WHEN NEW.lease_owner IS NULL AND NEW.status IN ('pending', 'processing') AND NEW.not_before < 1152921504606846976
    BEGIN
        INSERT INTO queue_turn (account_id, is_render, ready_at, claimed_at)
            VALUES (NEW.account_id, NEW.kind = 'render', NEW.not_before, 0)
            ON CONFLICT (account_id, is_render) DO UPDATE SET ready_at = excluded.ready_at
            WHERE ready_at IS NULL OR ready_at > excluded.ready_at;
    END
