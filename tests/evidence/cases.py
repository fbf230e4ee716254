"""A case to make bundles of, without a database: Maria's lamp, with exhibits as plain files."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

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
from tests.cast import at

CHINESE, PORTUGUESE = "发货底单与运单号", "Página de rastreio: não há atualização"
RUSSIAN, ARABIC = "Письмо перевозчика о задержке", "رسالة من شركة الشحن"
TALE = f"{CHINESE}\n{PORTUGUESE}\n{RUSSIAN}\n{ARABIC}"


def exhibit(number: int, folder: Path, name: str, content: bytes, **values: str) -> CaseExhibit:
    """An exhibit whose file is written into the folder; the type is that of the name's ending."""
    path = folder / f"{number}-{name}"
    path.write_bytes(content)
    return CaseExhibit(
        mark=f"A-{number}",
        kind=values.get("kind", "tracking_screenshot"),
        source=values.get("source", "17track"),
        caption=values.get("caption", f"Caption of {name}"),
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
        file_type=FileType(Path(name).suffix[1:].replace("jpg", "jpeg").replace("txt", "text")),
        added_at=at("04-18 10:00"),
        path=path,
    )


def case_of(folder: Path, files: Mapping[str, bytes], text: str = TALE) -> CaseFile:
    """Maria's case with these files as exhibits."""
    usd = Money(Decimal("24.00"), "USD")
    exhibits = tuple(
        exhibit(number, folder, name, content) for number, (name, content) in enumerate(files.items(), start=1)
    )
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
        offers=(CaseOffer(at("04-12 08:00"), Money(Decimal("3.00"), "USD"), ""),),
        dates={"placed": at("03-02 12:00"), "opened": at("04-10 12:00")},
        timeline=(
            Happening(at("04-05 11:00"), "buyer_message", {}, text),
            Happening(at("04-10 12:00"), "dispute_opened", {"reason": "in_transit", "amount": "24.00"}, ""),
        ),
        tracking=(TrackingNews(at("03-20 14:30"), "arrived", "Curitiba", "Objeto recebido", "Correios", "LX1"),),
        messages=(
            SentMessage(
                at=at("04-04 15:00"),
                purpose="contact_30",
                channel="email",
                language="pt-br",
                to="maria@example.com",
                subject="Seu pedido",
                body="Olá, Maria!\nSeu pacote está a caminho.",
                message_id="<1.contact_30.7@localhost>",
                proof_sha256="ab" * 32,
            ),
        ),
        slots=(CaseSlot("waybill_receipt", False, ()), CaseSlot("tracking_screenshot", True, ("A-1",))),
        exhibits=exhibits,
        made_of=at("04-18 10:00"),
    )
