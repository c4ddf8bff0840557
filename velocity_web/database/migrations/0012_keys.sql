CREATE TABLE api_key (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    prefix TEXT NOT NULL,
    digest TEXT NOT NULL,
    scopes TEXT NOT NULL,
    origins TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    ends_at BIGINT,
    seconds BIGINT
);
CREATE INDEX api_key_prefix ON api_key (prefix);
CREATE INDEX api_key_account ON api_key (account_id);
INSERT INTO api_key (id, account_id, name, prefix, digest, scopes, origins, created_at)
    SELECT id, id, 'first', key_prefix, key_hash, 'render read preview', '', created_at FROM account;
CREATE TABLE link_secret (
    id INTEGER PRIMARY KEY,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE TABLE preview_link (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    template_id TEXT NOT NULL,
    body TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL
);
CREATE INDEX preview_link_account ON preview_link (account_id, ends_at);
CREATE INDEX preview_link_template ON preview_link (template_id);
CREATE INDEX preview_link_end ON preview_link (ends_at)
