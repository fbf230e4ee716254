"""Mails are read whatever is wrong with them; nothing in them acts, and nothing makes reading them slow."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.html_text import html_to_text
from messaging.mail_reading import MOST_FILES, MOST_TEXT, ReadMail, parse_mail, plain_lines, read_mail, split_quote
from messaging.matching import number_words, own_ids
from tests.messaging.inbound_mails import mail


def read(raw: bytes) -> ReadMail:
    return read_mail(parse_mail(raw))


def head(*lines: str, body: bytes = b"Oi") -> bytes:
    return "\r\n".join(["From: m@example.com", *lines, "", ""]).encode("latin-1") + body


def test_a_plain_mail_says_who_wrote_what() -> None:
    said = read(mail(In_Reply_To="<1.shipped.4@prazo.test>", References="<0@x> <1.shipped.4@prazo.test>"))
    assert (said.sender, said.sender_name, said.subject) == ("maria@example.com", "Maria Souza", "Pedido")
    assert (said.text, said.message_id, said.is_automatic) == ("Cadê meu pacote?", "<1@buyers.example>", False)
    assert said.references == ("<1.shipped.4@prazo.test>", "<0@x>")


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        ("gb2312", "我的包裹在哪里？"),
        ("gbk", "請問什麼時候發貨"),
        ("iso-8859-1", "Não chegou, não é?"),
        ("utf-8", "你好 é"),
    ],
)
def test_a_text_is_read_in_its_encoding(charset: str, text: str) -> None:
    content = text.encode("gb18030" if charset.startswith("gb") else charset)
    assert read(head(f"Content-Type: text/plain; charset={charset}", body=content)).text == text


@pytest.mark.parametrize(
    "declared", ["", "; charset=us-ascii", "; charset=x-unknown-9", "; charset=zlib", "; charset=idna"]
)
@pytest.mark.parametrize("text", ["Olá, não chegou", "我的包裹在哪里？还没有收到。"])
def test_a_wrong_or_missing_encoding_is_guessed(declared: str, text: str) -> None:
    assert read(head(f"Content-Type: text/plain{declared}", body=text.encode())).text == text
    if text.startswith("我"):
        assert read(head(f"Content-Type: text/plain{declared}", body=text.encode("gb18030"))).text == text


@pytest.mark.parametrize(
    ("raw", "subject"),
    [
        ("=?gb2312?B?zuLXyNG2?=", "吴兹讯"),
        ("=?utf-8?q?N=C3=A3o_chegou?=", "Não chegou"),
        ("=?x-nonsense?q?abc?=", "=?x-nonsense?q?abc?="),
        ("=?utf-8?b?broken", "=?utf-8?b?broken"),
    ],
)
def test_a_subject_is_read_or_left_as_it_stands(raw: str, subject: str) -> None:
    assert read(head(f"Subject: {raw}")).subject == subject


def test_a_raw_subject_of_eight_bits_is_guessed() -> None:
    assert (
        read(b"From: m@example.com\r\nSubject: " + "包裹在哪里".encode("gb18030") + b"\r\n\r\nx").subject
        == "包裹在哪里"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Oi<br>Maria</p><p>tchau</p>", "Oi\nMaria\ntchau"),
        ("<style>p{}</style><script>alert(1)</script><b>só</b> isto", "só isto"),
        ("<head><title>no</title></head>a&nbsp;&lt;b&gt;", "a <b>"),
        ("<img src=http://spy.example/x.gif alt=no>oi", "oi"),
        ("<![bad <p>oi", "oi"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
    ],
)
def test_html_becomes_plain_words(html: str, text: str) -> None:
    assert html_to_text(html) == text


def test_a_mail_of_html_only_is_read() -> None:
    assert read(mail(html="<p>Não <b>chegou</b></p>")).text == "Não chegou"


def test_of_alternatives_the_plain_one_is_read() -> None:
    raw = head(
        'Content-Type: multipart/alternative; boundary="b"',
        body=b"--b\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rich\r\n--b--",
    )
    assert read(raw).text == "plain"


@pytest.mark.parametrize(
    "line",
    [
        "Auto-Submitted: auto-replied",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "X-Autoreply: yes",
        "List-Id: <a.b>",
    ],
)
def test_what_a_machine_wrote_is_known_by_its_headers(line: str) -> None:
    assert read(head(line)).is_automatic
    assert not read(head("Auto-Submitted: no")).is_automatic


def test_files_come_along_under_harmless_names() -> None:
    said = read(mail(files=[("../../etc/passwd", b"one"), ("", b"two"), ("lâmpada.jpg", b"three")]))
    assert [(file.name, file.content) for file in said.files] == [
        ("_.._etc_passwd", b"one"),
        ("file-2", b"two"),
        ("lâmpada.jpg", b"three"),
    ]


def test_too_many_files_are_left_in_the_mail_itself() -> None:
    assert len(read(mail(files=[(f"{n}.jpg", b"x") for n in range(MOST_FILES + 9)])).files) == MOST_FILES


def test_control_characters_are_spaces() -> None:
    assert plain_lines("a\x00b\x1b[31m\u202ec\r\nd\n\n\n\ne") == "a b [31m c\nd\n\ne"


def hostile() -> list[bytes]:
    nested = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n) for n in range(900))
    parts = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n\r\nx\r\n" * 200_000
    return [
        nested,
        parts,
        head("Content-Type: text/html", body=b"<" * 3_000_000),
        head("Content-Type: text/html", body=b"<!--" * 500_000),
        head("Content-Type: text/html", body=b"<a " * 500_000),
        head("Subject: " + "=?utf-8?q?a?= " * 100_000),
        head("From: " + "(" * 200_000),
        head("References: " + "<" * 400_000),
        head("Content-Type: " + "a;" * 200_000),
        head("Content-Type: multipart/mixed; " + "a;" * 200_000 + "boundary=b", body=b"--b\r\n\r\nx\r\n"),
        head("Content-Type: text/html", body=b"<script>" * 300_000),
        head("Content-Type: text/plain; charset=" + "x" * 100_000),
        head(body=b"> " * 1_000_000 + b"\n" + b"wrote:\n" * 300_000),
        b"\x00" * 100_000,
        b"",
    ]


@pytest.mark.parametrize("number", range(15))
def test_a_hostile_mail_is_read_soon(number: int) -> None:
    raw = hostile()[number]
    start = time.process_time()
    said = read(raw)
    split_quote(said.text)
    number_words(said.text)
    assert time.process_time() - start < 4
    assert len(said.text) <= MOST_TEXT


@given(st.binary(max_size=600))
def test_no_bytes_upset_the_reading(raw: bytes) -> None:
    read(raw)
    read(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" + raw + b"\r\n--b--")
    read(b"Content-Type: text/html; charset=" + raw)
    read(b"From: " + raw.replace(b"\n", b" ") + b"\r\nSubject: " + raw)


@pytest.mark.parametrize(
    "quote",
    [
        "> Olá",
        "On Tue, 10 Mar 2026 at 09:00, Store wrote:",
        "Em ter., 10 de mar. de 2026, Loja escreveu:",
        "在 2026年3月10日，店铺写道：",
        "-----Original Message-----",
        "------------------ 原始邮件 ------------------",
    ],
)
def test_what_is_quoted_is_told_from_what_is_said(quote: str) -> None:
    assert split_quote(f"Não chegou.\n\n{quote}\nolder") == ("Não chegou.", f"{quote}\nolder")
    assert split_quote(f"{quote}\nonly")[1] == ""


def test_our_own_message_ids_are_told_from_others() -> None:
    texts = ["<12.shipped.3@prazo.test> <12.shipped.3@other.test>", "<x@prazo.test> <12.SHIPPED.3@prazo.test>"]
    assert [(own.order_id, own.purpose, own.sequence) for own in own_ids(texts, "Prazo.test")] == [(12, "shipped", 3)]


def test_words_that_may_be_order_numbers() -> None:
    assert number_words("Order 8012345678901234. (AB-1234) 1234 abcdef") == ["8012345678901234", "AB-1234"]


@pytest.mark.parametrize(
    "line",
    ["Message-ID: <a\0b@x>", "In-Reply-To: <a\0b@x>", "From: a\0b@x.example", "References: <\0@x>"],
)
def test_no_control_character_of_a_header_comes_through(line: str) -> None:
    said = read(b"%s\r\n\r\nOi" % line.encode())
    assert "\0" not in f"{said.sender}{said.message_id}{said.references}"
