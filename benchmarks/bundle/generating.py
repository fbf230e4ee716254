"""The cases of the benchmark: photos, papers and words made up on the spot, nobody's data."""

import hashlib
import io
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pikepdf
from PIL import Image

from evidence.bundling.cases import (
    CaseExhibit,
    CaseFile,
    CaseOffer,
    CaseSlot,
    Claim,
    Happening,
    Item,
    Money,
    Parcel,
    SentMessage,
    TrackingNews,
)
from evidence.file_types import FileType

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
WORDS = (
    "The parcel is waiting at customs, and the buyer asks again",
    "Página de rastreio: não há atualização desde a semana passada",
    "Письмо перевозчика о задержке на границе",
    "رسالة من شركة الشحن عن التأخير",
    "发货底单与运单号，承运人确认已交寄",
    "",
)
GPS = {1: "N", 2: (1.0, 2.0, 3.0), 3: "E", 4: (4.0, 5.0, 6.0)}


@dataclass(frozen=True, slots=True)
class Size:
    """How much a case has: photos of this many pixels, papers of about eight pages, lines of the timeline."""

    name: str
    photos: int
    papers: int
    events: int
    pixels: tuple[int, int] = (3000, 4000)
    pages: int = 8


SIZES = {
    "S": Size("S", 8, 3, 20, pages=4),
    "M": Size("M", 30, 10, 200, pages=3),
    "L": Size("L", 200, 50, 2000, pages=3),
}


def generate(size: Size, folder: Path) -> CaseFile:
    """A case of this size, its files in the folder; files that are there from an earlier call are taken."""
    folder.mkdir(parents=True, exist_ok=True)
    exhibits = [_photo(number, size, folder) for number in range(1, size.photos + 1)]
    exhibits += [_paper(number, size.pages, folder) for number in range(size.photos + 1, size.photos + size.papers + 1)]
    usd = Money(Decimal("24.00"), "USD")
    return CaseFile(
        order_number="8012345678901234",
        dispute_number=1,
        platform="AliExpress to Brazil",
        zone="America/Los_Angeles",
        seller="Alice's lamps",
        buyer="Maria Souza",
        buyer_country="BR",
        items=(Item("A1", "USB lamp", 4),),
        parcels=(Parcel("China Post", "LX123456785CN"),),
        total=usd,
        claim=Claim("in_transit", "", usd, None, ""),
        position="A12",
        offers=(CaseOffer(START + timedelta(days=41), Money(Decimal("3.00"), "USD"), ""),),
        dates={"placed": START, "opened": START + timedelta(days=39)},
        timeline=tuple(timeline(size.events)),
        tracking=tuple(_tracking(10)),
        messages=tuple(_messages(3)),
        slots=(CaseSlot("tracking_screenshot", is_filled=True, marks=("A-1",)),),
        exhibits=tuple(exhibits),
        made_of=START + timedelta(days=400),
    )


def one_more(case: CaseFile, size: Size, folder: Path) -> CaseFile:
    """The case with one photo more."""
    return replace(case, exhibits=(*case.exhibits, _photo(len(case.exhibits) + 1, size, folder)))


def timeline(count: int) -> Iterator[Happening]:
    """Events in five languages, of the usual kinds."""
    for number in range(count):
        data = {"reason": "in_transit", "amount": "24.00"} if number % 4 == 2 else {}
        kind = ("buyer_message", "tracking", "dispute_opened", "sent")[number % 4]
        yield Happening(START + timedelta(hours=number), kind, data, WORDS[number % len(WORDS)])


def _tracking(count: int) -> Iterator[TrackingNews]:
    for number in range(count):
        yield TrackingNews(START + timedelta(days=number), "in_transit", "Curitiba", WORDS[1], "Correios", "LX1")


def _messages(count: int) -> Iterator[SentMessage]:
    for number in range(count):
        yield SentMessage(
            at=START + timedelta(days=30 + number),
            purpose="contact_30",
            channel="email",
            language="pt-br",
            to="maria@example.com",
            subject="Seu pedido",
            body="Olá, Maria!\nSeu pacote está a caminho.",
            message_id=f"<1.contact_30.{number}@localhost>",
            proof_sha256="ab" * 32,
        )


def _photo(number: int, size: Size, folder: Path) -> CaseExhibit:
    """A picture with the noise of a camera, every fourth on its side, all with a place in their EXIF."""
    path = folder / f"{number}-{size.pixels[0]}.jpg"
    if not path.exists():
        width, height = size.pixels
        chance = random.Random(number)  # noqa: S311  pictures, not secrets
        sheet = Image.effect_noise((width, height), 22).convert("RGB")
        sky = Image.linear_gradient("L").resize((width, height)).convert("RGB")
        picture = Image.blend(sheet, sky, chance.uniform(0.3, 0.5))
        exif = Image.Exif()
        exif[0x0112] = 6 if number % 4 == 0 else 1
        exif[0x010F] = "Camera"
        exif.get_ifd(0x8825).update(GPS)
        picture.save(path, "JPEG", quality=82, exif=exif)
    return _exhibit(number, path, FileType.JPEG)


def _paper(number: int, pages: int, folder: Path) -> CaseExhibit:
    """A carrier's letter: text in a font that is not inside, and a stamp as a picture."""
    path = folder / f"{number}-{pages}.pdf"
    if not path.exists():
        stamp = io.BytesIO()
        Image.effect_noise((400, 300), 60 + number % 40).save(stamp, "JPEG", quality=70)
        with pikepdf.new() as pdf:
            font = pikepdf.Dictionary(
                Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
            )
            for page in range(pages):
                _write_page(pdf, font, stamp.getvalue(), f"Letter {number}, page {page + 1}")
            pdf.save(path, static_id=True)
    return _exhibit(number, path, FileType.PDF)


def _write_page(pdf: pikepdf.Pdf, font: pikepdf.Dictionary, stamp: bytes, title: str) -> None:
    image = pdf.make_stream(
        stamp,
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=400,
        Height=300,
        BitsPerComponent=8,
        ColorSpace=pikepdf.Name.DeviceGray,
        Filter=pikepdf.Name.DCTDecode,
    )
    lines = "".join(f"({title}: line {line} of the carrier's letter about the parcel) Tj T* " for line in range(40))
    page = pdf.add_blank_page(page_size=(595, 842))
    page.obj.Resources = pikepdf.Dictionary(Font={"/F1": font}, XObject={"/Stamp": image})
    drawing = f"BT /F1 11 Tf 60 760 Td 15 TL {lines} ET q 120 0 0 90 400 60 cm /Stamp Do Q"
    page.obj.Contents = pdf.make_stream(drawing.encode())


def _exhibit(number: int, path: Path, file_type: FileType) -> CaseExhibit:
    data = path.read_bytes()
    return CaseExhibit(
        mark=f"A-{number}",
        kind="carrier_letter" if file_type is FileType.PDF else "packing_photo",
        source="17track",
        caption=WORDS[number % len(WORDS)],
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        size=len(data),
        file_type=file_type,
        added_at=START + timedelta(days=40, minutes=number),
        path=path,
    )
