"""The tests' own servers: what they promise, so that a failure elsewhere is not theirs."""

import smtplib
import sys
from pathlib import Path
from subprocess import run

import environ
import psycopg
import pytest
from redis import Redis

from tests.servers.postgresql import postgresql, wheel_programs
from tests.servers.smtp import Answer, Mailroom

MAIL = b"Message-ID: <1@prazo>\r\nSubject: Ol\xc3\xa1\r\n\r\nText\r\n"


def send(room: Mailroom, *, timeout: float = 60) -> None:
    """One message, as a mail program would."""
    with smtplib.SMTP("127.0.0.1", room.port, timeout=timeout) as client:
        client.sendmail("shop@example.com", ["maria@example.com"], MAIL)


def connect(url: str) -> psycopg.Connection:
    """A connection to what Django would connect to."""
    address = environ.Env.db_url_config(url)
    return psycopg.connect(host=address["HOST"], user=address["USER"], dbname=address["NAME"], port=address["PORT"])


@pytest.mark.slow
def test_postgresql_finds_chinese_when_the_wheel_is_used() -> None:
    with postgresql(wheel_programs()) as url, connect(url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        assert connection.execute("SELECT array_length(show_trgm('台灯'), 1)").fetchone() == (3,)


@pytest.mark.slow
def test_postgresql_ends_and_its_folder_goes_when_the_command_ends() -> None:
    script = "import os; print(os.environ['DATABASE_URL']); raise SystemExit(7)"
    result = run(
        [sys.executable, "-m", "tests.servers", "postgresql", "--", sys.executable, "-c", script],
        check=False,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 7, result.stderr
    assert not Path(environ.Env.db_url_config(result.stdout.strip())["HOST"]).exists()


def test_redis_answers_on_its_socket_only(redis_url: str) -> None:
    client = Redis.from_url(redis_url)
    assert client.ping()
    assert client.config_get("port") == {"port": "0"}
    assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    client.close()


def test_mail_is_recorded_when_accepted(mailroom: Mailroom) -> None:
    send(mailroom)
    assert mailroom.message_ids() == ["<1@prazo>"]


@pytest.mark.parametrize(("answer", "code"), [(Answer.TRY_LATER, 451), (Answer.REFUSE, 550)])
def test_mail_is_not_recorded_when_refused(mailroom: Mailroom, answer: Answer, code: int) -> None:
    mailroom.answers.append(answer)
    with pytest.raises(smtplib.SMTPDataError) as caught:
        send(mailroom)
    assert (caught.value.smtp_code, mailroom.messages) == (code, [])
    send(mailroom)
    assert (mailroom.attempts, len(mailroom.messages)) == (2, 1)


def test_mail_is_recorded_when_the_connection_drops_before_the_answer(mailroom: Mailroom) -> None:
    mailroom.otherwise = Answer.DROP
    with pytest.raises(smtplib.SMTPServerDisconnected):
        send(mailroom)
    assert len(mailroom.messages) == 1


def test_mail_is_not_recorded_when_the_server_hangs(mailroom: Mailroom) -> None:
    mailroom.otherwise = Answer.HANG
    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        send(mailroom, timeout=0.3)
    assert mailroom.messages == []
