"""The web application the server runs."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongban.config.settings")

from tongban.config.environment import read_environment

# Before prometheus_client is imported: each web process writes its counts into a file, /metrics adds them up.
_METRICS = read_environment().var_dir / "run" / "metrics"
_METRICS.mkdir(parents=True, exist_ok=True)
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(_METRICS))

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.urls import get_resolver  # noqa: E402

from tongban.lib.memory import settle  # noqa: E402

application = get_wsgi_application()
assert get_resolver().url_patterns  # reads every page's and operation's module now, not when the first visitor waits
settle()
