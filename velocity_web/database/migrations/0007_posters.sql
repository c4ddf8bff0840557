CREATE TABLE poster (
    render_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL,
    file TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL
)
