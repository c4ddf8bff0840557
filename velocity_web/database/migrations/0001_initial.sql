CREATE TABLE account (
    id VARCHAR(36) PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    key_prefix TEXT NOT NULL,
    key_hash TEXT NOT NULL,
    disabled BOOLEAN NOT NULL,
    quota_mb BIGINT NOT NULL,
    used_bytes BIGINT NOT NULL,
    budget_ms BIGINT NOT NULL,
    used_ms BIGINT NOT NULL,
    claimed_at BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX account_key_prefix ON account (key_prefix);
CREATE TABLE job (
    id VARCHAR(36) PRIMARY KEY,
    kind TEXT NOT NULL,
    account_id TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    name TEXT NOT NULL,
    status TEXT NOT NULL,
    stage TEXT NOT NULL,
    reason TEXT,
    attempts INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    not_before BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    completed_at BIGINT
);
CREATE INDEX job_queue ON job (status, kind);
CREATE INDEX job_listing ON job (account_id, kind, status, created_at);
CREATE INDEX job_subject ON job (subject_id);
CREATE TABLE template (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    file_name TEXT NOT NULL,
    file TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    analysis TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX template_account ON template (account_id, created_at);
CREATE TABLE audio_group (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX audio_group_account ON audio_group (account_id);
CREATE TABLE audio (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    format TEXT NOT NULL,
    seconds DOUBLE PRECISION,
    created_at BIGINT NOT NULL
);
CREATE INDEX audio_account ON audio (account_id, created_at);
CREATE INDEX audio_by_group ON audio (group_id);
CREATE TABLE asset (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    file TEXT NOT NULL,
    kind TEXT NOT NULL,
    format TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    seconds DOUBLE PRECISION,
    size_bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX asset_account ON asset (account_id, created_at);
CREATE TABLE campaign (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX campaign_account ON campaign (account_id);
CREATE TABLE campaign_audio_group (
    campaign_id TEXT NOT NULL,
    group_id TEXT NOT NULL,
    PRIMARY KEY (campaign_id, group_id)
);
CREATE TABLE template_instance (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    campaign_id TEXT NOT NULL,
    template_id TEXT NOT NULL,
    name TEXT NOT NULL,
    customization_map TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX template_instance_campaign ON template_instance (campaign_id);
CREATE INDEX template_instance_template ON template_instance (template_id);
CREATE TABLE render (
    id VARCHAR(36) PRIMARY KEY,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    template_id TEXT NOT NULL,
    template_name TEXT NOT NULL,
    template_instance_id TEXT,
    template_instance_name TEXT,
    campaign_id TEXT,
    audio_id TEXT,
    request TEXT NOT NULL,
    frames_done INTEGER NOT NULL,
    frames_total INTEGER NOT NULL,
    remaining_ms BIGINT,
    charged_ms BIGINT NOT NULL,
    file TEXT,
    sha256 TEXT,
    size_bytes BIGINT,
    render_ms BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX render_account ON render (account_id, created_at);
CREATE INDEX render_template ON render (template_id);
CREATE INDEX render_audio ON render (audio_id);
CREATE TABLE render_asset (
    render_id TEXT NOT NULL,
    asset_id TEXT NOT NULL,
    PRIMARY KEY (render_id, asset_id)
);
CREATE INDEX render_asset_asset ON render_asset (asset_id)
