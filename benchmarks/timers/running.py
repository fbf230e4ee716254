"""`make bench-timers`: what millions of dates ahead cost, and who is how fast when fifty thousand fall due."""

import os
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import cast

import django
import environ
import psycopg

from benchmarks.reporting import Results
from benchmarks.serving import durable_postgresql, mail_server
from tests.servers.redis import redis_server

DATABASES = ("ours", "peers")


def main(*, quick: bool) -> Results:
    """Start the servers, set the program up on them, and measure."""
    with ExitStack() as stack:
        url = stack.enter_context(durable_postgresql())
        redis = stack.enter_context(redis_server())
        port = stack.enter_context(mail_server())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prazo-bench-")))
        host = environ.Env.db_url_config(url)["HOST"]
        with psycopg.connect(host=host, user="postgres", dbname="postgres", autocommit=True) as connection:
            for name in DATABASES:
                connection.execute(f"CREATE DATABASE {name}".encode())
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": url.removesuffix("/postgres") + "/ours",
            "REDIS_URL": redis,
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "PRAZO_DATA": str(folder),
            "LOG_LEVEL": "ERROR",
        }
        django.setup()
        racing = import_module("benchmarks.timers.racing")  # only now: it imports models
        postmaster = int(Path(host, "data", "postmaster.pid").read_text(encoding="utf-8").split()[0])
        ground = racing.Ground(host, redis.removeprefix("unix://"), port, folder, [postmaster])
        return cast(Results, racing.measure(ground, quick=quick))
