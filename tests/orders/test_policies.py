"""Policy packs: what the two packs say, what a store overrides, and what is refused with which words."""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest

from orders import policies
from orders.calendars import Calendar
from orders.checks import check_policy_packs
from orders.events import EventType
from orders.policies import (
    SCHEMA,
    UnusablePolicy,
    load_policy,
    override_policy,
    policy_names,
    policy_versions,
)

HEAD = 'title = { en = "Third" }\nplatform_zone = "Europe/Lisbon"\ncountry = "PT"\nlanguage = "en"\n'


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of packs with only what a test writes into it."""
    monkeypatch.setattr(policies, "PACKS", tmp_path)
    load_policy.cache_clear()
    yield tmp_path
    load_policy.cache_clear()


INDISPENSABLE = {
    "[C]": 'opens = "09:00"\ncloses = "20:00"',
    "[R12]": 'next_date = "24 hours"',
    "[D1]": 'after = "5 days"',
    "[D4]": 'after = "3 days"',
}


def write_pack(packs: Path, text: str, *, name: str = "third", version: int = 1) -> None:
    """A pack's file; the tables that no pack can do without are added where the text has none."""
    added = [f"{table}\n{values}" for table, values in INDISPENSABLE.items() if table not in text]
    (packs / name).mkdir(exist_ok=True)
    (packs / name / f"{version}.toml").write_text("\n".join([text, *added]), encoding="utf-8")


@pytest.mark.parametrize("table", INDISPENSABLE)
def test_a_pack_is_refused_without_what_no_pack_can_do_without(packs: Path, table: str) -> None:
    write_pack(packs, HEAD)
    path = packs / "third" / "1.toml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"{table}\n{INDISPENSABLE[table]}", ""), encoding="utf-8")
    with pytest.raises(UnusablePolicy, match=re.escape(f"{table} is missing")):
        load_policy("third")


def test_the_two_packs_are_there() -> None:
    assert {"aliexpress-br", "taobao-cn"} <= set(policy_names())


# The values as docs/rules prints them: rule, value, aliexpress-br, taobao-cn (None: switched off).
PRINTED: list[tuple[str, str, Any, Any]] = [
    ("C", "opens", time(9), time(9)),
    ("C", "closes", time(20), time(20)),
    ("P2", "exception", None, True),
    ("P3", "after", timedelta(days=2), timedelta(days=1)),
    ("P4", "after", timedelta(days=7), timedelta(days=3)),
    ("P4", "calendar", Calendar.BRAZIL_BANKING, None),
    ("S1", "high_value", 50, None),
    ("S1", "currency", "USD", None),
    ("S4", "handling", timedelta(days=7), timedelta(hours=48)),
    ("S4", "warn_share", 0.5, 0.5),
    ("S5", "from", "shipped_at", "paid_at"),
    ("S5", "working_days", 5, None),
    ("S5", "calendar", Calendar.CHINA_WORKING, None),
    ("S5", "after", None, timedelta(hours=24)),
    ("S6", "promise", timedelta(days=60), timedelta(days=7)),
    ("C1", "after", timedelta(days=30), timedelta(days=3)),
    ("C1", "label", "day 30", "day 3"),
    ("C2", "after", timedelta(days=45), None),
    ("C3", "after", timedelta(days=60), None),
    ("T2", "after", timedelta(days=10), timedelta(days=3)),
    ("T3", "after", timedelta(days=30), timedelta(days=7)),
    ("T6", "sources", 2, None),
    ("T7", "after", timedelta(days=20), None),
    ("T8", "after", timedelta(days=7), timedelta(days=3)),
    ("G1", "after", timedelta(days=55), timedelta(days=55)),
    ("G1", "before_end", timedelta(days=7), timedelta(days=7)),
    ("G1", "after_promise", timedelta(days=15), timedelta(days=15)),
    ("G3", "after", timedelta(days=3), timedelta(days=3)),
    ("G4", "after", timedelta(days=15), timedelta(days=15)),
    ("R10", "after", timedelta(hours=24), timedelta(hours=24)),
]


@pytest.mark.parametrize(("rule", "key", "aliexpress", "taobao"), PRINTED)
def test_the_packs_hold_the_values_that_the_rules_print(rule: str, key: str, aliexpress: Any, taobao: Any) -> None:
    assert load_policy("aliexpress-br", 1).value(rule, key) == aliexpress
    assert load_policy("taobao-cn", 1).value(rule, key) == taobao


# The rules that the printed table gives one pack and not the other.
@pytest.mark.parametrize("rule", ["P7", "S1", "S2", "S3", "C2", "C3", "T6", "T7"])
def test_a_rule_without_a_table_is_switched_off(rule: str) -> None:
    assert load_policy("aliexpress-br").has(rule)
    assert not load_policy("taobao-cn").has(rule)


BOTH = [
    "P2",
    "P3",
    "P4",
    "P5",
    "S4",
    "S5",
    "S6",
    "S7",
    "C1",
    "T2",
    "T3",
    "T4",
    "T5",
    "T8",
    "T9",
    "G1",
    "G2",
    "G4",
]


@pytest.mark.parametrize("rule", BOTH)
def test_a_rule_of_both_packs_is_switched_on_in_both(rule: str) -> None:
    assert load_policy("aliexpress-br").has(rule)
    assert load_policy("taobao-cn").has(rule)


def test_the_packs_name_their_platforms_zone_country_and_language() -> None:
    aliexpress, taobao = load_policy("aliexpress-br"), load_policy("taobao-cn")
    assert (aliexpress.platform_zone, aliexpress.country) == ("America/Los_Angeles", "BR")
    assert (taobao.platform_zone, taobao.country) == ("Asia/Shanghai", "CN")
    assert (aliexpress.language, taobao.language) == ("pt-br", "zh-hans")
    assert {"en", "zh-hans", "pt-br"} == set(aliexpress.title) == set(taobao.title)


def test_a_duration_that_the_pack_does_not_give_is_no_duration() -> None:
    with pytest.raises(KeyError):
        load_policy("taobao-cn").duration("C3")


def test_a_platforms_words_are_read_without_case_and_spaces() -> None:
    policy = load_policy("aliexpress-br")
    assert policy.service("  China  Post Registered AIR Mail ") == "postal"
    assert policy.service("DHL") == "commercial_express"
    assert policy.service("pigeon") == ""
    assert policy.status_fact(" Finish ") == "completed"
    assert policy.status_fact("等待买家付款") == ""
    assert policy.status_fact("who knows") is None


def test_every_status_of_a_pack_tells_a_known_fact() -> None:
    told = {fact for name in policy_names() for fact in load_policy(name).statuses.values()}
    assert told <= {"", *EventType}


def test_a_pack_is_read_once() -> None:
    assert load_policy("aliexpress-br") is load_policy("aliexpress-br")


def test_the_latest_version_is_the_one_with_the_highest_number(packs: Path) -> None:
    for version in (1, 2, 10):
        write_pack(packs, HEAD + f'[P3]\nafter = "{version} days"', version=version)
    assert policy_versions("third") == [1, 2, 10]
    assert load_policy("third").version == 10
    assert load_policy("third", 2).duration("P3") == timedelta(days=2)


def test_a_third_pack_is_a_file_and_no_code(packs: Path) -> None:
    write_pack(packs, HEAD + '[P3]\nafter = "36 hours"\n[P4]\nafter = "1.5 days"\ncalendar = "china_working"\n[T4]')
    policy = load_policy("third")
    assert policy_names() == ["third"]
    assert policy.duration("P3") == policy.duration("P4") == timedelta(hours=36)
    assert policy.value("P4", "calendar") is Calendar.CHINA_WORKING
    assert policy.has("T4")
    assert check_policy_packs() == []


BROKEN = [
    ("[P3]\nafter = 2", "[P3] after = 2: expected a span such as"),
    ('[P3]\nafter = "2"', "[P3] after = '2': expected a span such as"),
    ('[P3]\nafter = "two days"', "[P3] after = 'two days': expected a span such as"),
    ('[P3]\nafter = "-2 days"', "[P3] after = '-2 days': expected a span such as"),
    ('[P3]\nafter = "2 weeks"', "[P3] after = '2 weeks': expected a span such as"),
    ("[P3]", "[P3] needs a value 'after'"),
    ('[P3]\nafter = "2 days"\nbefore = "1 day"', "[P3] has no value 'before': it takes after"),
    ("[T4]\nafter = 1", "[T4] has no value 'after': it takes none"),
    ("[X9]", "[X9] is no rule with values: expected one of C, P2, P3"),
    ('[C]\nopens = "09:00"\ncloses = "25:00"', "[C] closes = '25:00'"),
    ("[C]\nopens = 9\ncloses = 20", "[C] opens = 9: expected a text"),
    ('[P4]\nafter = "7 days"\ncalendar = "lunar"', "[P4] calendar = 'lunar'"),
    ('[S1]\nhigh_value = -1\ncurrency = "USD"', "[S1] high_value = -1: expected a number, not negative"),
    ('[S1]\nhigh_value = true\ncurrency = "USD"', "[S1] high_value = True: expected a number, not negative"),
    ('[S1]\nhigh_value = 50\ncurrency = ""', "[S1] currency = '': expected a text"),
    ('[P2]\nexception = "yes"', "[P2] exception = 'yes': expected true or false"),
    ('[S5]\nfrom = "lunch_at"\nafter = "1 day"', "[S5] from = 'lunch_at'"),
    ('[S5]\nfrom = "paid_at"', "[S5]"),
    ('[S5]\nfrom = "paid_at"\nworking_days = 5', "[S5]"),
    ('[shipping_services]\n"dhl" = "rocket"', "[shipping_services] names 'rocket': expected one of"),
    ('[statuses]\n"paid" = "payed"', "[statuses]"),
    ("C3 = 5", "C3"),
    ('[P3]\nafter = "9999999999 days"', "[P3] after = '9999999999 days'"),
    ('[S1]\nhigh_value = nan\ncurrency = "USD"', "[S1] high_value = nan"),
    ('[S4]\nhandling = "7 days"\nwarn_share = 1.5', "[S4] warn_share = 1.5"),
    ("[T6]\nsources = 1.5", "[T6] sources = 1.5"),
    ("[P3", "third"),
]


@pytest.mark.parametrize(("table", "message"), BROKEN, ids=[table.replace("\n", " ") for table, _ in BROKEN])
def test_a_broken_pack_is_refused_with_the_rule_the_value_and_the_reason(packs: Path, table: str, message: str) -> None:
    write_pack(packs, HEAD + table)
    with pytest.raises(UnusablePolicy) as refusal:
        load_policy("third")
    assert "1.toml of policy pack 'third': " in str(refusal.value)
    assert message in str(refusal.value)


@pytest.mark.parametrize("line", HEAD.splitlines())
def test_a_pack_is_refused_when_a_line_of_its_head_is_missing(packs: Path, line: str) -> None:
    write_pack(packs, HEAD.replace(line + "\n", ""))
    with pytest.raises(UnusablePolicy, match=line.split(" = ")[0]):
        load_policy("third")


def test_a_pack_is_refused_when_its_zone_is_in_no_table(packs: Path) -> None:
    write_pack(packs, HEAD.replace("Europe/Lisbon", "Europe/Atlantis"))
    with pytest.raises(UnusablePolicy, match="platform_zone = 'Europe/Atlantis': expected an IANA time zone"):
        load_policy("third")


def test_an_unknown_pack_or_version_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnusablePolicy, match="no policy pack 'wish': expected one of aliexpress-br, amazon, dhgate"):
        load_policy("wish")
    with pytest.raises(UnusablePolicy, match="policy pack 'aliexpress-br' has no version 999: expected one of"):
        load_policy("aliexpress-br", 999)


@pytest.mark.parametrize("name", ["", ".", "..", "../packs/aliexpress-br", "/etc"])
def test_a_name_that_leaves_the_folder_is_no_pack(name: str) -> None:
    with pytest.raises(UnusablePolicy, match="there is no policy pack"):
        load_policy(name)


def test_a_store_overrides_a_single_value_and_leaves_the_pack_alone() -> None:
    pack = load_policy("aliexpress-br")
    own = override_policy(pack, {"C1": {"after": "25 days"}, "T6": {"sources": 3}})
    assert own.duration("C1") == timedelta(days=25)
    assert own.value("C1", "label") == "day 30"
    assert own.value("T6", "sources") == 3
    assert pack.duration("C1") == timedelta(days=30)
    assert own.duration("C2") == pack.duration("C2")


def test_no_overrides_are_the_pack_itself() -> None:
    pack = load_policy("taobao-cn")
    assert override_policy(pack, {}) == pack


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"C1": {"after": "soon"}}, "[C1] after = 'soon': expected a span such as"),
        ({"C1": {"until": "2 days"}}, "[C1] has no value 'until': it takes after, label"),
        ({"C3": {"after": "9 days"}}, "[C3] is not a rule of policy pack 'taobao-cn'"),
        ({"C1": "9 days"}, "= '9 days'"),
        ({"X9": {}}, "[X9] is not a rule of policy pack 'taobao-cn'"),
    ],
)
def test_an_override_is_refused_with_the_rule_the_value_and_the_reason(
    overrides: dict[str, dict[str, str]], message: str
) -> None:
    with pytest.raises(UnusablePolicy) as refusal:
        override_policy(load_policy("taobao-cn"), overrides)
    assert message in str(refusal.value)


def test_the_system_check_is_silent_when_the_packs_hold() -> None:
    assert check_policy_packs() == []


def test_the_system_check_reports_every_broken_version(packs: Path) -> None:
    write_pack(packs, HEAD + "[P3]", version=1)
    write_pack(packs, HEAD + "[X9]", version=2)
    write_pack(packs, HEAD, version=3)
    problems = check_policy_packs()
    assert [problem.id for problem in problems] == ["orders.E001", "orders.E001"]
    assert "1.toml of policy pack 'third': [P3] needs a value 'after'" in problems[0].msg
    assert "2.toml of policy pack 'third': [X9] is no rule" in problems[1].msg


def test_the_system_check_reports_a_file_whose_name_is_no_version(packs: Path) -> None:
    write_pack(packs, HEAD)
    (packs / "third" / "draft.toml").write_text(HEAD)
    assert [problem.id for problem in check_policy_packs()] == ["orders.E001"]


def test_every_rule_with_values_stands_in_some_pack() -> None:
    used = {rule for name in policy_names() for rule in load_policy(name).rules}
    assert used == set(SCHEMA)
