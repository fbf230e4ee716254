"""Kuaidi100's client against the service as documented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.providers.http import Caller
from orders.providers.interface import Parcel, QuotaUsedUp, Standing, Unreadable, WrongKey
from orders.providers.kuaidi100 import Kuaidi100, _read_parcel
from orders.providers.signatures import kuaidi100_sign
from tests.cast import at
from tests.servers import kuaidi100
from tests.servers.faulty_http import Wire
from tests.servers.kuaidi100 import Kuaidi100Service, line

NUMBER = "PU847542099BR"
PARCEL = Parcel(NUMBER, "brazilposten")


def test_the_signature_is_over_the_text_the_key_and_the_customer() -> None:
    signed = kuaidi100_sign('{"com":"ems"}', "key", "customer")
    assert signed == "C24B998461CFC998D92C8EB63C57B923"  # by md5sum


def test_a_history_comes_oldest_first_on_the_utc_clock(
    kuaidi_client: Kuaidi100, kuaidi: tuple[Wire, Kuaidi100Service]
) -> None:
    newest, oldest = line("2026-03-20 16:00:00", "Objeto saiu"), line("2026-03-06 16:00:00", "已揽收", status="揽收")
    kuaidi[1].known[NUMBER] = ("5", [newest, oldest])
    (answer,) = kuaidi_client.ask([PARCEL])
    assert [(news.at, news.description) for news in answer.news] == [
        (at("03-06 08:00"), "已揽收"), (at("03-20 08:00"), "Objeto saiu")
    ]  # fmt: skip
    assert [news.code for news in answer.news] == ["揽收", "kuaidi100 5"]
    assert answer.standing == Standing.TRACKED


@pytest.mark.parametrize(
    ("parcel", "standing"),
    [
        (PARCEL, Standing.NOT_FOUND),
        (Parcel(NUMBER, ""), Standing.REJECTED),
        (Parcel(NUMBER, "nobody"), Standing.REJECTED),
        (Parcel("SF123456", "shunfeng"), Standing.REJECTED),
        (Parcel("SF123456", "shunfeng", "4567"), Standing.NOT_FOUND),
    ],
)
def test_a_number_without_a_history_says_why(kuaidi_client: Kuaidi100, parcel: Parcel, standing: Standing) -> None:
    (answer,) = kuaidi_client.ask([parcel])
    assert answer.standing == standing
    assert bool(answer.problems) == (standing == Standing.REJECTED)


def test_nothing_is_registered(kuaidi_client: Kuaidi100, kuaidi: tuple[Wire, Kuaidi100Service]) -> None:
    assert [answer.standing for answer in kuaidi_client.register([PARCEL])] == [Standing.TRACKED]
    assert kuaidi[0].requests == []


def test_a_wrong_key_shows_in_the_signature(kuaidi: tuple[Wire, Kuaidi100Service]) -> None:
    client = Kuaidi100(Caller(kuaidi[0].url), "wrong", kuaidi100.CUSTOMER)
    with pytest.raises(WrongKey, match="503"):
        client.check()


def test_a_used_up_account_says_so(kuaidi_client: Kuaidi100, kuaidi: tuple[Wire, Kuaidi100Service]) -> None:
    kuaidi_client.check()
    kuaidi[1].quota = 0
    with pytest.raises(QuotaUsedUp, match="601"):
        kuaidi_client.ask([PARCEL])


LINES = st.lists(
    st.none()
    | st.text()
    | st.dictionaries(
        st.sampled_from(["time", "ftime", "context", "status"]),
        st.none() | st.text() | st.integers() | st.just("2026-03-20 16:00:00"),
    )
)


@given(lines=LINES | st.none() | st.text(), state=st.none() | st.text() | st.integers())
def test_no_form_of_a_history_breaks_the_reading(lines: object, state: object) -> None:
    try:
        answer = _read_parcel({"data": lines, "state": state}, PARCEL)
    except Unreadable:
        assert not isinstance(lines, list)
        return
    assert isinstance(lines, list)
    assert len(answer.news) + len(answer.problems) == len(lines)
