"""gunicorn's settings for the service; `lticontainer serve` uses this file too.

Address, workers and threads come from the service's own settings, so that there is one place for them.
"""

import atexit
import os
import shutil
import tempfile

from gunicorn.glogging import Logger

from app.monitoring.logs import ScrubbingFormatter
from app.settings import load_settings

_settings = load_settings()

bind = _settings.bind
workers = _settings.workers
worker_class = "gthread"
threads = _settings.threads
# One process may hold many idle connections of proxies and of nginx.
worker_connections = 1000
backlog = 2048
keepalive = 75
timeout = 60
graceful_timeout = 30
# A form of Moodle REST may come in the query; tokens are long too.
limit_request_line = 8190
# The query string holds tokens: no log line may show it, so the path (%(U)s) stands alone.
accesslog = "-" if _settings.log_level == "DEBUG" else None
access_log_format = '%(h)s %(t)s "%(m)s %(U)s %(H)s" %(s)s %(b)s %(M)sms'
errorlog = "-"
loglevel = _settings.log_level.lower()
control_socket_disable = True
# A Unix socket is for the service's own group, which the web server joins.
umask = 0o007


class ScrubbingLogger(Logger):
    """gunicorn's log; it quotes request lines that it can't read, with their tokens."""

    def setup(self, cfg):
        """Let no handler write a token."""
        super().setup(cfg)
        for handler in (*self.error_log.handlers, *self.access_log.handlers):
            kept = handler.formatter
            handler.setFormatter(ScrubbingFormatter(kept._fmt, kept.datefmt) if kept else ScrubbingFormatter())


logger_class = ScrubbingLogger

# Every worker writes its metrics here; prometheus_client reads the variable when it is imported.
if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
    _folder = tempfile.mkdtemp(prefix="lticontainer-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = _folder
    _owner = os.getpid()

    def _remove() -> None:
        if os.getpid() == _owner:
            shutil.rmtree(_folder, ignore_errors=True)

    atexit.register(_remove)


def child_exit(_server, worker):
    """Close the metrics files of a worker that ended."""
    from prometheus_client import multiprocess  # not before the variable is set

    multiprocess.mark_process_dead(worker.pid)


def post_worker_init(_worker):
    """Leave what was loaded at the start out of every garbage collection: it never becomes garbage."""
    import gc

    gc.collect()
    gc.freeze()
