"""All settings: from the command line, the environment (``VELOCITY_*``), a TOML file, then these defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

MIB = 1_048_576
MOST_QUOTA_MB = 2**31 - 1
MOST_BUDGET_MS = 10**15
PREFIX, CONFIG = "VELOCITY_", "VELOCITY_CONFIG"


LogLevel = Annotated[
    Literal["DEBUG", "INFO", "WARNING", "ERROR"],
    BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value),
]


def _folder(value: str) -> str:
    if value and not os.path.isdir(value):
        raise PydanticCustomError("no_folder", "there is no such folder")
    return os.path.realpath(value) if value else ""


FontFolder = Annotated[str, AfterValidator(_folder)]


def default_data_folder() -> Path:
    from platformdirs import user_data_path

    return user_data_path("velocity")


def default_workers() -> int:
    """Renders use more than one core each, so half of the cores run renders of their own."""
    return max(1, (os.cpu_count() or 2) // 2)


def default_task_slots() -> int:
    return max(4, os.cpu_count() or 2)


def default_preview_slots() -> int:
    return max(2, os.cpu_count() or 2)


CONNECTION_NAME = r"^[a-z0-9][a-z0-9_-]{0,62}$"


def _hosts(hosts: list[str]) -> list[str]:
    import velocity_engine as engine

    engine.network.Reach.of(hosts)
    return hosts


def _place_url(url: str) -> str:
    if url.startswith("/") or ("://" in url and not url.lower().startswith(("http://", "https://", "memory://"))):
        return url
    raise ValueError("it must be a folder's path from the root on, or a URL such as s3://bucket/prefix")


class ConnectionSettings(BaseModel):
    """A storage that the administrator named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: Annotated[str, AfterValidator(_place_url)] = Field(description="what the paths of requests lie below")
    options: dict[str, Any] = Field(default_factory=dict, repr=False, description="of the storage, such as credentials")
    accounts: list[str] | None = Field(None, description="names of the users who may use it; left out: all")
    read: bool = Field(True, description="whether requests may take files from it")
    write: bool = Field(True, description="whether requests may send results to it")


class Settings(BaseSettings):
    """Each is also an environment variable ``VELOCITY_<NAME>`` and a key of the file that ``VELOCITY_CONFIG`` names."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    data: Path = Field(default_factory=default_data_folder, description="folder of the database and all files")
    database: str = Field("", description="postgresql://user:password@host/name; empty: SQLite in the data folder")
    storage: str = Field(
        "", description="URL that all files are kept below, such as s3://bucket/prefix; empty: the data folder"
    )
    storage_seconds: float = Field(
        60.0, ge=0, description="how long a worker tries again what that storage did not give or take"
    )
    signed_url_seconds: int = Field(
        0, ge=0, description="downloads lead to a URL of that storage that works for so long; 0: they pass through here"
    )
    copies_bytes: int = Field(
        8192 * MIB, ge=0, description="copies of that storage's files on this machine; what is in use may exceed it"
    )
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    threads: int = Field(12, ge=1, le=256, description="threads that answer requests")
    connection_limit: int = Field(500, ge=1, description="open connections at once; idle ones make room for new ones")
    connections_per_address: int = Field(200, ge=1, description="of these, from one address that is no trusted proxy")
    trusted_proxy: str = Field("", description="address of a proxy whose X-Forwarded-For names the client")
    head_seconds: float = Field(10.0, gt=0, description="longest wait for a request's head, from the connection on")
    body_seconds: float = Field(30.0, gt=0, description="a body that brings less than 1 KiB a second for so long ends")
    requests_per_second: float = Field(400.0, ge=0, description="requests of one account, or one address; 0: no limit")
    request_burst: int = Field(4000, ge=1, description="requests of one account above that rate, before 429 answers")
    waits_per_account: int = Field(
        100, ge=1, description="requests of one account that wait for a change (wait=seconds), before 429 answers"
    )
    wrong_keys_per_second: float = Field(10.0, ge=0, description="wrong API keys from one address; 0: no limit")
    min_free_bytes: int = Field(
        512 * MIB, ge=0, description="what uploads and renders leave free on the disk; of a small one a twentieth"
    )
    workers: int = Field(
        default_factory=default_workers, ge=0, description="renders at once; 0: only `velocity worker`"
    )
    light_workers: int = Field(2, ge=1, description="analyses of uploads at once, beside the renders")
    poll_seconds: float = Field(
        0.25, gt=0, description="how often a worker looks for work that no database tells it of"
    )
    lease_seconds: float = Field(
        15.0, gt=0, description="a job whose worker is silent for so long goes back to the queue"
    )
    max_attempts: int = Field(3, ge=1, description="attempts at a job whose process or worker died")
    grace_seconds: float = Field(8.0, ge=0, description="how long running renders may go on after SIGTERM")
    stall_seconds: float = Field(120.0, gt=0, description="a render that shows no progress for so long is ended")
    analysis_seconds: float = Field(
        60.0, gt=0, description="most processor time of one analysis of an upload; by the clock ten times that"
    )
    trial_seconds: float = Field(
        3.0, ge=0, description="processor time of the trial by which renders of a template are estimated; 0: none"
    )
    sample_seconds: float = Field(
        0.35, ge=0, le=10, description="processor time of trying some frames of a new kind of render; 0: none"
    )
    still_seconds: float = Field(
        60.0,
        gt=0,
        description="most processor time of a preview, or of a check of an asset or request; by the clock ten times",
    )
    task_slots: int = Field(
        default_factory=default_task_slots, ge=1, description="checks and clips at once, half of them for one user"
    )
    task_wait_seconds: float = Field(2.0, ge=0, description="longest wait for a preview or check to begin, then 503")
    preview_slots: int = Field(
        default_factory=default_preview_slots, ge=1, description="previews at once, half of them for one user"
    )
    previews_per_second: float = Field(
        20.0, ge=0, description="pictures of previews that one user may ask for, then 429; 0: no limit"
    )
    preview_burst: int = Field(60, ge=1, description="such pictures above that rate, before 429 answers")
    previewers: int = Field(8, ge=0, description="processes that keep a template open for the user's next preview")
    previewers_memory_mb: int = Field(1024, ge=0, description="memory of all those processes")
    previewer_idle_seconds: float = Field(60.0, gt=0, description="how long such a process waits for the next preview")
    preview_clip_seconds: float = Field(10.0, gt=0, description="longest clip of a preview")
    checkers: int = Field(8, ge=0, description="processes that keep a template open for the user's next request")
    checkers_memory_mb: int = Field(512, ge=0, description="memory of all those processes")
    checker_idle_seconds: float = Field(30.0, gt=0, description="how long such a process waits for the next request")
    render_memory_mb: int = Field(6144, ge=256, description="memory of one render process")
    analysis_memory_mb: int = Field(1024, ge=128, description="memory of one analysis process")
    render_cpu_seconds: int = Field(14_400, ge=1, description="processor time of one render process")
    process_file_mb: int = Field(
        8192, ge=16, description="largest file that one render or analysis process may write, in MiB"
    )
    executor: str = Field(
        "",
        description="what renders the segments, such as dask://host:8786; empty: threads of the render's own process",
    )
    executors_allowed: list[str] = Field(
        default_factory=list, description='executors that a request may name, as JSON, for example ["processes"]'
    )
    codecs_allowed: list[str] = Field(
        default_factory=list,
        description='codecs that a request may name, as JSON, for example ["h264", "vp9"]; none: all there are',
    )
    cache_mb: int = Field(
        1024, ge=0, description="segments and videos of earlier renders that are kept to be reused, in MiB; 0: none"
    )
    cache_days: float = Field(7.0, gt=0, description="how long they are kept")
    cache_shared: bool = Field(False, description="whether users may reuse what others rendered")
    nice: int = Field(5, ge=0, le=19, description="niceness of the processes that render and analyse")
    run_as: str = Field("", description="user that render processes become when the service runs as root")
    max_template_bytes: int = Field(2048 * MIB, ge=1, description="largest template ZIP")
    max_audio_bytes: int = Field(512 * MIB, ge=1, description="largest audio upload")
    max_asset_bytes: int = Field(512 * MIB, ge=1, description="largest picture or clip upload")
    max_font_bytes: int = Field(32 * MIB, ge=1, description="largest font upload")
    fonts_per_account: int = Field(100, ge=0, description="fonts that one user may keep")
    font_folder: FontFolder = Field(
        "", description="folder of fonts for all users' texts, which the processes that render may read"
    )
    system_fonts: bool = Field(False, description="whether this system's fonts draw texts as a last resort")
    max_json_bytes: int = Field(32 * MIB, ge=1, description="largest body of a batch, as JSON or CSV")
    max_render_bytes: int = Field(16 * MIB, ge=1, description="largest body of a render; of other JSON 1 MiB")
    default_quota_mb: int = Field(5000, ge=0, le=MOST_QUOTA_MB, description="storage quota of a new user, in MiB")
    default_budget_ms: int = Field(
        3_600_000, ge=0, le=MOST_BUDGET_MS, description="render time budget of a new user, in milliseconds"
    )
    idempotency_hours: float = Field(24.0, gt=0, description="how long an Idempotency-Key is remembered")
    batch_max_rows: int = Field(10_000, ge=1, description="rows of one batch")
    batch_seconds: float = Field(300.0, gt=0, description="longest check and queueing of one batch")
    webhook_attempts: int = Field(8, ge=1, description="attempts at one webhook delivery")
    webhook_backoff_seconds: float = Field(5.0, gt=0, description="first wait between attempts, doubled each time")
    webhook_timeout_seconds: float = Field(10.0, gt=0, description="longest attempt at a webhook, from name to answer")
    webhook_allow_private: bool = Field(False, description="allow webhooks to private and loopback addresses")
    private_hosts: Annotated[list[str], AfterValidator(_hosts)] = Field(
        default_factory=list,
        description="names, addresses and networks beside the public internet that URLs and webhooks may lead to, "
        'as JSON, for example ["nas.lan", "10.0.0.0/8", "127.0.0.1:9000"]',
    )
    url_seconds: float = Field(60.0, gt=0, description="longest fetch of a file at a URL or on a connection")
    url_fresh_seconds: float = Field(
        300.0, ge=0, description="how long what was fetched is used without asking its server whether it still holds"
    )
    connections: dict[Annotated[str, Field(pattern=CONNECTION_NAME)], ConnectionSettings] = Field(
        default_factory=dict,
        description="storages that requests take files from and send results to, by name, as JSON, for example "
        '{"media": {"url": "s3://bucket/prefix"}}',
    )
    delivery_attempts: int = Field(10, ge=1, description="attempts at sending one result to one destination")
    delivery_backoff_seconds: float = Field(
        2.0, gt=0, description="first wait between these attempts, doubled each time up to five minutes"
    )
    cors_origins: list[str] = Field(
        default_factory=list, description='allowed origins as JSON, ["*"] for all; none: no CORS'
    )
    keep_orphans_seconds: float = Field(
        3600.0, ge=0, description="age before `cleanup` removes a file that no row names"
    )
    log_level: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    log_json: bool = Field(True, description="log lines as JSON; false: for people")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        file = os.environ.get(CONFIG)
        if file and not Path(file).is_file():
            raise ValueError(f"there is no settings file {file}")
        toml = (TomlConfigSettingsSource(settings_cls, Path(file)),) if file else ()
        return (init_settings, env_settings, *toml)

    @property
    def temporary(self) -> Path:
        return self.data / "tmp"


def load_settings(**given: Any) -> Settings:
    """Settings with the command line's values on top; options that were not given are None and fall through.

    Raises ValueError (pydantic's ValidationError, or of TOML) with the names of the settings that are wrong.
    """
    return Settings(**{name: value for name, value in given.items() if value is not None})


def settings_help() -> str:
    """One line for each setting: its environment variable, its default and its meaning."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        shown = "the user's data folder" if name == "data" else repr(default) if default == "" else str(default)
        lines.append(f"VELOCITY_{name.upper()} ({shown}): {field.description}")
    return "\n".join(lines)
