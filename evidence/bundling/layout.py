"""Where things stand on a page of a bundle, in points from its lower left corner."""

from dataclasses import dataclass

PAGE_WIDTH, PAGE_HEIGHT = 595.276, 841.89  # A4
EXHIBIT = "/PrazoExhibit"  # the name under which a page draws its exhibit: what a verifier hashes
STAMP_FONT = "/PrazoStamp"


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle."""

    left: float
    bottom: float
    right: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom


MARGIN = 48.19  # 17 mm, as in bundle.css
# Below the exhibit's heading, which bundle.css ends 31.5 mm from the top, and above the page's footer.
EXHIBIT_BOX = Box(MARGIN, 48.0, PAGE_WIDTH - MARGIN, PAGE_HEIGHT - 97.8)
FOOTER_Y = 25.0
FOOTER_LEFT, FOOTER_RIGHT = MARGIN, PAGE_WIDTH - MARGIN
LARGEST_SCALE = 0.75  # points a pixel: small pictures are not blown up


def fit(width: float, height: float, box: Box, *, largest: float) -> Box:
    """The place of something of this size in the box: as large as it may be, in the middle, at the top."""
    scale = min(box.width / width, box.height / height, largest)
    left = box.left + (box.width - width * scale) / 2
    return Box(left, box.top - height * scale, left + width * scale, box.top)
