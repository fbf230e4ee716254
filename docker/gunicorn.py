"""How the container serves the pages: threads, no files of its own but in memory, logs like all the others'."""

from config.settings import LOGGING

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = 2
threads = 4
worker_tmp_dir = "/dev/shm"  # noqa: S108  a heartbeat on a slow disk would look like a dead worker
control_socket_disable = True
graceful_timeout = 30  # seconds for requests under way, after SIGTERM
max_requests, max_requests_jitter = 5000, 500
# No access log: each request is a line of prazo.requests, by its route, without what was searched for.
ERRORS = {"gunicorn.error": {"level": "INFO", "handlers": ["stderr"], "propagate": False}}
logconfig_dict = LOGGING | {"loggers": ERRORS}
