CREATE TABLE tally (
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    what TEXT NOT NULL,
    amount DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (name, kind, what)
);
CREATE TABLE worker (
    id TEXT PRIMARY KEY,
    render_slots INTEGER NOT NULL,
    other_slots INTEGER NOT NULL,
    renders INTEGER NOT NULL,
    others INTEGER NOT NULL,
    seen_at BIGINT NOT NULL
);
ALTER TABLE job ADD COLUMN traceparent TEXT
