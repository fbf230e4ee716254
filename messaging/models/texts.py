"""The store's own texts with their versions, and for what it writes in which languages."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.vocabulary import TEXT_PURPOSES, Language
from orders.models import Store, User
from orders.querysets import StoreScoped


class Template(models.Model):
    """A store's own text for a purpose and language, in place of the one that comes with the program."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="templates", verbose_name=_("store"))
    purpose = models.CharField(_("purpose"), max_length=30, choices=[(p.value, p.value) for p in TEXT_PURPOSES])
    language = models.CharField(_("language"), max_length=10, choices=[(lang.value, lang.value) for lang in Language])
    subject = models.CharField(_("subject"), max_length=200)
    body = models.TextField(_("text"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("template")
        verbose_name_plural = _("templates")
        constraints = [
            models.UniqueConstraint(fields=["store", "purpose", "language"], name="one_text_per_purpose_and_language")
        ]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.language}"


class TextVersion(models.Model):
    """A store's own text as somebody kept it at an instant (UTC); an empty one is the way back to the standard text."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="text_versions", verbose_name=_("store"))
    purpose = models.CharField(_("purpose"), max_length=30)
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(_("subject"), max_length=200, blank=True)
    body = models.TextField(_("text"), blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    at = models.DateTimeField(_("at"))
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("user"))

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("version of a text")
        verbose_name_plural = _("versions of texts")
        ordering = ["-id"]
        indexes = [models.Index(fields=["store", "purpose", "language"], name="text_version_of")]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.language} · {self.at:%Y-%m-%d %H:%M}"


class PurposeSwitch(models.Model):
    """Whether a store writes to buyers for a purpose; without a row it does, as shipped (M2)."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="purpose_switches", verbose_name=_("store"))
    purpose = models.CharField(_("purpose"), max_length=30, choices=[(p.value, p.value) for p in TEXT_PURPOSES])
    is_on = models.BooleanField(_("on"))
    changed_at = models.DateTimeField(_("changed at"))

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("switch of a purpose")
        verbose_name_plural = _("switches of purposes")
        constraints = [models.UniqueConstraint(fields=["store", "purpose"], name="one_switch_per_purpose")]

    def __str__(self) -> str:
        return f"{self.purpose} · {self.is_on}"


class WrittenLanguages(models.Model):
    """The languages that a store writes in: only in these does it miss a text. Without a row: all of them."""

    store = models.OneToOneField(Store, models.CASCADE, related_name="written_languages", verbose_name=_("store"))
    codes = models.JSONField(_("languages"), default=list)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("written languages")
        verbose_name_plural = _("written languages")

    def __str__(self) -> str:
        return ", ".join(self.codes)
