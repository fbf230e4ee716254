"""The first reader of a new web process waits no longer than the next ones."""

import gc
import sys
from collections.abc import Iterator

import pytest
from django.template import Engine
from django.template.loaders.cached import Loader

from config.warming import warm_up


@pytest.fixture
def frozen() -> Iterator[int]:
    warm_up()
    yield gc.get_freeze_count()
    gc.unfreeze()


@pytest.mark.slow
def test_all_is_there_before_the_first_page_and_collections_pass_it_over(frozen: int) -> None:
    (cached,) = (loader for loader in Engine.get_default().template_loaders if isinstance(loader, Loader))
    assert {"desk/order.html", "desk/today.html", "account/login.html"} <= set(cached.get_template_cache)
    assert {"desk.views.order", "holidays.countries.china"} <= set(sys.modules)
    assert frozen > 100_000
