"""Django settings, made from the environment alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from tongban.config.embedded import OWNER, RUNTIME, running_url
from tongban.config.environment import Environment, read_environment
from tongban.config.trouble import Trouble
from tongban.lib import keys
from tongban.lib.words import T

ENVIRONMENT: Environment = read_environment()
MODE = ENVIRONMENT.mode
DEMO = MODE == "demo"
VAR_DIR: Path = ENVIRONMENT.var_dir
LEDGER_DIR = VAR_DIR / "ledger"
LEDGER_NAME = ENVIRONMENT.ledger_name
LEDGER_MIRRORS = ENVIRONMENT.ledger_mirrors
# The demo brings a witness of its own, so that there is something to look at; it proves nothing and says so.
LEDGER_POLICY = ENVIRONMENT.ledger_policy or (VAR_DIR / "run" / "witness.policy" if DEMO else None)
LEDGER_FULL_CHECK_DAYS = ENVIRONMENT.ledger_full_check_days
KEYS_FILE = ENVIRONMENT.keys_file or VAR_DIR / "secrets" / "keys.json"
DOCUMENTS_DIR = ENVIRONMENT.documents_dir or VAR_DIR / "documents"
DEFINITIONS_DIRS = [Path(__file__).resolve().parents[1] / "definitions"]
keys.use_file(KEYS_FILE)


def _session_keys() -> list[str]:
    """Signing keys, newest first; a fresh random one while there is no key file yet (tongban keys create)."""
    try:
        return [key.derive("django").hex() for key in keys.ring().all("session")]
    except keys.KeyFileError:
        import secrets

        return [secrets.token_hex(32)]


SECRET_KEY, *SECRET_KEY_FALLBACKS = _session_keys()
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in ENVIRONMENT.allowed_hosts.split(",") if host.strip()]
ROOT_URLCONF = "tongban.config.urls"
WSGI_APPLICATION = "tongban.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "parties.Account"

# The apps of public; everything else lives in each jurisdiction's schema.
SHARED_APPS = frozenset({"regions", "procrastinate"})
INSTALLED_APPS = [
    # From the bottom up: hooks are answered in this order.
    "tongban.web",
    "tongban.foundation.ledger",
    "tongban.foundation.regions",
    "tongban.foundation.parties",
    "tongban.foundation.documents",
    "tongban.foundation.registers",
    "tongban.foundation.notifications",
    "tongban.foundation.exchange",
    "tongban.foundation.credentials",
    "tongban.matters",
    "tongban.applications.gates",
    "tongban.applications.grid",
    "tongban.applications.halls",
    "tongban.config",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "tongban.config.middleware.observe",
    "tongban.config.middleware.refuse_unreadable",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "tongban.foundation.regions.middleware.enter_jurisdiction",
    "tongban.foundation.ledger.middleware.same_for_everybody",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "tongban.foundation.parties.middleware.resolve_actor",
    "tongban.foundation.exchange.middleware.idempotency",
    "allauth.account.middleware.AccountMiddleware",
    "tongban.web.middleware.refusals_and_audiences",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tongban.web.context.page",
            ],
            "builtins": ["tongban.web.templatetags.words"],
        },
    }
]
FORM_RENDERER = "tongban.web.forms.HouseRenderer"


def database(url: str, *, pool: int) -> dict[str, Any]:
    """Django's description of a PostgreSQL address such as ``postgresql://user:password@host:5432/name?sslmode=…``.

    Several hosts (``host1,host2``) and a Unix socket directory in ``?host=/path`` work as in libpq.
    """
    parts = urlsplit(url)
    options: dict[str, Any] = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    user_info, _, hosts = parts.netloc.rpartition("@")
    user, _, password = user_info.partition(":")
    host = options.pop("host", None) or ",".join(h.partition(":")[0] for h in hosts.split(","))
    port = options.pop("port", None) or ",".join(h.partition(":")[2] or "5432" for h in hosts.split(","))
    options["connect_timeout"] = options.get("connect_timeout", 10)
    options["prepare_threshold"] = 3  # of the cursors that may: lib/repeated.py
    if pool:
        options["pool"] = {"min_size": 0, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": unquote(host),
        "PORT": port,
        "CONN_MAX_AGE": 0,
        "CONN_HEALTH_CHECKS": False,
        "OPTIONS": options,
    }


def _database_url(role: str) -> str:
    """The address for a role: from the environment, or what the embedded server wrote down when it started."""
    given = ENVIRONMENT.database_url.get_secret_value()
    if given:
        owner = ENVIRONMENT.database_owner_url.get_secret_value()
        if role == "owner":
            return owner or given
        written = VAR_DIR / "secrets" / "external_runtime_url"
        return written.read_text("utf-8").strip() if written.exists() and not owner else given
    try:
        return running_url(VAR_DIR / "postgres", OWNER if role == "owner" else RUNTIME, "tongban")
    except Trouble:  # no server yet: commands that need none still work, others say so when they connect
        return "postgresql://nobody@127.0.0.1:1/not-running"


DATABASES = {
    "default": database(
        _database_url(ENVIRONMENT.database_role),
        pool=ENVIRONMENT.database_pool if ENVIRONMENT.database_role == "runtime" else 0,
    )
}
# Granted its rights by the owner; None when both are one role (a check warns then).
RUNTIME_ROLE: str | None = database(_database_url("runtime"), pool=0)["USER"]
if database(_database_url("owner"), pool=0)["USER"] == RUNTIME_ROLE:
    RUNTIME_ROLE = None
DATABASE_ROUTERS = ["tongban.config.router.JurisdictionRouter"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache_entry"}}
SESSION_ENGINE = "tongban.lib.sessions"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_NAME = "tongban_session"
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "tongban_csrf"
CSRF_FAILURE_VIEW = "tongban.web.errors.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "tongban_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "tongban.config.static_files.StaticFiles"
        if MODE != "test"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "test"

HTTPS = ENVIRONMENT.public_scheme == "https"
SECURE_SSL_REDIRECT = False  # the proxy's task; here it would break health checks
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
if HTTPS and ENVIRONMENT.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = ENVIRONMENT.body_max_mb * 1024 * 1024
# Files of a form stay in memory up to the body limit: /tmp never sees one unencrypted.
FILE_UPLOAD_HANDLERS = ["tongban.foundation.documents.adapters.multipart.CappedUploadHandler"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "script-src": [SELF],
        "style-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "actions"
SILENCED_SYSTEM_CHECKS: list[str] = []
TEST_RUNNER = "django.test.runner.DiscoverRunner"
SITE_NAME = T("通办", "Tongban")

from tongban.config.logs import LOGGING  # noqa: E402, F401
from tongban.config.signing_in import *  # noqa: E402, F403 - allauth's settings, kept on one page of their own

if "pytest" in sys.modules:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
