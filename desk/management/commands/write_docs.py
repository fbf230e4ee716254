"""`manage.py write_docs`: brings the written parts of the documentation up to date with the code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from desk.api.pages import write_document
from desk.documenting import fill_page


class Command(BaseCommand):
    """Draws the machines and lists the rules and their values, where a page in docs/ marks the place."""

    help = "Write the parts of docs/ that follow from the code."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rewrite the pages that are not current, and the API's document, and name them."""
        docs = settings.BASE_DIR / "docs"
        for path in sorted(docs.rglob("*.md")):
            self._keep(path, fill_page(path.read_text(encoding="utf-8")))
        self._keep(docs / "api" / "openapi.json", write_document())

    def _keep(self, path: Path, current: str) -> None:
        if not path.exists() or path.read_text(encoding="utf-8") != current:
            path.parent.mkdir(exist_ok=True)
            path.write_text(current, encoding="utf-8")
            self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}")
