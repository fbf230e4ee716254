"""A second host: a network of its own on this machine, joined by one cable that can be pulled (Linux, root)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

NEEDED = "the test of two hosts needs Linux, root and iproute2 (make system), and a machine that permits namespaces"


@dataclass(frozen=True)
class SecondHost:
    """Its network's name, and the addresses of both ends of the cable."""

    name: str
    here: str
    there: str

    @property
    def inside(self) -> list[str]:
        """What runs a command on it."""
        return ["ip", "netns", "exec", self.name]

    def cut(self) -> None:
        """Pull the cable: what is sent is lost, and nobody is told."""
        _ip("link", "set", f"{self.name}-a", "down")

    def join(self) -> None:
        """Plug the cable in again."""
        _ip("link", "set", f"{self.name}-a", "up")


@contextmanager
def second_host() -> Iterator[SecondHost]:
    """A host that reaches this one at `here`, and nothing else."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip(NEEDED)
    number = os.getpid() % 16_000  # two test processes have two cables
    net = f"10.231.{number // 64}.{number % 64 * 4}"
    stem, last = net.rsplit(".", 1)
    host = SecondHost(f"prazo{number}", f"{stem}.{int(last) + 1}", f"{stem}.{int(last) + 2}")
    try:
        _lay_cable(host)
    except subprocess.CalledProcessError as error:
        _remove(host)
        pytest.skip(f"{NEEDED}: {error.stderr.strip()}")
    try:
        yield host
    finally:
        _remove(host)


def _lay_cable(host: SecondHost) -> None:
    near, far = f"{host.name}-a", f"{host.name}-b"
    _ip("netns", "add", host.name)
    _ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", host.name)
    _ip("address", "add", f"{host.here}/30", "dev", near)
    _ip("link", "set", near, "up")
    _ip("-n", host.name, "address", "add", f"{host.there}/30", "dev", far)
    for device in (far, "lo"):
        _ip("-n", host.name, "link", "set", device, "up")


def _remove(host: SecondHost) -> None:
    for words in (["link", "delete", f"{host.name}-a"], ["netns", "delete", host.name]):
        subprocess.run(["ip", *words], capture_output=True, check=False)


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, text=True, check=True)
