"""`manage.py write_docs`: brings the written parts of the documentation up to date with the code."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from desk.documenting import fill_page


class Command(BaseCommand):
    """Draws the machines and lists the rules and their values, where a page in docs/ marks the place."""

    help = "Write the parts of docs/ that follow from the code."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rewrite the pages that are not current, and name them."""
        for path in sorted((settings.BASE_DIR / "docs").rglob("*.md")):
            text = path.read_text(encoding="utf-8")
            current = fill_page(text)
            if current != text:
                path.write_text(current, encoding="utf-8")
                self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}")
