"""Whose rows are one person's, where thousands share a name."""

import pytest

from orders.models import Buyer, Store
from orders.services.buyers import MOST_ALIKE, find_kin
from tests.cast import alices_store

pytestmark = pytest.mark.django_db


def namesakes(store: Store, count: int, **said: str) -> Buyer:
    rows = [Buyer(store=store, key=f"order:{n}", **said) for n in range(count)]
    return Buyer.objects.bulk_create(rows)[0]


@pytest.mark.parametrize("said", [{"phone": "+55 11 90000-0000"}, {"name": "Maria Silva", "city": "São Paulo"}])
def test_what_more_rows_share_than_one_person_has_marks_nobody(said: dict[str, str]) -> None:
    first = namesakes(store := alices_store(), MOST_ALIKE, **said)
    assert len(find_kin([first])[first.pk]) == MOST_ALIKE - 1
    Buyer.objects.create(store=store, key="order:one-more", **said)
    assert find_kin([first])[first.pk] == []


def test_a_city_in_capitals_is_the_same_city() -> None:
    first = namesakes(store := alices_store(), 1, name="Maria Silva", city="São Paulo")
    other = Buyer.objects.create(store=store, key="order:80002", name="Maria Silva", city="SÃO PAULO")
    assert [kin.buyer for kin in find_kin([first])[first.pk]] == [other]
