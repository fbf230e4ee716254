"""What the first readers of a new web process would wait for: templates, views, languages and calendars."""

import gc

from django.conf import settings
from django.template.loader import get_template
from django.urls import reverse
from django.utils import timezone, translation

from orders.calendars import is_brazil_banking_day, is_china_working_day
from orders.zones import known_zone


def warm_up() -> None:
    """Load all that a page may need, and then let garbage collections pass it over: each would cost a reader 60 ms."""
    folder = settings.BASE_DIR / "templates"
    for path in folder.rglob("*.html"):
        get_template(path.relative_to(folder).as_posix())
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            reverse("desk:today")  # the words in this language, all views,
            reverse("account_login")  # and all addresses of others
    today = timezone.now().date()  # calendars are worked out by years
    is_china_working_day(today)
    is_brazil_banking_day(today)
    known_zone("UTC")
    gc.collect()
    gc.freeze()
