"""What is kept between bundles: it changes no byte, may vanish at any time, and is remade when it is damaged."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from evidence.bundling.caching import Cache, key_of
from evidence.bundling.cases import CaseFile
from evidence.bundling.making import make_bundle
from evidence.bundling.reusing import inputs_of
from evidence.recipients import find_recipient
from tests.evidence import files
from tests.evidence.cases import case_of

GIVEN = {
    "a.jpg": files.phone_photo(6),
    "b.png": files.encoded(files.picture((900, 700)), "PNG"),
    "c.pdf": files.paper(),
}


def bytes_of(case: CaseFile, cache: Cache, recipient: str = "archive") -> bytes:
    """The bundle, made with what the cache holds."""
    with cache.work() as folder:
        return make_bundle(case, find_recipient(recipient), folder, lambda _percent: None, cache).path.read_bytes()


@pytest.fixture
def case(tmp_path: Path) -> CaseFile:
    (tmp_path / "files").mkdir()
    return case_of(tmp_path / "files", GIVEN)


@pytest.mark.slow
def test_a_warm_bundle_is_the_cold_one_and_so_is_one_with_an_exhibit_added(case: CaseFile, tmp_path: Path) -> None:
    fewer = replace(case, exhibits=case.exhibits[:-1])
    cold, grown = Cache(tmp_path / "cold"), Cache(tmp_path / "grown")
    expected = bytes_of(case, cold)
    bytes_of(fewer, grown)
    bytes_of(fewer, grown, "aliexpress")
    assert bytes_of(case, grown) == expected
    assert bytes_of(case, cold) == expected


def entries(cache: Cache) -> list[Path]:
    """Every file that is kept."""
    return sorted(path for path in cache.folder.rglob("*") if path.is_file())


@pytest.mark.slow
def test_damaged_entries_are_made_anew(case: CaseFile, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    expected = bytes_of(case, cache)
    for path in entries(cache):
        data = bytearray(path.read_bytes())
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    assert bytes_of(case, cache) == expected
    assert bytes_of(case, cache) == expected


@pytest.mark.slow
def test_a_cache_may_be_emptied_at_any_time(case: CaseFile, tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    expected = bytes_of(case, cache)
    for path in entries(cache)[::2]:
        path.unlink()
    assert bytes_of(case, cache) == expected
    shutil.rmtree(cache.folder)
    assert bytes_of(case, cache) == expected


def kept(cache: Cache, key: str, size: int, folder: Path) -> None:
    """An entry of this size."""
    path = folder / f"{key}.bin"
    path.write_bytes(bytes(size))
    cache.keep("parts", key, {"size": size}, [path])


def test_what_was_used_longest_ago_is_tidied_away_first(tmp_path: Path) -> None:
    cache, here = Cache(tmp_path / "cache"), tmp_path / "here"
    here.mkdir()
    for key in ("aa", "bb", "cc"):
        kept(cache, key, 1000, tmp_path)
    assert cache.take("parts", "aa", here) == {"size": 1000}
    assert cache.tidy(before=0, max_bytes=2500) == 1
    assert [cache.take("parts", key, here) is not None for key in ("aa", "bb", "cc")] == [True, False, True]


def test_work_of_a_lost_worker_is_tidied_away(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache")
    with cache.work() as folder:
        cache.tidy(before=folder.stat().st_mtime - 1)
        assert folder.exists()
        cache.tidy(before=folder.stat().st_mtime + 1)
        assert not folder.exists()
        folder.mkdir()


def test_a_key_follows_from_every_value() -> None:
    assert key_of("a", {"b": 1, "c": 2}) == key_of("a", {"c": 2, "b": 1})
    assert len({key_of("a"), key_of("b"), key_of("a", None), key_of(["a"])}) == 4


def test_an_unchanged_case_is_known_again_until_a_file_is_written_to(case: CaseFile) -> None:
    archive, other = find_recipient("archive"), find_recipient("aliexpress")
    first = inputs_of(case, archive)
    assert inputs_of(replace(case), archive) == first
    assert inputs_of(replace(case, buyer="Bob"), archive) != first
    assert inputs_of(case, other) != first
    case.exhibits[0].path.write_bytes(b"another")
    assert inputs_of(case, archive) != first
