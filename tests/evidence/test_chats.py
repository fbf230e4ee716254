"""Chat records: who said what when, as it stands there, whatever program it comes from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.bundling.chats import MAX_BYTES, Said, UnreadableChat, decode, is_text, read_chat

WHATSAPP = "[12/03/2026, 14:05:11] Maria: Olá\nonde está?\n[12/03/2026, 14:06:11] Alice: a caminho: 12:30"
PLATFORM = "Maria Souza 2026-03-12 14:05:11\nCadê meu pacote?\nAlice 2026-03-12 14:09:11\nEm trânsito: veja 12:30"


def test_a_phone_export_is_read() -> None:
    assert read_chat(WHATSAPP) == [
        Said("12/03/2026, 14:05:11", "Maria", "Olá\nonde está?"),
        Said("12/03/2026, 14:06:11", "Alice", "a caminho: 12:30"),
    ]


def test_a_paste_from_a_platform_is_read() -> None:
    assert read_chat(PLATFORM) == [
        Said("2026-03-12 14:05:11", "Maria Souza", "Cadê meu pacote?"),
        Said("2026-03-12 14:09:11", "Alice", "Em trânsito: veja 12:30"),
    ]


def test_a_date_before_the_name_is_read() -> None:
    assert read_chat("2026-03-12 14:05 Maria\nCadê?") == [Said("2026-03-12 14:05", "Maria", "Cadê?")]


def test_names_and_colons_do_without_a_date() -> None:
    assert read_chat("Maria: oi\nAlice: olá\nmais") == [Said("", "Maria", "oi"), Said("", "Alice", "olá\nmais")]


def test_a_table_is_read_by_its_header() -> None:
    assert read_chat('时间,发送人,内容\n2026-03-12 10:00,买家,"a,b\nc"\n') == [
        Said("2026-03-12 10:00", "买家", "a,b\nc")
    ]


def test_text_of_no_known_form_stays_as_it_is() -> None:
    assert read_chat("just\nsome text") == [Said("", "", "just\nsome text")]


def test_an_address_is_no_name() -> None:
    assert read_chat("https://track.example/x") == [Said("", "", "https://track.example/x")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_the_usual_encodings_are_understood(encoding: str) -> None:
    assert decode("你好，包裹在哪里\r\n".encode(encoding)) == "你好，包裹在哪里\n"


@pytest.mark.parametrize("content", ["não é".encode("latin-1"), b"\x00\x01", b"x" * (MAX_BYTES + 1)])
def test_what_cannot_be_read_for_sure_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableChat):
        decode(content)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (WHATSAPP.encode(), True),
        (("你" * 2000).encode()[:4096], True),
        (b"<!DOCTYPE html><p>", False),
        (b"PK\x03\x04", False),
        (b"MZ\x90", False),
        (b"", False),
    ],
)
def test_only_text_may_be_a_record(head: bytes, expected: bool) -> None:
    assert is_text(head) is expected


@given(st.text(max_size=500))
def test_any_text_is_read_and_none_of_its_letters_is_lost(text: str) -> None:
    text = text.replace("\r", "\n")
    said = read_chat(text)
    told = "".join(message.at + message.who + message.text for message in said)
    assert {letter for letter in text if letter.isalpha()} <= {*told}


@given(st.lists(st.tuples(st.sampled_from(["Maria", "Alice 爱丽丝", "مريم"]), st.text("abc опа你好", min_size=1))))
def test_a_phone_export_comes_back_message_by_message(messages: list[tuple[str, str]]) -> None:
    text = "\n".join(f"[12/03/2026, 14:05:11] {who}: {words}" for who, words in messages)
    assert [(said.who, said.text) for said in read_chat(text)] == [(who, words.strip()) for who, words in messages]


@pytest.mark.parametrize("line", ["a" + " " * 900_000 + "b", "1" * 900_000, "a:" + " " * 900_000, "1/1/2026 " * 90_000])
def test_hostile_lines_take_no_time(line: str) -> None:
    assert len(read_chat(line)) == 1
