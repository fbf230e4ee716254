"""Why an exhibit cannot be shown, or not just as it came; and what may be asked of one."""

from enum import StrEnum

MAX_BYTES = 50_000_000  # of an exhibit's file
MAX_PIXELS = 200_000_000  # of a picture: the largest cameras of phones
MAX_PAGES = 300  # of a document
MAX_OBJECTS = 200_000  # in a document
MAX_UNPACKED = 200_000_000  # bytes of a document's drawings and fonts; its pictures count by their pixels
MAX_DRAWN = 100_000  # pictures and drawings that a document draws, each as often as it does
MAX_SCANS = 100  # in which a JPEG is sent, coarse to fine: usual are 10


class Problem(StrEnum):
    """Why a slip stands in an exhibit's place, or before it."""

    MISSING = "missing"  # the stored file is gone
    ALTERED = "altered"  # the stored file is not what was added
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    REPAIRED = "repaired"  # damaged, and what could be read follows
    ACTIVE = "active"  # scripts or programs inside: removed, the pages follow
    POLYGLOT = "polyglot"
    TOO_MANY_PIXELS = "too_many_pixels"
    TOO_MANY_PAGES = "too_many_pages"
    TOO_COMPLEX = "too_complex"
    TOO_COSTLY = "too_costly"  # more memory or time than allowed
    UNREADABLE = "unreadable"


class Unshowable(Exception):
    """An exhibit that cannot be shown, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.value)
        self.problem = problem
