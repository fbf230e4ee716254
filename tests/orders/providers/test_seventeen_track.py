"""17TRACK's client against the service as documented: what it registers, reads, and makes of every error."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orders.providers.interface import (
    Answer,
    ErrorKind,
    Parcel,
    QuotaUsedUp,
    Standing,
    Unreachable,
    Unreadable,
    WrongKey,
)
from orders.providers.seventeen_track import PushEvent, SeventeenTrack, _whole_error, read_parcel, read_push
from orders.providers.signatures import is_signed
from tests.cast import at
from tests.servers.faulty_http import Wire
from tests.servers.seventeen_track import KEY, NOT_FOUND, SeventeenTrackService, event, push, track_info

NUMBER = "LX123456785CN"
PARCEL = Parcel(NUMBER)
ACCEPTED = event("2026-03-06T08:00:00Z", "Accepted by carrier", location="Shenzhen", stage="PickedUp")
ARRIVED = event("2026-03-20T08:00:00Z", "Objeto recebido pelos Correios do Brasil", location="CURITIBA, BR")


def only(answers: list[Answer]) -> Answer:
    (answer,) = answers
    return answer


def test_a_number_is_registered_with_its_carrier(client: SeventeenTrack, wire: Wire) -> None:
    answer = only(client.register([Parcel(NUMBER, "3011")]))
    assert (answer.number, answer.standing, answer.carrier) == (NUMBER, Standing.TRACKED, "3011")
    assert json.loads(wire.requests[0][1]) == [{"number": NUMBER, "carrier": 3011, "auto_detection": True}]


def test_a_number_that_is_registered_already_is_no_error(
    client: SeventeenTrack, service: SeventeenTrackService
) -> None:
    client.register([PARCEL])
    assert only(client.register([PARCEL])) == Answer(NUMBER, Standing.ALREADY)
    assert service.quota == 199


def test_half_of_the_numbers_may_be_refused(client: SeventeenTrack) -> None:
    answers = client.register([PARCEL, Parcel("UNKNOWNCARRIER1")])
    assert [answer.standing for answer in answers] == [Standing.TRACKED, Standing.REJECTED]
    assert answers[1].problems == ("-18019903: Carrier cannot be detected.",)


def test_a_quota_that_ends_in_the_middle_leaves_the_rest_for_later(
    client: SeventeenTrack, service: SeventeenTrackService
) -> None:
    service.quota = 1
    answers = client.register([PARCEL, Parcel("LX223456785CN")])
    assert [(answer.standing, answer.error) for answer in answers] == [
        (Standing.TRACKED, None),
        (Standing.FAILED, ErrorKind.QUOTA_USED_UP),
    ]


def test_a_number_of_which_the_answer_does_not_speak_is_asked_again(
    client: SeventeenTrack, service: SeventeenTrackService
) -> None:
    service.forgotten.add(NUMBER)
    assert only(client.register([PARCEL])).standing == Standing.FAILED


def test_a_history_comes_oldest_first(client: SeventeenTrack, service: SeventeenTrackService) -> None:
    client.register([PARCEL])
    service.known[NUMBER] = track_info(ACCEPTED, ARRIVED)
    answer = only(client.ask([PARCEL]))
    assert [(news.at, news.description, news.location) for news in answer.news] == [
        (at("03-06 08:00"), "Accepted by carrier", "Shenzhen"),
        (at("03-20 08:00"), "Objeto recebido pelos Correios do Brasil", "CURITIBA, BR"),
    ]
    assert (answer.standing, answer.carrier, answer.problems) == (Standing.TRACKED, "3011", ())


@pytest.mark.parametrize(
    ("register", "info", "standing"),
    [
        (True, None, Standing.WAITING),
        (True, NOT_FOUND, Standing.NOT_FOUND),
        (True, track_info(status="InfoReceived", sub_status="InfoReceived"), Standing.WAITING),
        (False, None, Standing.NOT_REGISTERED),
    ],
)
def test_a_number_without_news_says_why(
    client: SeventeenTrack, service: SeventeenTrackService, register: bool, info: object, standing: Standing
) -> None:
    if register:
        client.register([PARCEL])
    if info:
        service.known[NUMBER] = info  # type: ignore[assignment]
    assert only(client.ask([PARCEL])).standing == standing


def test_a_stopped_number_is_taken_up_once(client: SeventeenTrack, service: SeventeenTrackService) -> None:
    client.register([PARCEL])
    assert only(client.resume([PARCEL])).standing == Standing.ALREADY  # it was never stopped
    for expected in (Standing.TRACKED, Standing.STOPPED):
        service.followed[NUMBER].is_stopped = True
        assert only(client.resume([PARCEL])).standing == expected


def test_a_number_is_followed_no_more_when_it_is_stopped(
    client: SeventeenTrack, service: SeventeenTrackService
) -> None:
    client.register([PARCEL])
    assert only(client.stop([PARCEL])).standing == Standing.STOPPED
    assert only(client.stop([PARCEL])) == Answer(NUMBER, Standing.STOPPED)  # twice is no error
    assert service.followed[NUMBER].is_stopped


def test_the_quota_is_told(client: SeventeenTrack, service: SeventeenTrackService) -> None:
    service.quota = 17
    assert (client.check().left, client.check().total) == (17, 200)


def test_a_wrong_key_is_told_as_such(client: SeventeenTrack, service: SeventeenTrackService) -> None:
    service.key = "another"
    with pytest.raises(WrongKey, match="401"):
        client.check()


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"code": -18010002, "data": {"errors": [{"code": -18010002, "message": "Invalid security key."}]}}, WrongKey),
        ({"code": 0, "data": {"errors": [{"code": -18010001, "message": "IP"}]}}, WrongKey),
        ({"code": -18019908, "data": {}}, QuotaUsedUp),
        ({"code": -18019907, "data": {}}, QuotaUsedUp),
        ({"code": -18010003, "data": {}}, Unreachable),
        ({"code": -18010012, "data": {}}, Unreadable),
        ({"code": 0}, Unreadable),
        ({}, Unreadable),
    ],
)
def test_an_error_of_the_whole_call_has_its_kind(answer: dict[str, object], expected: type[Exception]) -> None:
    assert type(_whole_error(answer)) is expected


# --- what cannot be read ----------------------------------------------------------------------------------------------
def test_what_can_be_read_is_taken_and_the_rest_is_named() -> None:
    broken = event("2026-03-07T08:00:00Z", "no time at all") | {"time_utc": None, "time_iso": "soon", "time_raw": {}}
    info = track_info(ACCEPTED, broken, event("2026-03-08T08:00:00Z", ""))
    info["tracking"]["providers"].append("nonsense")
    answer = read_parcel({"number": NUMBER, "carrier": "?", "track_info": info})
    assert [news.description for news in answer.news] == ["Accepted by carrier"]
    assert answer.problems == ("a line without an instant: no time at all", "a line without words")


def test_a_time_is_read_from_what_is_there() -> None:
    local = ACCEPTED | {"time_utc": None, "time_iso": "2026-03-06T16:00:00+08:00"}
    raw = ACCEPTED | {
        "time_utc": None, "time_iso": None, "time_raw": {"date": "2026-03-06", "time": "16:00:00", "timezone": "+08:00"}
    }  # fmt: skip
    for line in (ACCEPTED, local, raw):
        (news,) = read_parcel({"number": NUMBER, "track_info": track_info(line)}).news
        assert news.at == at("03-06 08:00")


def test_the_newest_line_stands_in_for_a_missing_history() -> None:
    info = track_info(ACCEPTED) | {"tracking": None}
    assert len(read_parcel({"number": NUMBER, "track_info": info}).news) == 1


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
KEYS = ["tracking", "providers", "events", "latest_status", "latest_event", "status", "sub_status", "description"]
KEYS += ["time_utc", "time_iso", "time_raw", "date", "address", "location"]
SHAPED = st.recursive(
    ANYTHING, lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS), inner), max_leaves=30
)


@given(info=SHAPED)
def test_no_form_of_a_parcel_breaks_the_reading(info: object) -> None:
    answer = read_parcel({"number": NUMBER, "track_info": info})
    assert answer.number == NUMBER
    assert all(news.at.utcoffset() is not None for news in answer.news)


# --- posts ------------------------------------------------------------------------------------------------------------
def test_a_post_tells_the_same_as_a_question() -> None:
    body, sign = push(NUMBER, track_info(ACCEPTED))
    told, answer = read_push(body)
    assert (told, answer.number, len(answer.news)) == (PushEvent.UPDATED, NUMBER, 1)
    assert is_signed(body, KEY, sign)
    assert is_signed(body, KEY, sign.upper())


def test_a_post_tells_that_a_number_is_stopped() -> None:
    told, answer = read_push(push(NUMBER, event_name="TRACKING_STOPPED")[0])
    assert (told, answer.standing) == (PushEvent.STOPPED, Standing.STOPPED)


@pytest.mark.parametrize("sign", ["", "0" * 64, "é", "x" * 10_000])
def test_a_post_that_another_signed_is_not_believed(sign: str) -> None:
    assert not is_signed(push(NUMBER)[0], KEY, sign)


def test_a_changed_post_is_not_believed() -> None:
    body, sign = push(NUMBER)
    assert not is_signed(body.replace(b"CN", b"BR"), KEY, sign)


@given(body=st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_what_is_no_post_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable):
        read_push(body)


def test_a_post_nested_to_death_is_refused() -> None:
    with pytest.raises(Unreadable):
        read_push(b"[" * 100_000)
