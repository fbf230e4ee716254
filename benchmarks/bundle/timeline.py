"""`python -m benchmarks.bundle.timeline ROWS ours|auto FOLDER`: a long timeline, our way or a browser's."""

import sys
from dataclasses import replace
from pathlib import Path

from benchmarks.bundle.lightly import set_up

set_up()

from benchmarks.bundle.generating import SIZES, generate, timeline  # noqa: E402  after the settings
from evidence.bundling.caching import Cache  # noqa: E402
from evidence.bundling.rendering import open_press, render  # noqa: E402
from evidence.bundling.sections import lay_sections  # noqa: E402
from evidence.bundling.telling import open_teller  # noqa: E402
from evidence.recipients import find_recipient  # noqa: E402


def main(rows: int, how: str, folder: Path) -> None:
    """Set the timeline alone."""
    recipient = find_recipient("archive")
    case = replace(generate(replace(SIZES["S"], photos=0, papers=0), folder), timeline=tuple(timeline(rows)))
    sections = [one for one in lay_sections(case, {}, open_teller(case, recipient), "") if one.name == "timeline"]
    if how == "ours":
        render(sections, folder, Cache(folder / "cache"), lambda _done, _of: None)
        return
    bodies = [section.html().partition("<body>")[2].rpartition("</body>")[0] for section in sections]
    head = sections[0].html().partition("<body>")[0]
    html = f"{head}<style>table {{ table-layout: auto !important }}</style><body>{''.join(bodies)}</body></html>"
    with open_press(folder) as press:
        press.typeset(html, folder / "auto.pdf")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
