"""The quick replies that ship: in every language, well worded, whole when filled in; and a store's own beside them."""

import re
from itertools import product
from pathlib import Path

import pytest
from django.utils import timezone

from messaging import replies
from messaging.models import QuickReply
from messaging.rendering import render
from messaging.replies import Reply, ReplyText, check_replies, load_replies
from messaging.services.replies import (
    StoreReply,
    count_use,
    present,
    remove_reply,
    reset_reply,
    restore_reply,
    save_reply,
    store_replies,
)
from messaging.services.texts import UnusableText
from messaging.vocabulary import Language, ReplyGroup, Variable
from messaging.wording import check_wording
from orders.models import Store
from tests.cast import alices_store

PACKS = ["aliexpress-br", "taobao-cn", "some-new-pack"]
FULL = {variable.value: f"<{variable}>" for variable in Variable}
CASES = [(pack, reply) for pack in PACKS for reply in load_replies(pack).values()]


def named(case: object) -> str:
    return case.code if isinstance(case, Reply) else str(case)


@pytest.mark.parametrize(("pack", "reply"), CASES, ids=named)
def test_a_shipped_reply_is_whole_and_well_worded_in_every_language(pack: str, reply: Reply) -> None:
    assert set(reply.texts) == set(Language)
    for language, said in reply.texts.items():
        body = render(said.as_text(), FULL).body
        assert not re.search(r"[{}]|^\?|\n{3}|[ \t]$", body, re.MULTILINE)
        assert check_wording(body, language) == []


def test_what_ships_has_no_problem_and_something_in_every_group() -> None:
    assert check_replies() == []
    for pack in PACKS:
        assert {reply.group for reply in load_replies(pack).values()} == set(ReplyGroup)


@pytest.mark.parametrize(("pack", "language"), list(product(PACKS, Language)))
def test_no_two_replies_have_one_title(pack: str, language: Language) -> None:
    titles = [reply.texts[language].title for reply in load_replies(pack).values()]
    assert len(titles) == len(set(titles))


def test_a_pack_adds_to_the_common_ones_and_speaks_in_its_own_way() -> None:
    common, brazil, china = (load_replies(pack) for pack in ("common", "aliexpress-br", "taobao-cn"))
    assert set(brazil) - set(common) == {"customs", "cpf"}
    assert set(china) == set(common)
    assert china["hi"].texts[Language.ZH_HANS].text.startswith("亲")
    assert china["hi"].texts[Language.EN] == common["hi"].texts[Language.EN]


@pytest.mark.parametrize("language", list(Language))
def test_a_domestic_pack_speaks_of_no_customs(language: Language) -> None:
    customs = re.compile("customs|alf[âa]ndega|aduana|海关|Receita|Correios|Boleto", re.IGNORECASE)
    for reply in load_replies("taobao-cn").values():
        assert not customs.search(reply.texts[language].text), reply.code


@pytest.mark.parametrize(
    ("source", "problem"),
    [
        ('[welcome.hi]\ntitle = "a"\ntext = "{colour}"', "unknown variable {colour}"),
        ('[welcome.hi]\ntitle = "a"\ntext = "Please wait."', "bare_wait (M4)"),
        (f'[welcome.hi]\ntitle = "{"a" * 61}"\ntext = "b"', "the title must have 1 to 60 characters"),
        ('[welcome.Hi-there]\ntitle = "a"\ntext = "b"', "the code must be of small letters and digits"),
    ],
)
def test_a_bad_reply_is_named_with_its_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, problem: str
) -> None:
    monkeypatch.setattr(replies, "REPLIES", tmp_path)
    monkeypatch.setattr(replies, "load_replies", load_replies.__wrapped__)
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "en.toml").write_text(source)
    found = check_replies()
    assert any(problem in line for line in found)
    assert any("es is missing" in line for line in found)


# --- a store's own ----------------------------------------------------------------------------------------------------
@pytest.fixture
def store(db: None) -> Store:
    return alices_store()


def kept(store: Store, code: str, language: Language = Language.EN, text: str = "Mine.", **more: object) -> QuickReply:
    group = ReplyGroup(str(more.get("group", "gift")))
    return save_reply(store, code, language, ReplyText("My title", text), group=group, now=timezone.now())


def reply_of(store: Store, code: str) -> StoreReply | None:
    return next((reply for reply in present(store_replies(store)) if reply.code == code), None)


def said(store: Store, code: str, language: Language = Language.EN) -> str:
    reply = reply_of(store, code)
    words = reply.said_in(language) if reply else None
    return words.text if words else ""


def test_a_store_has_the_shipped_replies_with_its_own_over_and_beside_them(store: Store) -> None:
    kept(store, "hi", group="welcome")
    kept(store, "mug", text="The mug holds {order_number}.")
    assert said(store, "hi") == "Mine."
    assert said(store, "hi", Language.ES).startswith("{greeting}")
    assert (said(store, "mug"), said(store, "mug", Language.ES)) == ("The mug holds {order_number}.", "")
    assert len(store_replies(store)) == len(load_replies("aliexpress-br")) + 1


def test_one_reply_stands_in_one_group_in_all_languages(store: Store) -> None:
    kept(store, "mug", group="gift")
    kept(store, "mug", Language.ES, group="product")
    assert {row.group for row in store.quick_replies.all()} == {"product"}


def test_what_is_removed_can_be_brought_back_whole(store: Store) -> None:
    for code in ("hi", "mug"):
        kept(store, code)
        remove_reply(store, code, now=timezone.now())
        assert reply_of(store, code) is None
        restore_reply(store, code)
        assert said(store, code) == "Mine."


def test_the_way_back_leads_to_the_shipped_words(store: Store) -> None:
    kept(store, "hi")
    reset_reply(store, "hi", Language.EN)
    assert said(store, "hi").startswith("{greeting}")


@pytest.mark.parametrize("text", ["", "  ", "{colour}", "{ order_number }"])
def test_what_could_never_be_sent_is_refused(store: Store, text: str) -> None:
    with pytest.raises(UnusableText):
        kept(store, "mug", text=text)
    assert not store.quick_replies.exists()


def test_uses_are_counted_and_outlive_a_removal(store: Store) -> None:
    now = timezone.now()
    for _time in range(3):
        count_use(store, "hi", now=now)
    remove_reply(store, "hi", now=now)
    restore_reply(store, "hi")
    reply = reply_of(store, "hi")
    assert reply
    assert (reply.count, reply.last_used_at) == (3, now)
