"""Turns the HTML of a mail into plain text: words and line breaks, nothing that acts.

Python's own parser takes time that grows with the square of a hostile page; this one looks at each letter once.
"""

import re
from collections.abc import Iterator
from html import unescape

LONGEST = 500_000  # characters that are looked at
LONGEST_TAG = 4_000
BREAKING = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "form", "h1", "h2", "h3", "h4", "h5"}
    | {"h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul"}
)
SPACING = frozenset({"td", "th"})
SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})

_NAME = re.compile(r"/?([A-Za-z][A-Za-z0-9]{0,20})")
_SPACES = re.compile(r"[ \t\r\f\v\u00a0]+")
_LINES = re.compile(r" ?\n[ \n]*")


def html_to_text(html: str) -> str:
    """The words of a page, a line for each of its blocks; no address, script or picture is followed."""
    said = "".join(_pieces(html[:LONGEST]))
    return _LINES.sub("\n", _SPACES.sub(" ", said)).strip()


def _pieces(html: str) -> Iterator[str]:
    lower, at = html.lower(), 0
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            break
        yield _words(html[at:start])
        if html.startswith("<!--", start):
            closing = html.find("-->", start + 4)
            at = closing + len("-->") if closing >= 0 else len(html)
            continue
        end, name = _tag(html, start)
        if name is None:
            yield "<"
            at = start + 1
            continue
        at = end
        if name in BREAKING:
            yield "\n"
        elif name in SPACING:
            yield " "
        elif name in SILENT and not html.startswith("</", start):
            closing = lower.find(f"</{name}", end)
            at = closing if closing >= 0 else len(html)
    yield _words(html[at:])


def _tag(html: str, start: int) -> tuple[int, str | None]:
    """Where the tag ends that begins here, and its name: empty for a declaration, None where it is no tag."""
    found = _NAME.match(html, start + 1)
    if found is None and html[start + 1 : start + 2] not in {"!", "?"}:
        return start, None
    end = html.find(">", start, start + LONGEST_TAG)
    return (end + 1 if end >= 0 else min(start + LONGEST_TAG, len(html))), found[1].lower() if found else ""


def _words(text: str) -> str:
    return unescape(text.replace("\n", " "))
