"""A bundle proves itself: whatever is changed in an embedded exhibit, the file alone tells."""

import dataclasses
import random
import shutil
from pathlib import Path

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from evidence.bundling.layout import EXHIBIT
from evidence.bundling.making import Made, make_bundle
from evidence.bundling.verifying import NotABundle, verify
from evidence.recipients import Limits, find_recipient
from tests.evidence import files
from tests.evidence.cases import case_of
from tests.evidence.readers.points import problems
from tests.evidence.readers.reading import Reading

SHOWN = ["A-1", "A-2", "A-3", "A-4", "A-5", "A-6", "A-7"]


def flipped(data: bytes, position: int, bit: int) -> bytes:
    """The bytes with one bit changed."""
    return data[:position] + bytes([data[position] ^ (1 << bit)]) + data[position + 1 :]


def streams_of(path: Path, number: int) -> list[bytes]:
    """The raw streams of what a page (from 1) draws as its exhibit, in the file as they stand there."""
    with pikepdf.open(path) as pdf:
        drawn = pdf.pages[number - 1].obj.Resources.XObject[EXHIBIT]
        return [bytes(drawn.read_raw_bytes())]


def test_a_fresh_bundle_holds(every_bundle: Made) -> None:
    found = verify(every_bundle.path)
    assert found.problems == ()
    assert [check.mark for check in found.checks if check.found] == SHOWN
    assert all(check.holds for check in found.checks)


@pytest.mark.parametrize("mark", SHOWN)
def test_a_flipped_bit_is_found_wherever_it_is_in_an_exhibit(mark: str, every_bundle: Made, tmp_path: Path) -> None:
    data = every_bundle.path.read_bytes()
    last = next(exhibit["last_page"] for exhibit in every_bundle.exhibits if exhibit["mark"] == mark)
    chance = random.Random(mark)
    for stream in streams_of(every_bundle.path, last):
        start = data.index(stream)
        for position in {0, len(stream) - 1, *(chance.randrange(len(stream)) for _turn in range(5))}:
            changed = tmp_path / "changed.pdf"
            changed.write_bytes(flipped(data, start + position, chance.randrange(8)))
            assert not next(check for check in verify(changed).checks if check.mark == mark).holds


@pytest.mark.slow
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_flipped_bit_is_found_anywhere_in_the_file(
    share: float, bit: int, every_bundle: Made, tmp_path: Path
) -> None:
    data = every_bundle.path.read_bytes()
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(flipped(data, int(share * len(data)), bit))
    try:
        assert verify(changed).problems
    except NotABundle:
        assert b"prazo-manifest.json" not in changed.read_bytes()


def change(path: Path, target: Path, what: object) -> Path:
    """The bundle, changed and saved by somebody who knows PDF."""
    with pikepdf.open(path) as pdf:
        what(pdf)  # type: ignore[operator]
        pdf.save(target)
    return target


def test_an_exchanged_exhibit_is_found(every_bundle: Made, tmp_path: Path) -> None:
    def exchange(pdf: pikepdf.Pdf) -> None:
        first, second = (pdf.pages[exhibit["first_page"] - 1].obj.Resources for exhibit in every_bundle.exhibits[:2])
        first.XObject[EXHIBIT] = second.XObject[EXHIBIT]

    found = verify(change(every_bundle.path, tmp_path / "changed.pdf", exchange))
    assert [check.mark for check in found.checks if not check.holds] == ["A-1"]


def test_a_page_taken_out_is_found(every_bundle: Made, tmp_path: Path) -> None:
    def take_out(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[every_bundle.exhibits[5]["first_page"]]

    assert verify(change(every_bundle.path, tmp_path / "changed.pdf", take_out)).problems


def test_an_exhibit_that_is_drawn_elsewhere_on_its_page_is_found(every_bundle: Made, tmp_path: Path) -> None:
    def move(pdf: pikepdf.Pdf) -> None:
        pdf.pages[every_bundle.exhibits[1]["first_page"] - 1].obj.Contents[-2].write(b"q Q\n")

    found = verify(change(every_bundle.path, tmp_path / "changed.pdf", move))
    assert [check.mark for check in found.checks if not check.holds] == ["A-2"]


def test_a_file_that_was_only_saved_anew_is_told_apart(every_bundle: Made, tmp_path: Path) -> None:
    found = verify(change(every_bundle.path, tmp_path / "changed.pdf", lambda _pdf: None))
    assert all(check.holds for check in found.checks)
    assert len(found.problems) == 1


def test_bytes_at_the_end_are_found(every_bundle: Made, tmp_path: Path) -> None:
    changed = tmp_path / "changed.pdf"
    shutil.copy(every_bundle.path, changed)
    with changed.open("ab") as file:
        file.write(b"\n% more\n")
    assert verify(changed).problems


def test_half_a_bundle_is_a_broken_bundle(every_bundle: Made, tmp_path: Path) -> None:
    changed = tmp_path / "changed.pdf"
    changed.write_bytes(every_bundle.path.read_bytes()[:-3000])
    assert verify(changed).problems


@pytest.mark.parametrize("content", [b"", b"hello", files.paper(), files.encrypted()])
def test_another_file_is_no_bundle(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "other.pdf"
    path.write_bytes(content)
    with pytest.raises(NotABundle, match="export_bundle"):
        verify(path)


@pytest.mark.slow
def test_every_part_of_a_divided_bundle_verifies_alone_and_says_which_it_is(tmp_path: Path) -> None:
    noise = Image.effect_noise((1200, 900), 80).convert("RGB")
    photos = {f"{turn}.jpg": files.encoded(noise.rotate(turn), "JPEG", quality=95) for turn in (0, 180)}
    limits = Limits(file_bytes=1_700_000, files=9)
    profile = dataclasses.replace(find_recipient("paypal"), limits=limits, ladder=())
    (tmp_path / "out").mkdir()
    made = make_bundle(case_of(tmp_path, photos), profile, tmp_path / "out", lambda _percent: None)
    found = [verify(file.path) for file in made.files]
    assert [one.problems for one in found] == [(), ()]
    assert [(one.part, one.parts) for one in found] == [(1, 2), (2, 2)]
    assert [[check.mark for check in one.checks] for one in found] == [["A-1"], ["A-2"]]
    assert [list(problems(Reading(file.path))) for file in made.files] == [[], []]
