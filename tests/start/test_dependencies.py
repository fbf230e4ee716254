"""What the project takes from others: each library with its reason, and no registry's address in a lock."""

import re

import pytest
from django.conf import settings

REQUIREMENTS = settings.BASE_DIR / "requirements"


@pytest.mark.parametrize("name", ["base.in", "dev.in"])
def test_every_library_has_its_reason(name: str) -> None:
    libraries = re.findall(r"^[a-z][\w-]*", (REQUIREMENTS / name).read_text(), re.MULTILINE)
    reasons = re.findall(r"^\| ([^|]+) \|", (settings.BASE_DIR / "docs" / "dependencies.md").read_text(), re.MULTILINE)
    named = set(re.findall(r"[a-z][\w-]+", " ".join(reasons).lower()))
    assert libraries
    assert [library for library in libraries if library not in named] == []


@pytest.mark.parametrize("name", ["base.txt", "dev.txt", "uv.txt"])
def test_lock_names_no_registry(name: str) -> None:
    lock = (REQUIREMENTS / name).read_text()
    assert "--hash=sha256:" in lock
    assert "://" not in lock
