"""Files as people upload them, honest and hostile, made on the spot."""

import base64
import io
import struct
import zlib
from collections.abc import Callable

import pikepdf
from PIL import Image

# 64 × 48, the left half red, the right half blue.
HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAX1tZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAACJpbG9jAAAA"
    "AERAAAEAAQAAAAABoQABAAAAAAAAAIcAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRtAAAAAAABAAAA/WlwcnAAAADd"
    "aXBjbwAAAHZodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAA"
    "AwAeoCCBBZbq5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAAEAAAAABAAAAMAAAAAEAAAAAAAAAAv////AAAAACAAAAEHBpeGkAAAAAAwgICAAAABhpcG1hAAAAAAAAAAEAAQWBAgMFhAAAAI9tZGF0AAAA"
    "gygBrwngPfMi///yPzf//LDOy/vFxFe//8dbw7/Ulg//5BV6YSgwK4fJZOV/OjuvTe0nzRSLF6VXROUsfyV5YE0dz5ScPKu0k7mrR5Zm03rO8lbyp"
    "FTqxOw5etvY1hyVJ2YWxFMxWkiECHU6E8t7/aXrC6g/pw39+aqK+UFz2Mj7hoeO"
)


def picture(size: tuple[int, int] = (320, 240), mode: str = "RGB") -> Image.Image:
    """Four quarters, each of its own colour, so that a turn shows: red, green over blue, white."""
    image = Image.new("RGB", size, "white")
    wide, high = size[0] // 2, size[1] // 2
    for colour, corner in (("red", (0, 0)), ("green", (wide, 0)), ("blue", (0, high))):
        image.paste(colour, (*corner, corner[0] + wide, corner[1] + high))
    return image.convert(mode)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    """A picture as a file."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def phone_photo(orientation: int = 1) -> bytes:
    """A photo that says where it was taken, by what, and which side is up."""
    exif = Image.Exif()
    exif[0x010F] = "SECRETPHONE"
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "S"
    exif.get_ifd(0x8825)[2] = (23.0, 32.0, 51.0)
    return encoded(picture(), "JPEG", quality=95, exif=exif, comment=b"SECRETCOMMENT")


def paper(
    pages: int = 3, change: Callable[[pikepdf.Pdf], None] | None = None, wide: int = 120, **options: object
) -> bytes:
    """A PDF with a red box low on the left of each page, a little wider on each."""
    with pikepdf.new() as pdf:
        for number in range(pages):
            page = pdf.add_blank_page(page_size=(400, 600))
            page.obj.Contents = pdf.make_stream(b"q 1 0 0 rg 40 40 %d 60 re f Q" % (wide + number))
        if change is not None:
            change(pdf)
        file = io.BytesIO()
        pdf.save(file, **options)  # type: ignore[arg-type]
        return file.getvalue()


def add_script(pdf: pikepdf.Pdf) -> None:
    """What runs when the document is opened, and when a page is."""
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('SECRETSCRIPT')"))
    pdf.Root.OpenAction = pdf.make_indirect(script)
    launch = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("/bin/sh"))
    pdf.pages[0].obj.AA = pikepdf.Dictionary(O=launch)
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.Link,
        Rect=[0, 0, 10, 10],
        A=pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://track.example")),
    )
    pdf.pages[0].obj.Annots = pikepdf.Array([link])


def scripted() -> bytes:
    """A PDF that acts."""
    return paper(change=add_script, wide=200)


def encrypted() -> bytes:
    """A PDF that asks for a password."""
    return paper(encryption=pikepdf.Encryption(user="secret", owner="owner"))


def truncated() -> bytes:
    """A PDF whose end got lost."""
    return paper()[:-200]


def polyglot() -> bytes:
    """A photo that is an archive as well."""
    return phone_photo() + b"PK\x05\x06" + bytes(18)


def chunk(name: bytes, content: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def pixel_bomb(side: int = 30_000) -> bytes:
    """A small PNG of very many pixels."""
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(((side + 7) // 8 + 1) * side), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def archive() -> bytes:
    """A ZIP, by whatever name it comes."""
    return b"PK\x03\x04" + bytes(60) + b"PK\x05\x06" + bytes(18)
