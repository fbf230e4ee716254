"""The store's own quick replies, and how often each reply is used."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from messaging.vocabulary import Language, ReplyGroup
from orders.models import Store
from orders.querysets import StoreScoped


class QuickReply(models.Model):
    """A store's own quick reply in one language: beside those that come with the program, or in place of one.

    `code` is the same in every language, so that a person types what he knows and the buyer reads his own.
    """

    store = models.ForeignKey(Store, models.CASCADE, related_name="quick_replies", verbose_name=_("store"))
    group = models.CharField(_("group"), max_length=20, choices=[(group.value, group.value) for group in ReplyGroup])
    code = models.CharField(_("short code"), max_length=15)
    language = models.CharField(_("language"), max_length=10, choices=[(lang.value, lang.value) for lang in Language])
    title = models.CharField(_("title"), max_length=60)
    text = models.TextField(_("text"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    changed_at = models.DateTimeField(_("changed at"))

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("quick reply")
        verbose_name_plural = _("quick replies")
        constraints = [
            models.UniqueConstraint(fields=["store", "code", "language"], name="one_reply_per_code_and_language")
        ]

    def __str__(self) -> str:
        return f"{self.code} · {self.language}"


class ReplyUse(models.Model):
    """What a store makes of a reply, shipped or its own: how often it is used, and whether it was taken away."""

    store = models.ForeignKey(Store, models.CASCADE, related_name="reply_uses", verbose_name=_("store"))
    code = models.CharField(_("short code"), max_length=15)
    count = models.PositiveIntegerField(_("times used"), default=0)
    last_used_at = models.DateTimeField(_("last used at"), null=True, blank=True)
    removed_at = models.DateTimeField(_("removed at"), null=True, blank=True)

    objects = StoreScoped.as_manager()

    class Meta:
        verbose_name = _("use of a quick reply")
        verbose_name_plural = _("uses of quick replies")
        constraints = [models.UniqueConstraint(fields=["store", "code"], name="one_count_per_reply")]

    def __str__(self) -> str:
        return f"{self.code} · {self.count}"
