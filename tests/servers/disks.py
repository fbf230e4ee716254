"""A disk that can be full: a small one of its own for root; else this process may write no file of any length."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

CHUNK = b"\0" * 4096
TINY = 16  # bytes: what may still be written without a disk of its own


@dataclass
class Disk:
    """An empty folder on a disk of two megabytes, or, where nothing may be mounted, on one without a size."""

    folder: Path
    is_mounted: bool

    def fill(self) -> None:
        """Leave no room."""
        if not self.is_mounted:
            resource.setrlimit(resource.RLIMIT_FSIZE, (TINY, resource.RLIM_INFINITY))
            return
        with (self.folder / ".ballast").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(CHUNK)
            except OSError:
                return

    def free(self) -> None:
        """Make room again."""
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        (self.folder / ".ballast").unlink(missing_ok=True)

    def files(self) -> list[Path]:
        """What lies on it."""
        return sorted(path for path in self.folder.rglob("*") if path.is_file() and path.name != ".ballast")


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk]:
    """A disk at a new folder, gone at the end."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "prazo-test", folder]
    is_root = os.geteuid() == 0
    disk = Disk(folder, is_root and subprocess.run(command, capture_output=True, check=False).returncode == 0)
    try:
        yield disk
    finally:
        disk.free()
        if disk.is_mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)
