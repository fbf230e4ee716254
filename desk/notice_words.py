"""What the team is told, in words: deadlines, what has stopped, and the kinds of channel."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from desk.dispute_words import exhibit_name
from desk.words import PURPOSES
from disputes.models import ActionItem
from disputes.services.alarming import Trouble
from messaging.channels import ChannelKind

TROUBLES: dict[str, str | Promise] = {
    Trouble.MAIL: _("The mail server takes no mail: messages to buyers wait. We try again by ourselves."),
    Trouble.MESSAGES: _("Messages to buyers cannot leave; somebody has to look at them."),
    Trouble.DATES: _("Dates were given up after several tries; somebody has to look at them."),
    Trouble.TRACKING: _("A tracking service refuses the key, or its quota is used up: parcels are not followed."),
    Trouble.CHANNEL: _("A channel of the team does not take what it is told."),
    Trouble.WEBHOOK: _("Another program is not told of everything: its webhook does not take what is posted."),
}
TROUBLE_PAGES: dict[str, str] = {
    Trouble.MAIL: "desk:messages",
    Trouble.MESSAGES: "desk:messages",
    Trouble.DATES: "desk:today",
    Trouble.TRACKING: "desk:tracking_accounts",
    Trouble.CHANNEL: "desk:channels",
    Trouble.WEBHOOK: "desk:webhooks",
}
# How an owner comes by the address, step by step.
HOW_TO: dict[str, str | Promise] = {
    ChannelKind.EMAIL: _("Any mail address: that of a person, or of a list that the whole team reads."),
    ChannelKind.WECOM: _(
        "In the WeCom group: the menu at the top right, “Group robots” (群机器人), add one, copy its webhook address. "
        "It begins with https://qyapi.weixin.qq.com/."
    ),
    ChannelKind.DINGTALK: _(
        "In the DingTalk group: Settings, “Bots” (机器人), add a “Custom” one. Choose “Sign” (加签) as its security "
        "setting, and copy both the webhook address and the secret that begins with SEC."
    ),
    ChannelKind.FEISHU: _(
        "In the Feishu or Lark group: Settings, “Bots” (群机器人), add a “Custom bot”. Switch on “Signature "
        "verification” (签名校验), and copy both the webhook address and the secret."
    ),
    ChannelKind.SLACK: _(
        "In Slack: create an app for your workspace, switch on “Incoming Webhooks”, add one to the channel, copy its "
        "address. It begins with https://hooks.slack.com/."
    ),
    ChannelKind.WEBHOOK: _(
        "Any https:// address that takes a POST. Every post is signed in the form of Standard Webhooks with a secret "
        "(whsec_…) that you choose or that we make."
    ),
}


def work_of(item: ActionItem) -> str:
    """What there is to do, with the exhibit or the message that it is about."""
    purpose = item.data.get("purpose", "")
    about = exhibit_name(item.data["slot"]) if "slot" in item.data else str(PURPOSES.get(purpose, ""))
    what = item.get_kind_display()
    return gettext("%(what)s: %(which)s") % {"what": what, "which": about} if about else what
