"""System checks: what a bundle needs of the machine is said at the start, not at the deadline."""

import ctypes
from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Warning, register  # noqa: A004  Django's word

from evidence.bundling.engine import APT_LINE, PANGO
from evidence.bundling.signing_keys import UnusableKey, load_signer, signing_key
from evidence.fonts import PACKAGES, font_folders

SUBSET = ("libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib", "libharfbuzz-subset-0.dll")


@register
def check_bundle_needs(**_kwargs: Any) -> Sequence[CheckMessage]:
    """Fonts are missing (evidence.W001), Pango (W002), its subsetter, so that text is 15 times slower (W003).

    W004: the key that bundles are to be signed with cannot be used.
    """
    return list(_problems())


def _problems() -> Iterator[CheckMessage]:
    if len(font_folders()) < len(PACKAGES):
        hint = "Run `make setup`: the fonts come with the locked packages."
        yield Warning("Evidence bundles lack their fonts.", hint=hint, id="evidence.W001")
    if not _can_load(PANGO):
        hint = f"On Debian: {APT_LINE}"
        yield Warning("Pango is not on this machine: no evidence bundle can be made.", hint=hint, id="evidence.W002")
    elif not _can_load(SUBSET):
        hint = f"On Debian: {APT_LINE}"
        yield Warning("HarfBuzz's subsetter is missing: bundles take very long.", hint=hint, id="evidence.W003")
    try:
        if (key := signing_key()) is not None:
            load_signer(key)
    except UnusableKey as error:
        hint = "Until then bundles stay unsigned, and say so."
        yield Warning(f"Evidence bundles cannot be signed: {error}.", hint=hint, id="evidence.W004")


def _can_load(names: Sequence[str]) -> bool:
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return False
