"""What a buyer's own words tell before a person has read them: that he asks where his parcel is, and how he feels.

Plain phrases of each language, kept in `heard_words/`; what was found is said, so that a person can judge it. Nobody is
answered by it: it registers a chase, and suggests a mood.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from messaging.mail_reading import split_quote
from messaging.vocabulary import Language
from messaging.wording import Phrases
from orders.moods import Mood

HEARD = Path(__file__).parent / "heard_words"
MOODS = (Mood.FURIOUS, Mood.UPSET)  # the stronger word counts


@dataclass(frozen=True, slots=True)
class Heard:
    """The words that ask where the parcel is, and those that tell a mood; empty where there are none."""

    where: str = ""
    mood: Mood = Mood.CALM
    mood_words: str = ""


@cache
def _phrases() -> list[dict[str, Phrases]]:
    """Every language's phrases: buyers write in another one than their country's."""
    files = [tomllib.loads((HEARD / f"{language}.toml").read_text("utf-8")) for language in Language]
    return [{name: Phrases(found) for name, found in file.items()} for file in files]


def hear(text: str) -> Heard:
    """What the words tell; what the buyer quotes of us does not count."""
    said = split_quote(text)[0]
    mood, words = next(((mood, words) for mood in MOODS if (words := _find(mood, said))), (Mood.CALM, ""))
    return Heard(_find("where", said), mood, words)


def _find(name: str, text: str) -> str:
    return next((words for phrases in _phrases() if (words := phrases[name].find(text))), "")
