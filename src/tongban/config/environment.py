"""Every setting of the house, from the environment; secrets may come from files (``NAME_FILE``)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from tongban.config.trouble import Trouble

_CHECKOUT = Path(__file__).resolve().parents[3]
# Installed from a wheel there is no checkout: what is kept lies where the house is started.
ROOT = _CHECKOUT if (_CHECKOUT / "pyproject.toml").exists() else Path.cwd()


class Environment(BaseSettings):
    """What an operator may set; docs/settings.md lists the same, a test holds the two together."""

    model_config = SettingsConfigDict(env_prefix="TONGBAN_", extra="ignore")

    mode: Literal["production", "demo", "test"] = Field(
        "production",
        description="production; demo adds sample contents, one-click log-in and the page of sent messages.",
    )
    var_dir: Path = Field(ROOT / "var", description="Directory for the embedded database, documents, keys and logs.")
    host: str = Field("127.0.0.1", description="Address the web server listens on.")
    port: int = Field(8000, ge=1, le=65535, description="Port the web server listens on.")
    web_workers: int = Field(2, ge=1, le=64, description="Processes of the web server.")
    web_threads: int = Field(4, ge=1, le=64, description="Threads that run pages in each web process.")
    job_workers: int = Field(2, ge=1, le=64, description="Processes that run background jobs.")
    job_concurrency: int = Field(1, ge=1, le=64, description="Background jobs each such process runs at the same time.")
    allowed_hosts: str = Field(
        ".localhost,localhost,127.0.0.1,[::1]", description="Host names served, separated by commas."
    )
    public_scheme: Literal["http", "https"] = Field(
        "http", description="Scheme visitors use; https turns on secure cookies and HSTS."
    )
    trusted_proxies: int = Field(
        0, ge=0, le=5, description="Number of proxies in front whose forwarding headers count."
    )
    default_jurisdiction: str = Field(
        "",
        description="Code of the jurisdiction served when a host name names none; not needed when there is only one.",
    )
    database_url: SecretStr = Field(
        SecretStr(""), validation_alias="DATABASE_URL",
        description="PostgreSQL 15 or newer for the runtime; empty: the embedded server under TONGBAN_VAR_DIR.",
    )  # fmt: skip
    database_owner_url: SecretStr = Field(
        SecretStr(""), validation_alias="DATABASE_OWNER_URL",
        description="The same database as the role that owns and migrates it; empty: DATABASE_URL.",
    )  # fmt: skip
    database_role: Literal["runtime", "owner"] = Field(
        "runtime", description="Role this process connects with; the commands that migrate set it themselves."
    )
    database_pool: int = Field(8, ge=1, le=200, description="Largest number of pooled connections per process.")
    keys_file: Path | None = Field(None, description="The key file; empty: secrets/keys.json under TONGBAN_VAR_DIR.")
    root_keys_dir: Path | None = Field(
        None,
        description="Folder of the cities' root keys while they are on this server (docs/passes.md); empty: root under TONGBAN_VAR_DIR.",
    )
    documents_dir: Path | None = Field(
        None, description="Where files are kept, encrypted; empty: documents under TONGBAN_VAR_DIR."
    )
    upload_max_mb: int = Field(2048, ge=1, description="Largest file accepted, in MiB.")
    body_max_mb: int = Field(24, ge=1, description="Largest request body outside resumable uploads, in MiB.")
    requests_per_minute: int = Field(
        3000, ge=0, description="Requests one address may send in a minute to each web process; 0: no limit."
    )
    clamd: str = Field("", description="ClamAV daemon: unix:/path or host:port; empty: files are not scanned.")
    email_url: SecretStr = Field(
        SecretStr(""), description="smtp://user:password@host:port or smtps://…; empty: no e-mail."
    )
    email_from: str = Field("tongban@localhost", description="Sender of e-mails.")
    sms_gateway_url: SecretStr = Field(
        SecretStr(""), description="HTTPS address that takes text messages as JSON {to, text}; empty: no text messages."
    )
    sms_gateway_token: SecretStr = Field(SecretStr(""), description="Bearer token the SMS gateway wants; empty: none.")
    outward_timeout: float = Field(
        10.0, gt=0, le=60, description="Seconds one call to a gateway, mail server or webhook may take."
    )
    allow_private_endpoints: bool = Field(
        False, description="Deliver events to addresses inside this network, too (never in doubt)."
    )
    oidc_file: Path | None = Field(
        None, description="JSON file with OpenID Connect providers for log-in (docs/signing-in.md)."
    )
    ledger_name: str = Field(
        "tongban.localhost", pattern=r"^[a-z0-9.-]{1,120}$",
        description="Host name this installation's public logs carry in their names; counts for logs opened from then on.",
    )  # fmt: skip
    ledger_policy: Path | None = Field(
        None,
        description="C2SP tlog-policy file: witnesses with their addresses, and the quorum asked for before a head of the "
        "public log is published; empty: no witness is asked.",
    )
    ledger_mirrors: str = Field(
        "", description="Copies of the public log kept by others, shown on /log/: name=address, separated by commas."
    )
    ledger_full_check_days: int = Field(
        1, ge=1, le=31,
        description="All rows and leaves are compared every so many nights; in the others, what was added since.",
    )  # fmt: skip
    seals_dir: Path | None = Field(
        None,
        description="Folder with the offices' seals of licensed authorities (docs/seals.md); empty: seals for exercises only.",
    )
    seals_passphrase: SecretStr = Field(SecretStr(""), description="Passphrase of the seals' PKCS#12 files.")
    decision_factor_minutes: int = Field(
        15,
        ge=1,
        le=480,
        description="Minutes for which a proved second factor lets somebody decide; then it is asked again.",
    )
    payment_provider: str = Field(
        "",
        description="Class that collects fees online, such as county.pay.Provider (docs/payments.md); empty: the test "
        "provider in a demo, else fees are paid at windows only.",
    )
    payment_config: Path | None = Field(
        None, description="File the payment provider reads its merchant number and keys from."
    )
    token_minutes: int = Field(
        60, ge=5, le=720, description="Minutes an access token of an API client lasts (docs/exchange.md)."
    )
    metrics_token: SecretStr = Field(SecretStr(""), description="Bearer token for /metrics; empty: loopback only.")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="Least level of what is logged."
    )


def read_environment() -> Environment:
    """The environment, with each ``NAME_FILE`` read into ``NAME`` first."""
    for name in [
        n for n in os.environ if n.endswith("_FILE") and (n.startswith("TONGBAN_") or n.startswith("DATABASE_"))
    ]:
        plain = name.removesuffix("_FILE")
        if plain.removeprefix("TONGBAN_").lower() + "_file" not in Environment.model_fields:
            os.environ[plain] = _secret(name, os.environ[name])
    return Environment()


def _secret(name: str, path: str) -> str:
    try:
        return Path(path).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Trouble(
            f"{name} 指向的文件 {path} 读不出来（{error}）；请检查路径和权限。",
            f"{name} names the file {path}, which cannot be read ({error}); check path and permissions.",
        ) from error
