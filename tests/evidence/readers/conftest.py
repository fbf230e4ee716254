"""A case in five languages and four scripts, kept and exported by the program's own commands, as a team would."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.cast import fact, paid, scenario, shipped, tracking
from tests.commands.conftest import ALICE, CommandLine
from tests.evidence import files
from tests.evidence.readers.reading import Reading

ZH, PT = "包裹已到达库里蒂巴，等待海关放行", "Não recebi a encomenda até hoje; já reclamei três vezes."
RU, AR = "Посылка прибыла в страну назначения и ожидает таможни.", "وصلت الشحنة إلى بلد المقصد وتنتظر الجمارك."
EN = "The parcel is at the border"
SPOKEN = {"zh": ZH, "pt": PT, "ru": RU, "ar": AR, "en": EN}
EXHIBITS = (  # file, slot, source, caption
    ("照片 1.jpg", "waybill_receipt", "中国邮政", "发货底单，含运单号"),
    ("снимок.png", "tracking_screenshot", "17track", "Снимок страницы отслеживания"),
    ("captura.webp", "tracking_screenshot", "Correios", "Página de rastreio: não há atualização há 14 dias"),
    ("رسالة.pdf", "carrier_certificate", "Aramex", "رسالة من شركة الشحن عن التأخير"),
    ("letter.pdf", "carrier_certificate", "China Post", "Letter of the carrier"),
    ("scripted.pdf", "chat_record", "", "Chat with the buyer"),
    ("locked.pdf", "chat_record", "WhatsApp", "Locked chat"),
    ("cut.pdf", "chat_record", "WeChat", "被截断的文件"),
)


@cache
def contents() -> dict[str, bytes]:
    """Each exhibit's file: made once, for a PDF's own number is another each time."""
    given = (
        files.phone_photo(6), files.encoded(files.picture((1200, 900)), "PNG"), files.encoded(files.picture(), "WEBP"),
        files.paper(2), files.paper(3), files.scripted(), files.encrypted(), files.truncated(),
    )  # fmt: skip
    return {name: content for (name, *_rest), content in zip(EXHIBITS, given, strict=True)}


def court_case() -> dict[str, Any]:
    """The scenario."""
    filed = [
        fact(f"04-11 {10 + hour}:00", "evidence_added", file=name, slot=slot, source=source, caption=caption)
        | {"kind": slot}
        for hour, (name, slot, source, caption) in enumerate(EXHIBITS)
    ]
    return scenario(
        paid(),
        shipped(),
        tracking("03-20 14:30", "arrived", location="Curitiba", description=ZH),
        tracking("03-22 09:00", "customs", location="Москва", description=RU),
        tracking("03-23 09:00", "customs", location="دبي", description=AR),
        fact("04-05 11:00", "buyer_message", text=PT),
        fact("04-06 11:00", "buyer_message", text=AR),
        fact("04-07 11:00", "buyer_message", text=EN),
        fact("04-10 12:00", "dispute_opened", reason="in_transit", amount="24.00"),
        *filed,
        fact("04-17 09:00", "platform_notice"),
        items=[{"sku": "A1", "title": "USB-лампа 台灯 مصباح", "quantity": 4, "unit_price": "6.00"}],
        until="04-18 00:00",
    )


@dataclass(frozen=True)
class Court:
    """The case on a machine of its own, exported."""

    line: CommandLine
    dispute: int
    answer: dict[str, Any]
    path: Path

    def originals(self) -> dict[str, str]:
        """What the database says: name → SHA-256."""
        return dict(self.line.query("SELECT name, sha256 FROM evidence_exhibit"))  # type: ignore[arg-type]


def open_court(folder: Path, **variables: str) -> Court:
    """Keep the case in a new database and export it, command by command."""
    line = CommandLine(folder, variables)
    for name, content in contents().items():
        line.write(name, content)
    line.answer("create_store", "alice", *ALICE)
    kept = line.answer("load_scenario", line.write("case.json", json.dumps(court_case())), "--store", "alice")
    assert kept["exhibits"] == len(EXHIBITS)
    path = folder / "bundle.pdf"
    answer = line.answer("export_bundle", str(kept["dispute"]), "--out", path)
    return Court(line, kept["dispute"], answer, path)


@pytest.fixture(scope="session")
def court(tmp_path_factory: pytest.TempPathFactory) -> Court:
    """The case, exported once for all tests that only read."""
    return open_court(tmp_path_factory.mktemp("court"))


@pytest.fixture(scope="session")
def read(court: Court) -> Reading:
    """The bundle in front of its readers."""
    return Reading(court.path)
