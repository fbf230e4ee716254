"""The words of a bundle, in its language and, beside them, in the seller's."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PHRASES = Path(__file__).parent / "phrases"


@cache
def load_phrases(language: str) -> Mapping[str, Mapping[str, str]]:
    """A language's words, table by table."""
    tables: Mapping[str, Mapping[str, str]] = tomllib.loads((PHRASES / f"{language}.toml").read_text(encoding="utf-8"))
    return tables


def phrase_languages() -> list[str]:
    """The languages that a bundle can speak."""
    return sorted(path.stem for path in PHRASES.glob("*.toml"))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something said in the bundle's language, and in the second one where it has one."""

    text: str
    language: str
    beside: str = ""
    beside_language: str = ""


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The words for one bundle; `languages` as the recipient has them, the bundle's own first."""

    languages: tuple[str, ...]

    def keys(self, table: str) -> list[str]:
        """Every key of a table."""
        return list(load_phrases(self.languages[0])[table])

    def say(self, table: str, key: str, **values: object) -> Phrase:
        """The phrase for a key; a key that no table knows is shown as it is, with spaces for underscores."""
        language, *others = self.languages
        known = load_phrases(language).get(table, {}).get(key)
        if known is None:
            return Phrase(key.replace("_", " "), language)
        for other in others:
            beside = load_phrases(other).get(table, {}).get(key, known)
            if beside != known:
                return Phrase(known.format(**values), language, beside.format(**values), other)
        return Phrase(known.format(**values), language)
