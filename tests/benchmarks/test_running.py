"""The benchmarks of timers and imports from end to end on tiny sizes, against real servers of their own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.benchmark  # minutes: make bench-check
BASE = Path(__file__).resolve().parents[2]
WANTED = {
    "timers": ["idle_ms.", "idle_buffers.", "claims.ours_over_", "fire_per_s.ours", "fire_smtp_per_s.ours"],
    "import": ["orders_per_s.ours", "rss.100k_over_10k", "replay.seconds_4825 not run: no file was given"],
}


@pytest.mark.parametrize("name", sorted(WANTED))
def test_it_runs_without_the_peers_and_names_each_of_them(name: str, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "REPLAY_FILE"}}
    environment |= {"BENCHMARK_PEERS": str(tmp_path / "nowhere")}
    command = [sys.executable, "-m", "benchmarks", name, "--quick"]
    done = subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    said = " ".join(done.stdout.split())
    assert [wanted for wanted in WANTED[name] if wanted not in said] == []
    assert said.count("run it through make") >= 3


def test_the_pages_are_measured_beside_the_stock_admins() -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"DATABASE_URL", "WEB_DATABASES"}}
    command = [sys.executable, "-m", "benchmarks", "web", "--quick"]
    done = subprocess.run(command, cwd=BASE, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    wanted = ["orders.stock_over_ours", "search.stock_over_ours", "growth.1M_over_10k", "p95_ms.today", "p95_ms.order"]
    assert [name for name in wanted if name not in done.stdout] == []
