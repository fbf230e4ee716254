"""`manage.py collect_texts`: brings the translations in locale/ up to date with the source, without gettext."""

import ast
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import templatize

PACKAGES = ["config", "orders", "messaging", "disputes", "evidence", "desk"]
LOCALES = ["zh_Hans", "pt_BR"]
PLAIN, PLURAL = None, (1, 2)
CONTEXT, PLURAL_IN_CONTEXT = ((1, "c"), 2), ((1, "c"), 2, 3)
FUNCTIONS: dict[str, Any] = {
    "gettext": PLAIN,
    "gettext_lazy": PLAIN,
    "gettext_noop": PLAIN,
    "ngettext": PLURAL,
    "ngettext_lazy": PLURAL,
    "pgettext": CONTEXT,
    "pgettext_lazy": CONTEXT,
    "npgettext": PLURAL_IN_CONTEXT,
    "npgettext_lazy": PLURAL_IN_CONTEXT,
}


def find_sources() -> list[Path]:
    """The files that hold texts for the team's pages: templates and code, without migrations."""
    code = [path for package in PACKAGES for path in (settings.BASE_DIR / package).rglob("*.py")]
    templates = [path for path in (settings.BASE_DIR / "templates").rglob("*.*") if path.is_file()]
    return sorted(path for path in code + templates if "migrations" not in path.parts)


def name_functions(code: str) -> dict[str, Any]:
    """What a module calls gettext's functions: xgettext would miss an import under another name."""
    return {
        name.asname or name.name: FUNCTIONS[name.name]
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for name in node.names
        if name.name in FUNCTIONS
    }


def extract_texts(path: Path) -> Iterator[tuple[Any, str | None]]:
    """Every text of one file, a plural one as a pair, with its context."""
    text = path.read_text(encoding="utf-8")
    keywords = name_functions(text) if path.suffix == ".py" else FUNCTIONS | {"_": PLAIN}
    if path.suffix != ".py":  # as code, but a template's indentation means nothing
        text = "\n".join(line.strip() for line in templatize(text, origin=str(path)).splitlines())
    for _line, message, _comments, context in extract("python", BytesIO(text.encode()), keywords=keywords):
        yield message, context


def collect_texts() -> Catalog:
    """All texts of the source, untranslated."""
    catalog = Catalog(charset="utf-8")
    for path in find_sources():
        for message, context in extract_texts(path):
            catalog.add(message, context=context)
    return catalog


def catalog_path(locale: str) -> Path:
    """Where the translations into this language lie."""
    return Path(settings.BASE_DIR) / "locale" / locale / "LC_MESSAGES" / "django.po"


def read_catalog(locale: str) -> Catalog:
    """The translations into this language."""
    return read_po(BytesIO(catalog_path(locale).read_bytes()), locale=locale)


def write_catalog(locale: str, catalog: Catalog) -> None:
    """Write them down, in an order that does not depend on where a text stands."""
    buffer = BytesIO()
    write_po(buffer, catalog, width=120, no_location=True, sort_output=True, ignore_obsolete=True)
    catalog_path(locale).write_bytes(buffer.getvalue())


def is_translated(message: Message) -> bool:
    """Whether the text has its words in the catalog's language, a plural one all of them."""
    words = message.string or ""
    return bool(words) and all([words] if isinstance(words, str) else words)


class Command(BaseCommand):
    """New texts come in empty, texts that nothing shows any more go, translations stay."""

    help = "Bring locale/*/LC_MESSAGES/django.po up to date with the source, and list what waits for a translation."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rewrite the files, and print each text that is not translated yet."""
        texts = collect_texts()
        for locale in LOCALES:
            catalog = read_catalog(locale)
            texts.creation_date = catalog.creation_date  # else each call would change the file
            catalog.update(texts, no_fuzzy_matching=True)
            write_catalog(locale, catalog)
            for message in catalog:
                if message.id and not is_translated(message):
                    self.stdout.write(f"{locale}: {message.id}")
