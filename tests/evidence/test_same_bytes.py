"""Two exports of one case are the same bytes, whoever makes them, where and when."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from evidence.bundling.cases import CaseFile
from evidence.bundling.making import Made
from tests.evidence.conftest import make

ELSEWHERE = """
import pickle, sys
from pathlib import Path
import django
django.setup()
from evidence.bundling.making import make_bundle
from evidence.recipients import find_recipient
case = pickle.loads(Path(sys.argv[1]).read_bytes())
print(make_bundle(case, find_recipient("archive"), Path(sys.argv[2]), lambda _percent: None).sha256)
"""


@pytest.mark.slow
def test_a_second_export_is_the_same_file(every_case: CaseFile, every_bundle: Made, tmp_path: Path) -> None:
    make(every_case, tmp_path / "for_another", "aliexpress")
    assert make(every_case, tmp_path / "again").path.read_bytes() == every_bundle.path.read_bytes()


@pytest.mark.slow
def test_another_process_makes_the_same_file(every_case: CaseFile, every_bundle: Made, tmp_path: Path) -> None:
    (tmp_path / "case").write_bytes(pickle.dumps(every_case))
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PRAZO_DATA": str(tmp_path / "data"),
        "PYTHONHASHSEED": "7",
        "TZ": "Asia/Tokyo",
        "LANG": "C",
    }
    said = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, tmp_path / "case", tmp_path],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == every_bundle.sha256
