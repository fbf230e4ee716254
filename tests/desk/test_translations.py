"""The desk in simplified Chinese and Brazilian Portuguese: every text translated, none left in English on a page."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from django.conf import settings
from django.test import Client, override_settings
from django.utils.dates import MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import override

from desk.management.commands.collect_texts import (
    LOCALES,
    catalog_path,
    collect_texts,
    extract_texts,
    find_sources,
    is_translated,
    name_functions,
    read_catalog,
)
from orders.models import Order, Store, User
from tests.desk.conftest import open_item
from tests.desk.disputing import disputed, order_underway

BASE = Path(settings.BASE_DIR)
LANGUAGES = {"zh-hans": "zh_Hans", "pt-br": "pt_BR"}
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


def words_of(message: Message) -> list[str]:
    words = message.string or ""
    return [words] if isinstance(words, str) else list(words)


def source_of(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.fixture(scope="module")
def source() -> Catalog:
    """Every text of the templates and the code."""
    return collect_texts()


@pytest.fixture(scope="module", params=LOCALES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    """The translations into one language."""
    return read_catalog(request.param)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The translations as they are written now, whether or not `make` has compiled them."""
    folder = tmp_path_factory.mktemp("locale")
    for locale in LOCALES:
        path = folder / locale / "LC_MESSAGES" / "django.mo"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_mo(file, read_catalog(locale))
    with override_settings(LOCALE_PATHS=[folder]):
        yield


# --- the catalogs ---------------------------------------------------------------------------------------------------


def test_every_text_is_translated(catalog: Catalog, source: Catalog) -> None:
    missing = [
        message.id
        for message in source
        if message.id
        and not ((ours := catalog.get(message.id, message.context)) and is_translated(ours) and not ours.fuzzy)
    ]
    assert not missing, "run: manage.py collect_texts, then translate locale/*/LC_MESSAGES/django.po"


def test_nothing_is_translated_that_no_page_shows(catalog: Catalog, source: Catalog) -> None:
    shown = {(message.id, message.context) for message in source}
    assert not [message.id for message in catalog if (message.id, message.context) not in shown]
    assert not catalog.obsolete


def keeps_placeholders(message: Message) -> bool:
    """Whether each form says what its source does: one of one thing may leave the number out, as its source may."""
    wanted = [sorted(PLACEHOLDER.findall(text)) for text in source_of(message)]
    forms = [sorted(PLACEHOLDER.findall(words)) for words in words_of(message)]
    return all(form in (wanted[:1] if len(forms) > 1 > place else wanted[-1:]) for place, form in enumerate(forms))


def test_a_translation_keeps_the_placeholders(catalog: Catalog) -> None:
    assert not [message.id for message in catalog if message.id and not keeps_placeholders(message)]


def test_a_translation_has_the_plural_forms_of_its_language(catalog: Catalog) -> None:
    forms = {"zh_Hans": 1, "pt_BR": 2}[catalog_path(str(catalog.locale_identifier)).parts[-3]]
    assert catalog.num_plurals == forms
    assert not [m.id for m in catalog if m.pluralizable and m.id and len(words_of(m)) != forms]


def test_a_translation_begins_and_ends_as_its_source(catalog: Catalog) -> None:
    ends = str.maketrans("。：？！", ".:?!")
    uneven = [
        message.id
        for message in catalog
        if message.id and is_translated(message) and (text := source_of(message)[0])
        for words in words_of(message)
        if (text[-1] in ".:?!") != (words.translate(ends)[-1] in ".:?!") or words != words.strip()
    ]
    assert not uneven


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_translated_twice(locale: str) -> None:
    polib.pofile(str(catalog_path(locale)), check_for_duplicates=True)


def test_no_text_stands_in_the_place_of_a_months_or_a_weekdays_name(source: Catalog) -> None:
    with override("en"):
        names = {str(name) for table in (MONTHS, MONTHS_3, WEEKDAYS, WEEKDAYS_ABBR) for name in table.values()}
    taken = [message.id for message in source if not message.context and message.id in names]
    assert not taken, "give it a context: Django would date with its translation, as in '1 may 2026'"


# --- the glossary ---------------------------------------------------------------------------------------------------


def glossary() -> list[list[str]]:
    """Its first table: the English term, the Chinese one, the Portuguese one; other forms stand behind a slash."""
    text = (BASE / "docs" / "glossary.md").read_text(encoding="utf-8").partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row[:3]] for row in rows[2:]]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_term_is_translated_as_the_glossary_says(locale: str) -> None:
    messages = [message for message in read_catalog(locale) if message.id]
    strayed = {
        (row[0], message.id)
        for row in glossary()
        for message in messages
        if re.search(rf"\b{re.escape(row[0])}s?\b", source_of(message)[0], re.IGNORECASE)
        and not any(form in words_of(message)[0].lower() for form in row[1 + LOCALES.index(locale)].split(" / "))
    }
    assert not strayed


# --- the collector --------------------------------------------------------------------------------------------------


def test_a_function_is_known_by_the_name_that_it_is_imported_under() -> None:
    assert name_functions("from django.utils.translation import gettext as _now, get_language") == {"_now": None}


def test_a_templates_texts_are_collected_wherever_they_stand(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        '{% load i18n %}\n    <p title="{% translate "One" %}">it\'s</p>\n'
        '{% translate "Two" context "here" %}{% trans "Three" as three %}{{ _("Four") }}\n'
        "  {% blocktranslate count n=many %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
        encoding="utf-8",
    )
    assert set(extract_texts(page)) == {
        ("One", None),
        ("Two", "here"),
        ("Three", None),
        ("Four", None),
        (("%(n)s day", "%(n)s days"), None),
    }


def test_no_text_is_cut_short_by_a_quote(source: Catalog) -> None:
    cut = [message.id for message in source if message.id and source_of(message)[0].endswith("\\")]
    assert not cut, r"a template cannot collect '\'': put the text into double quotes"


def hides_texts(code: str) -> bool:
    """Whether a text to translate stands within an f-string, where the collector does not look."""
    names = set(name_functions(code))
    calls = {call for text in ast.walk(ast.parse(code)) if isinstance(text, ast.JoinedStr) for call in ast.walk(text)}
    return any(isinstance(call, ast.Call) and getattr(call.func, "id", "") in names for call in calls)


def test_no_text_hides_in_an_f_string() -> None:
    code = [path for path in find_sources() if path.suffix == ".py"]
    assert not [str(path) for path in code if hides_texts(path.read_text(encoding="utf-8"))]


# --- the pages ------------------------------------------------------------------------------------------------------


class Reading(HTMLParser):
    """What a page says: its title, its headings, and every piece of text between two tags."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.language = ""
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        if tag == "html":
            self.language = dict(attrs).get("lang") or ""
        self.texts += [
            (name, value) for name, value in attrs if value and name in ("title", "aria-label", "placeholder")
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1] if self.open else "", " ".join(data.split())))

    def heading(self, tag: str) -> str:
        return next(text for kind, text in self.texts if kind == tag)


def read(client: Client, url: str, language: str) -> Reading:
    User.objects.update(language=language)
    return Reading(client.get(url).content.decode())


PAGES = {
    "/": "Today",
    "/orders/": "Orders",
    "/messages/": "Messages",
    "/import/": "Import",
    "/texts/": "Texts",
    "/rules/": "Rules",
    "/disputes/": "Disputes",
    "/preferences/": "Preferences",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("url", "name"), PAGES.items())
def test_a_pages_title_and_heading_speak_the_readers_language(
    alice: Client, underway: Order, compiled: None, url: str, name: str, language: str
) -> None:
    page = read(alice, url, language)
    expected = read_catalog(LANGUAGES[language])[name].string
    assert page.language == language
    assert page.heading("title").startswith(str(expected))
    assert page.heading("h1") == expected


SHOWN = [
    *("/", "/orders/", "/messages/", "/import/", "/texts/", "/disputes/", "/preferences/"),
    *("/orders/{order}/", "/disputes/{dispute}/", "/rules/"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("url", SHOWN)
def test_no_english_is_left_on_a_page(alice: Client, store: Store, compiled: None, url: str, language: str) -> None:
    dispute = disputed(order_underway(store))
    open_item(dispute.order, "contact_buyer")
    page = read(alice, url.format(order=dispute.order_id, dispute=dispute.pk), language)
    catalog = read_catalog(LANGUAGES[language])
    english = {text for m in catalog if m.id and m.id not in words_of(m) for text in source_of(m)}
    spoken = {words for m in catalog for words in words_of(m)} | {name for _code, name in settings.LANGUAGES}
    assert not [text for tag, text in page.texts if tag not in ("code", "kbd") and text in english - spoken]


def test_an_error_page_speaks_the_readers_language(alice: Client, compiled: None) -> None:
    assert read(alice, "/orders/999999/", "pt-br").heading("h1") == "Não encontrado"


@pytest.mark.django_db
def test_every_language_calls_itself_by_its_own_name(client: Client, compiled: None) -> None:
    page = Reading(client.get("/accounts/login/", headers={"Accept-Language": "zh-CN"}).content.decode())
    names = [text for tag, text in page.texts if tag == "button"][-3:]
    assert page.language == "zh-hans"
    assert names == ["简体中文", "Português Brasileiro", "English"]


def test_numbers_and_dates_follow_the_readers_language(alice: Client, underway: Order, compiled: None) -> None:
    page = read(alice, f"/orders/{underway.pk}/", "pt-br")
    assert "US$ 24,00" in [text for _tag, text in page.texts]
    assert any("de mar." in text for tag, text in page.texts if tag == "time")


# --- texts that nobody marked ---------------------------------------------------------------------------------------

NAMES = re.compile(r"\b(Prazo|WhatsApp|Message-ID|SHA-256)\b")
# Shown when nothing else works any more: it may not ask for a language.
# What speaks of an API to those who program, and a template that stands within a tag.
ENGLISH = {"reference.html", "swap.html"}
PLAIN_PAGES = {"500.html"}
TRANSLATED = re.compile(r"{%-?\s*(blocktranslate|blocktrans)\b.*?{%-?\s*end\1\s*%}", re.DOTALL)
UNSPOKEN = re.compile(
    r"""
    {%\ block\ body_class\ %}.*?{%\ endblock\ %} | {%.*?%} | {{.*?}} | {\#.*?\#} | <!--.*?-->
    | <(script|style|code|kbd|pre)\b.*?</\1> | <table\ class="sample">.*?</table>  # what stands in a file
    """,
    re.DOTALL | re.VERBOSE,
)
SPOKEN_ATTRIBUTE = re.compile(r'\b(?:title|alt|placeholder|aria-label|data-copied)="([^"]*)"')
TAG = re.compile(r"<[^>]*>")
WORD = re.compile(r"[A-Za-z]{2,}")


def bare_words(template: str) -> list[str]:
    """Words of a template that a reader sees and no translator."""
    rest = UNSPOKEN.sub(" ", TRANSLATED.sub(" ", template))
    spoken = [*SPOKEN_ATTRIBUTE.findall(rest), TAG.sub(" ", rest)]
    return [word for text in spoken for word in WORD.findall(NAMES.sub(" ", text))]


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ('<p class="why">{{ order }} · Prazo</p>', []),
        ('<p title="{% translate "Late" %}">{% blocktranslate %}All of it{% endblocktranslate %}</p>', []),
        ("<p>Late {{ order }}</p>", ["Late"]),
        ('<p title="Late">{% if late %}since{% endif %}</p>', ["Late", "since"]),
    ],
)
def test_a_bare_word_of_a_template_is_found(template: str, words: list[str]) -> None:
    assert bare_words(template) == words


def test_no_template_says_a_word_past_the_translators() -> None:
    found = {
        str(path.relative_to(BASE)): words
        for path in sorted((BASE / "templates").rglob("*.html"))
        if path.name not in {*PLAIN_PAGES, *ENGLISH} and (words := bare_words(path.read_text(encoding="utf-8")))
    }
    assert not found


SPOKEN_KEYWORDS = {"label", "help_text", "empty_label", "placeholder", "verbose_name", "verbose_name_plural"}
SPOKEN_CALLS = {"messages.success", "messages.error", "messages.warning", "messages.info", "ValidationError"}


def bare_texts(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and words of what code says on a page without asking for a translation."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        spoken = [keyword.value for keyword in call.keywords if keyword.arg in SPOKEN_KEYWORDS]
        for value in [*spoken, *(call.args if ast.unparse(call.func) in SPOKEN_CALLS else [])]:
            if isinstance(value, ast.JoinedStr) or (isinstance(value, ast.Constant) and isinstance(value.value, str)):
                words = ast.unparse(value)
                if " " in words or words.strip("'\"f").istitle():
                    yield value.lineno, words


def test_no_page_of_code_says_a_word_past_the_translators() -> None:
    found = [
        f"{path.relative_to(BASE)}:{line}: {words}"
        for path in sorted((BASE / "desk").rglob("*.py"))
        if "management" not in path.parts
        for line, words in bare_texts(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found
