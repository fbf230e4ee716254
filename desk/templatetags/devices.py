"""Browsers and systems by the names that people know them under."""

import re

from django import template

register = template.Library()

# The first that matches: browsers also name those that they are like.
BROWSERS = [
    ("Edge", r"\bEdg(e|A|iOS)?/"), ("Opera", r"\bOPR/"), ("Firefox", r"\b(Firefox|FxiOS)/"),
    ("WeChat", r"\bMicroMessenger/"), ("QQ", r"\bQQBrowser/"), ("Chrome", r"\b(Chrome|CriOS)/"),
    ("Safari", r"\bSafari/"),
]  # fmt: skip
SYSTEMS = [
    ("Android", r"\bAndroid\b"), ("iPhone", r"\biPhone\b"), ("iPad", r"\biPad\b"), ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMac OS X\b"), ("Linux", r"\bLinux\b"),
]  # fmt: skip


@register.filter
def device(user_agent: str) -> str:
    """Browser and system, such as "Firefox · Windows"; the beginning of what it calls itself where unknown."""
    found = [
        next((name for name, pattern in table if re.search(pattern, user_agent)), "") for table in (BROWSERS, SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or user_agent[:40]
