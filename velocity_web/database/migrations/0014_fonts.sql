CREATE TABLE font (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    format TEXT NOT NULL,
    faces TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX font_account ON font (account_id, created_at)
