"""PDF/A-3b: what an archive asks of a file beyond being a PDF. What is drawn is prepared by the recipient's profile.

Fonts are inside because other people's pages are drawn as pictures, links are printable, nothing acts, files say
what they are to the document. veraPDF has the last word: it is no part of this project.
"""

from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from xml.sax.saxutils import escape

import pikepdf

PROFILE = "pdf/sRGB2014.icc"  # the ICC's own file, which WeasyPrint brings along
XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>3</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<pdf:Producer>{producer}</pdf:Producer>
<xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


def declare_pdf_a(out: pikepdf.Pdf, *, title: str, producer: str, date: datetime) -> None:
    """Say that the file is PDF/A-3b, and in which colours its red, green and blue are meant. `date` is UTC."""
    told = XMP.format(title=escape(title), producer=escape(producer), date=f"{date:%Y-%m-%dT%H:%M:%SZ}")
    # Unpacked, for whoever looks for it without knowing PDF.
    out.Root.Metadata = out.make_stream(told.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    profile = out.make_stream(_profile(), N=3)
    intent = pikepdf.Dictionary(
        Type=pikepdf.Name.OutputIntent,
        S=pikepdf.Name.GTS_PDFA1,
        OutputConditionIdentifier="sRGB",
        Info="sRGB IEC61966-2.1",
        DestOutputProfile=profile,
    )
    out.Root.OutputIntents = pikepdf.Array([out.make_indirect(intent)])


def _profile() -> bytes:
    spec = find_spec("weasyprint")  # found, not imported: that costs more than all the rest
    if spec is None or spec.origin is None:
        raise RuntimeError("WeasyPrint is not installed: run `make setup`")
    return (Path(spec.origin).parent / PROFILE).read_bytes()
