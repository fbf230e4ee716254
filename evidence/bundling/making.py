"""From a case to verified files: prepare → render → assemble → verify, once for each step of a ladder until it fits."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from evidence.bundling.assembling import Assembled, Binding, assemble, footer_letters
from evidence.bundling.attaching import usable
from evidence.bundling.caching import Cache, bring
from evidence.bundling.cases import CaseExhibit, CaseFile
from evidence.bundling.fitting import UnfitBundle, Weight, check, refuse, rooms, share_out
from evidence.bundling.ordering import plan_pages
from evidence.bundling.pages import Shown, exhibit_title
from evidence.bundling.preparing import PICTURES, Prepared, Workshop, open_bench, part_key
from evidence.bundling.problems import Problem
from evidence.bundling.rendering import Rendered, render
from evidence.bundling.sections import Section, lay_sections
from evidence.bundling.telling import open_teller
from evidence.bundling.treatments import Handling, Treatment
from evidence.bundling.verifying import Verification, verify
from evidence.bundling.volumes import WHOLE, Volume, volume_section
from evidence.phrasing import Phrasebook
from evidence.recipients import Recipient
from evidence.storing import hash_file

TURNS = 2  # the second without what turned out to be damaged in the cache
PREPARED, RENDERED, ASSEMBLED = 55, 80, 92  # per cent of the work, roughly
TEXT_BYTES = 600_000  # that a volume's own text takes, roughly


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One finished file."""

    path: Path
    sha256: str
    size: int
    pages: int
    replaced: tuple[int, ...]
    exhibits: list[dict[str, Any]]

    @property
    def weight(self) -> Weight:
        """What counts for a recipient."""
        return Weight(self.size, self.pages)


@dataclass(frozen=True, slots=True)
class MadeImage:
    """A picture as a file of its own, beside the bundle."""

    mark: str
    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Made:
    """A finished bundle: its files, more than one where it did not fit into one, and what to say about it."""

    files: tuple[MadeFile, ...]
    images: tuple[MadeImage, ...]

    @property
    def path(self) -> Path:
        """The first file."""
        return self.files[0].path

    @property
    def sha256(self) -> str:
        """That of the first file."""
        return self.files[0].sha256

    @property
    def size(self) -> int:
        """The first file's bytes."""
        return self.files[0].size

    @property
    def pages(self) -> int:
        """The first file's pages."""
        return self.files[0].pages

    @property
    def exhibits(self) -> list[dict[str, Any]]:
        """What became of each, and where it stands."""
        return [exhibit for file in self.files for exhibit in file.exhibits]

    @property
    def replaced(self) -> tuple[int, ...]:
        """The characters that no font has."""
        return tuple(sorted({code for file in self.files for code in file.replaced}))


def make_bundle(
    case: CaseFile,
    recipient: Recipient,
    folder: Path,
    on_progress: Callable[[int], None],
    cache: Cache | None = None,
) -> Made:
    """Make the files in the folder. Raises UnusableRenderer, OverLimit or UnfitBundle.

    What the cache holds is not worked out again; the bytes are the same with and without it.
    """
    with open_bench(folder) as bench:
        studio = Studio(recipient, Workshop(cache or Cache(folder / "cache"), bench), on_progress)
        files = studio.make(case)
        images = studio.images(case) if recipient.image_bytes else []
    return Made(tuple(files), tuple(images))


@dataclass(frozen=True, slots=True)
class Studio:
    """Makes bundles for one recipient."""

    recipient: Recipient
    workshop: Workshop
    on_progress: Callable[[int], None]

    @property
    def folder(self) -> Path:
        """Where the files come to lie."""
        return self.workshop.bench.folder

    def make(self, case: CaseFile) -> list[MadeFile]:
        """One file on the first step of the ladder on which it fits, else volumes of the last. Raises OverLimit."""
        *better, smallest = self.recipient.treatments()
        room = self.recipient.limits.one_file_bytes
        for treatment in better:
            prepared = self._prepare(case, treatment, room)
            if prepared is not None:
                file = self._bind(case, treatment, prepared)
                if not check([file.weight], self.recipient):
                    return [file]
        prepared = self._prepare(case, smallest, None) or {}
        file = self._bind(case, smallest, prepared)
        if room is not None and check([file.weight], self.recipient):
            return self._volumes(case, smallest, prepared, file)
        return [file]

    def _prepare(self, case: CaseFile, treatment: Treatment, room: int | None) -> dict[str, Prepared] | None:
        """Every exhibit's part; None as soon as they are more than there is room for (bytes)."""
        prepared, size = dict[str, Prepared](), 0
        for mark, part in self.workshop.prepare_all(case.exhibits, treatment):
            prepared[mark] = part
            size += part.size
            if room is not None and size > room:
                return None
            self.on_progress(PREPARED * len(prepared) // len(case.exhibits))
        self.workshop.bench.close()  # its memory is needed elsewhere
        return prepared

    def _volumes(
        self, case: CaseFile, treatment: Treatment, prepared: dict[str, Prepared], whole: MadeFile
    ) -> list[MadeFile]:
        limits, files = self.recipient.limits, [whole]
        sizes = {mark: part.size for mark, part in prepared.items()}
        if limits.files == 1 or limits.file_bytes is None or len(case.exhibits) < 2:
            refuse([file.weight for file in files], self.recipient)
        for room in rooms(limits.file_bytes or 0, max(whole.size - sum(sizes.values()), TEXT_BYTES)):
            shares = share_out(case.exhibits, sizes, room)
            marks = tuple(tuple(exhibit.mark for exhibit in share) for share in shares)
            files = [
                self._bind(replace(case, exhibits=share), treatment, prepared, Volume(number, marks))
                for number, share in enumerate(shares, start=1)
            ]
            if not check([file.weight for file in files], self.recipient):
                return files
        refuse([file.weight for file in files], self.recipient)
        return files

    def _bind(
        self, case: CaseFile, treatment: Treatment, prepared: dict[str, Prepared], volume: Volume = WHOLE
    ) -> MadeFile:
        """Render, assemble, verify. Raises UnfitBundle."""
        for _turn in range(TURNS):
            assembled, rendered = self._assemble(case, prepared, volume)
            verification = verify(assembled.path, sealed=assembled.seal)
            broken = [check.mark for check in verification.checks if not check.holds]
            if not broken:
                break
            for exhibit in case.exhibits:
                if exhibit.mark in broken:  # what was kept of it is damaged
                    self.workshop.forget(exhibit, treatment)
                    prepared[exhibit.mark] = self.workshop.prepare(exhibit, treatment)
        self.on_progress(ASSEMBLED)
        return _made(case, prepared, assembled, rendered, verification, self.recipient, volume)

    def _assemble(
        self, case: CaseFile, prepared: dict[str, Prepared], volume: Volume
    ) -> tuple[Assembled, list[Rendered]]:
        book = Phrasebook(self.recipient.languages)
        shown = {mark: Shown(part.pages, part.sha256, part.problem) for mark, part in prepared.items()}
        teller = open_teller(case, self.recipient)
        sections = list(lay_sections(case, shown, teller, footer_letters(case, book)))
        if volume != WHOLE:
            sections.insert(1, volume_section(volume, teller, sections[0]))
        rendered = self._render(sections)
        binding = Binding(
            case=case,
            book=book,
            prepared=prepared,
            plan=plan_pages(case, rendered, prepared),
            letters=rendered[-1].document.path,
            volume=volume,
            attachments=self._attachments(case, prepared) if volume == WHOLE else [],
            standard=self.recipient.standard,
        )
        return assemble(binding, self.folder / volume.file_name), rendered

    def _render(self, sections: Sequence[Section]) -> list[Rendered]:
        def note(done: int, of: int) -> None:
            self.on_progress(PREPARED + (RENDERED - PREPARED) * done // of)

        return render(sections, self.folder, self.workshop.cache, note)

    def _attachments(self, case: CaseFile, prepared: dict[str, Prepared]) -> list[Any]:
        if not self.recipient.attaches:
            return []
        changed = {Problem.MISSING, Problem.ALTERED}
        known = {one.path for one in case.exhibits if prepared[one.mark].problem not in changed}
        return usable(case.attachments, known)

    def images(self, case: CaseFile) -> list[MadeImage]:
        """Each picture as a JPEG of its own, on the first step of the ladder on which it is small enough."""
        made = []
        for exhibit in case.exhibits:
            for rung in self.recipient.ladder if exhibit.file_type in PICTURES else ():
                treatment = Treatment(rung, is_gray=self.recipient.is_gray, may_stay=False)
                part = self.workshop.prepare(exhibit, treatment)
                source = self.folder / f"{part_key(exhibit, treatment)}-0"
                if part.handled.handling is not Handling.RECOMPRESSED:
                    break
                if source.stat().st_size <= (self.recipient.image_bytes or 0):
                    made.append(_image(exhibit, source, self.folder / f"{exhibit.mark}.jpg"))
                    break
        return made


def _image(exhibit: CaseExhibit, source: Path, target: Path) -> MadeImage:
    bring(source, target)
    return MadeImage(exhibit.mark, target, hash_file(target), target.stat().st_size)


def _made(
    case: CaseFile,
    prepared: dict[str, Prepared],
    assembled: Assembled,
    rendered: Sequence[Rendered],
    verification: Verification,
    recipient: Recipient,
    volume: Volume,
) -> MadeFile:
    if verification.problems:
        raise UnfitBundle(f"the bundle does not stand its own verification: {verification.problems[0]}")
    book = Phrasebook(recipient.languages)
    exhibits = [_report(exhibit, assembled, prepared[exhibit.mark], book, volume) for exhibit in case.exhibits]
    replaced = tuple(sorted({code for section in rendered for code in section.document.replaced}))
    size = assembled.path.stat().st_size
    return MadeFile(assembled.path, assembled.sha256, size, verification.pages, replaced, exhibits)


def _report(
    exhibit: CaseExhibit, assembled: Assembled, part: Prepared, book: Phrasebook, volume: Volume
) -> dict[str, Any]:
    span = assembled.plan.spans[exhibit.mark]
    return {
        "mark": exhibit.mark,
        "title": exhibit_title(exhibit, book),
        "kind": exhibit.kind,
        "caption": exhibit.caption,
        "first_page": span.first,
        "last_page": span.last,
        "sha256": exhibit.sha256,
        "problem": part.problem or "",
        "bytes": part.size,
        **part.handled.told(),
        **({"part": volume.number} if volume != WHOLE else {}),
    }
