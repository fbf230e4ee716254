"""How many rows a second can be claimed: ours, of what pgbench reaches by sending the very same UPDATE."""

import re
import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from benchmarks.timers.ours import LINE_ONLY
from benchmarks.timers.seeding import make_due
from orders.models import Milestone
from orders.models.claims import ClaimState
from orders.services.claiming import BATCH, claim_due


@dataclass(frozen=True, slots=True)
class Claims:
    """Rows claimed to a second, and by which program the same statements were sent."""

    ours: float
    theirs: float
    program: str


def measure_claims(*, rows: int) -> Claims:
    """Claim so many due rows twice, a batch a transaction: through the product, and by the other program."""
    free_all()
    make_due(LINE_ONLY, rows, now=timezone.now())
    script = _script()
    theirs = _run_pgbench(script, turns=rows // BATCH) if shutil.which("pgbench") else _run_loop(script, rows // BATCH)
    free_all()
    ours = _claim_all(rows)
    free_all()
    return Claims(ours, theirs, "pgbench" if shutil.which("pgbench") else "a loop over libpq, for there is no pgbench")


def free_all() -> None:
    """Give every claimed row back, and let the table be as before."""
    claimed = Milestone.objects.filter(state=ClaimState.CLAIMED)
    claimed.update(state=ClaimState.PENDING, claim_token=None, lease_until=None, attempts=0)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE orders_milestone")
        cursor.execute("CHECKPOINT")


def _claim_all(rows: int) -> float:
    began, claimed = time.perf_counter(), 0
    while claimed < rows and (claim := claim_due(Milestone, now=timezone.now())).ids:
        claimed += len(claim.ids)
    return claimed / (time.perf_counter() - began)


def _script() -> str:
    """What the product sends to claim a batch, as one transaction for pgbench: the ids go from query to query."""
    with CaptureQueriesContext(connection) as queries:
        claim = claim_due(Milestone, now=timezone.now())
    select = next(query["sql"] for query in queries if "SKIP LOCKED" in query["sql"])
    update = next(query["sql"] for query in queries if query["sql"].startswith("UPDATE"))
    before, _ids, after = re.split(r"IN \(([\d, ]+)\)", update, maxsplit=1)
    Milestone.objects.filter(pk__in=claim.ids).update(state=ClaimState.PENDING, claim_token=None, lease_until=None)
    return f"BEGIN;\nWITH due AS ({select}) {before}IN (SELECT pk FROM due){after};\nCOMMIT;\n"


def _run_pgbench(script: str, *, turns: int) -> float:
    settings = connection.settings_dict
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = ["pgbench", "-n", "-c", "1", "-t", str(turns), "-f", file.name, "-h", settings["HOST"]]
        words = [*command, "-U", settings["USER"], settings["NAME"]]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if not found:
        raise RuntimeError(f"pgbench says no rate:\n{done.stdout}{done.stderr}")
    return float(found[1]) * BATCH


def _run_loop(script: str, turns: int) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for _turn in range(turns):
            cursor.execute(script)
    return turns * BATCH / (time.perf_counter() - began)
