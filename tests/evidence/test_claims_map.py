"""The map of claims: what it leaves to the index when many exhibits of one kind prove the same."""

from pathlib import Path

import pypdfium2
import pytest

from evidence.bundling.claims import MOST_OF_KIND, claims_context
from evidence.bundling.pages import sections_of
from evidence.bundling.telling import open_teller
from evidence.recipients import find_recipient
from tests.evidence import files
from tests.evidence.cases import case_of
from tests.evidence.conftest import make

PNG = files.encoded(files.picture(), "PNG")


def proofs_of(folder: Path, number: int) -> list[tuple[str, bool]]:
    """What the statement "the parcel moves" is proved with: targets, and whether each is an exhibit."""
    case = case_of(folder, {f"{place}.png": PNG for place in range(number)})
    context = claims_context(case, open_teller(case, find_recipient("archive")), sections_of(case))
    statements = [proofs for _statement, proofs in context["assertions"] if any(proof.is_exhibit for proof in proofs)]
    return [(proof.target, proof.is_exhibit) for proof in statements[0]]


@pytest.mark.parametrize(
    ("number", "shown", "is_left"), [(1, 1, False), (MOST_OF_KIND, MOST_OF_KIND, False), (50, MOST_OF_KIND - 1, True)]
)
def test_a_statement_names_so_many_exhibits_of_a_kind_and_leads_to_the_index_for_the_rest(
    tmp_path: Path, number: int, shown: int, is_left: bool
) -> None:
    proofs = proofs_of(tmp_path, number)
    assert [target for target, is_exhibit in proofs if is_exhibit] == [f"A-{place}" for place in range(1, shown + 1)]
    assert (("index", False) in proofs) is is_left


@pytest.mark.slow
def test_fifty_letters_leave_the_map_on_few_pages_with_a_way_to_the_index(tmp_path: Path) -> None:
    made = make(case_of(tmp_path, {f"{place}.png": PNG for place in range(50)}), tmp_path)
    with pypdfium2.PdfDocument(made.path) as document:
        pages = [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    assert "43 more of this kind, in the index" in " ".join(pages[:2])
    assert sum("leads there" in text or "lead there" in text for text in pages[:3]) == 1  # the note below the map
