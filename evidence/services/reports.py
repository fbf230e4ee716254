"""What a bundle's row keeps of it for the team: its exhibits and their marks, what changed, what disagrees."""

from typing import Any

from disputes.models import Dispute
from evidence.bundling.cases import CaseFile
from evidence.bundling.changes import write_changes, write_contents
from evidence.bundling.contradictions import find_contradictions
from evidence.bundling.exhibits import changes_since_made, contents_of, texts_of
from evidence.models import Bundle
from evidence.services.building import Outcome


def bundle_report(bundle: Bundle, case: CaseFile, made: Outcome) -> dict[str, Any]:
    """The report; the marks in `contents` stand for ever once the bundle is handed in."""
    dispute: Dispute = bundle.dispute
    changes = changes_since_made(dispute, case.exhibits, before=bundle.number)
    doubts = find_contradictions(case, texts_of(dispute))
    return {
        "exhibits": made.exhibits,
        "signing": made.signing,
        "replaced": [f"U+{code:04X}" for code in made.replaced],
        "contents": write_contents(contents_of(case.exhibits)),
        "changes": write_changes(changes) if changes else None,
        "contradictions": [doubt.as_report() for doubt in doubts],
    }
