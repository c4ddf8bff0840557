CREATE FUNCTION velocity_job_waits() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO queue_turn AS turn (account_id, is_render, ready_at, claimed_at)
            VALUES (NEW.account_id, NEW.kind = 'render', NEW.not_before, 0)
            ON CONFLICT (account_id, is_render) DO UPDATE SET ready_at = excluded.ready_at
            WHERE turn.ready_at IS NULL OR turn.ready_at > excluded.ready_at;
        PERFORM pg_notify('velocity_work', '');
        RETURN NULL;
    END $$;
CREATE FUNCTION velocity_job_cancelling() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('velocity_work', '');
        RETURN NULL;
    END $$;
CREATE FUNCTION velocity_job_cancelled() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('velocity_cancelled', NEW.id);
        RETURN NULL;
    END $$;
CREATE FUNCTION velocity_delivery_due() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('velocity_webhooks', '');
        RETURN NULL;
    END $$;
CREATE TRIGGER job_inserted AFTER INSERT ON job FOR EACH ROW
    WHEN (NEW.lease_owner IS NULL AND NEW.status IN ('pending', 'processing') AND NEW.not_before < 1152921504606846976)
    EXECUTE FUNCTION velocity_job_waits();
CREATE TRIGGER job_returned AFTER UPDATE OF status, lease_owner, not_before ON job FOR EACH ROW
    WHEN (NEW.lease_owner IS NULL AND NEW.status IN ('pending', 'processing') AND NEW.not_before < 1152921504606846976)
    EXECUTE FUNCTION velocity_job_waits();
CREATE TRIGGER job_cancelling AFTER UPDATE OF status ON job FOR EACH ROW
    WHEN (NEW.status = 'cancelling' AND OLD.status <> 'cancelling')
    EXECUTE FUNCTION velocity_job_cancelling();
CREATE TRIGGER job_cancelled AFTER UPDATE OF status ON job FOR EACH ROW
    WHEN (OLD.status = 'cancelling' AND NEW.status <> 'cancelling')
    EXECUTE FUNCTION velocity_job_cancelled();
CREATE TRIGGER webhook_delivery_inserted AFTER INSERT ON webhook_delivery FOR EACH STATEMENT
    EXECUTE FUNCTION velocity_delivery_due()
