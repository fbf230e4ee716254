"""What the container files promise: no root, no floating versions, migrations first, health asked, nothing secret."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

BASE: Path = settings.BASE_DIR
DOCKERFILE = (BASE / "docker" / "Dockerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((BASE / "docker" / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
ONE_SHOT = {"migrate", "backup"}
OURS = {name for name, service in SERVICES.items() if "build" in service}
INSTRUCTIONS = re.findall(r"^([A-Z]+) (.*)", DOCKERFILE.replace("\\\n", " "), re.MULTILINE)


def said(word: str) -> list[str]:
    return [rest for instruction, rest in INSTRUCTIONS if instruction == word]


def test_the_image_does_not_run_as_root() -> None:
    assert said("USER") == ["prazo"]
    assert [word for word, _rest in INSTRUCTIONS].index("USER") > max(
        number for number, (word, _rest) in enumerate(INSTRUCTIONS) if word == "RUN"
    )


def test_every_image_has_a_version() -> None:
    (base,) = (rest.partition("=")[2] for rest in said("ARG"))
    images = [base, *(service["image"] for name, service in SERVICES.items() if name not in OURS)]
    assert [image for image in images if not re.fullmatch(r"[a-z]+:\d+(\.\d+)?(-[a-z]+)+", image)] == []
    assert {rest.split()[0] for rest in said("FROM")} == {"${BASE}"}


def test_the_image_installs_the_lock_and_nothing_else() -> None:
    installs = [rest for rest in said("RUN") if re.search(r"pip (install|sync)", rest)]
    assert len(installs) == 1
    assert installs[0].count("--require-hashes") == 2
    assert "requirements/base.txt" in installs[0]


def test_no_secret_is_built_in() -> None:
    ignored = (BASE / ".dockerignore").read_text().split()
    assert {"**/.env", "var", ".git"} <= set(ignored)
    assert re.findall(r"(?i)(SECRET_KEY|PASSWORD|TOKEN)\s*=", DOCKERFILE) == []
    assert [value for key, value in SERVICES["web"]["environment"].items() if "KEY" in key and "${" not in value] == []


@pytest.mark.parametrize("name", sorted(set(SERVICES) - ONE_SHOT))
def test_every_service_that_stays_is_asked_for_its_health(name: str) -> None:
    service = SERVICES[name]
    assert service["healthcheck"].get("test")
    assert service["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", sorted(OURS - ONE_SHOT))
def test_nothing_of_ours_starts_before_the_migrations_have_succeeded(name: str) -> None:
    assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["command"][-2:] == ["migrate", "--noinput"]


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_service_of_ours_can_write_to_its_data_alone(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


def test_only_the_pages_are_reached_from_outside_and_by_the_host_alone() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:8000:8000"]
    }


def test_every_setting_of_the_services_is_read() -> None:
    read = (BASE / "config" / "settings.py").read_text()
    assert [name for name in SERVICES["web"]["environment"] if f'"{name}"' not in read] == []


@pytest.mark.parametrize("name", sorted(OURS))
def test_whatever_else_is_set_reaches_each_service_of_ours_by_the_same_file(name: str) -> None:
    assert SERVICES[name]["env_file"] == [{"path": ".env", "required": False}]


def test_a_worker_may_end_its_turn_before_it_is_killed() -> None:
    budget = int(re.findall(r"BUDGET = timedelta\(seconds=(\d+)\)", (BASE / "disputes" / "tasks.py").read_text())[0])
    assert int(SERVICES["worker"]["stop_grace_period"].removesuffix("s")) > budget


def test_the_pages_server_takes_its_configuration() -> None:
    command = [sys.executable, "-m", "gunicorn", "--config", "docker/gunicorn.py", "--check-config", "config.wsgi"]
    ended = subprocess.run(command, cwd=BASE, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_probe_fails_when_nothing_runs(name: str, tmp_path: Path) -> None:
    command = [sys.executable, "docker/probe.py", name]
    ended = subprocess.run(command, cwd=BASE, env={"PATH": str(tmp_path)}, capture_output=True, check=False)
    assert ended.returncode == 1


def test_the_newest_python_of_the_image_is_one_that_the_project_names() -> None:
    project = tomllib.loads((BASE / "pyproject.toml").read_text())["project"]
    version = re.search(r"python:(\d+\.\d+)", DOCKERFILE)
    assert version is not None
    assert tuple(map(int, version[1].split("."))) >= tuple(map(int, project["requires-python"].lstrip(">=").split(".")))
