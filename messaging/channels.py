"""Where a team can be told, whose deadlines, and which of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ChannelKind(models.TextChoices):
    """What stands behind a channel's address."""

    EMAIL = "email", _("e-mail")
    WECOM = "wecom", "WeCom 企业微信"
    DINGTALK = "dingtalk", "DingTalk 钉钉"
    FEISHU = "feishu", "Feishu 飞书 / Lark"
    SLACK = "slack", "Slack"
    WEBHOOK = "webhook", _("webhook of your own")


class Audience(models.TextChoices):
    """Whose deadlines a channel tells."""

    EVERYONE = "everyone", _("everyone's")
    ROLE = "role", _("those of a role")
    PERSON = "person", _("those of one person")


class Scope(models.TextChoices):
    """Which deadlines a channel tells."""

    ALL = "all", _("all that there is to do")
    DISPUTES = "disputes", _("only what disputes ask for")
    KINDS = "kinds", _("only what is ticked below")
