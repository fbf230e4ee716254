"""Uploads on disk: each file is there whole or not at all, also when the disk is full or the process is killed."""

import os
import secrets
from contextlib import suppress
from errno import EDQUOT, EFBIG, ENOSPC
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage

NO_ROOM = {ENOSPC, EDQUOT, EFBIG}


def is_full(error: OSError) -> bool:
    """Whether there was no room for a file, rather than something wrong with it."""
    return error.errno in NO_ROOM


class WholeFiles(FileSystemStorage):
    """Django's storage; a file gets its name when its last byte is written."""

    def _save(self, name: str, content: Any) -> str:
        partial = Path(self.path(name)).with_name(f".{secrets.token_hex(8)}.part")
        try:
            super()._save(os.path.relpath(partial, self.location), content)  # type: ignore[misc]  # not in the stubs
            while True:
                try:
                    os.link(partial, self.path(name))
                except FileExistsError:  # another upload of this name was faster
                    name = self.get_available_name(name)
                else:
                    return name.replace("\\", "/")
        finally:
            with suppress(FileNotFoundError):
                partial.unlink()

    def replace(self, name: str, content: bytes) -> None:
        """Keep these bytes under this very name, in the place of what is there; an OSError leaves all as it was."""
        path = Path(self.path(name))
        partial = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            try:
                partial.write_bytes(content)
            except FileNotFoundError:  # the first one in its folder
                path.parent.mkdir(parents=True, exist_ok=True)
                partial.write_bytes(content)
            if self.file_permissions_mode is not None:
                partial.chmod(self.file_permissions_mode)
            partial.replace(path)
        except OSError:
            partial.unlink(missing_ok=True)
            raise
