CREATE TRIGGER webhook_delivery_returned AFTER UPDATE OF status ON webhook_delivery FOR EACH ROW
    WHEN (NEW.status = 'pending' AND OLD.status <> 'pending')
    EXECUTE FUNCTION velocity_delivery_due();
CREATE FUNCTION velocity_job_changed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM pg_notify('velocity_status', '');
        RETURN NULL;
    END $$;
CREATE TRIGGER job_changed AFTER UPDATE OF status ON job FOR EACH ROW
    WHEN (NEW.status <> OLD.status)
    EXECUTE FUNCTION velocity_job_changed();
CREATE TRIGGER batch_changed AFTER UPDATE OF status ON batch FOR EACH ROW
    WHEN (NEW.status <> OLD.status)
    EXECUTE FUNCTION velocity_job_changed()
