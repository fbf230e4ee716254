"""What is said to buyers, by subject."""

from messaging.models.inbound import FailedAddress, InboundAttachment, InboundMessage
from messaging.models.mailboxes import MailboxAccount
from messaging.models.messages import Channel, Message, MessageState
from messaging.models.promises import Promise
from messaging.models.replies import QuickReply, ReplyUse
from messaging.models.team import NoticeKind, NoticeState, TeamChannel, TeamNotice
from messaging.models.texts import PurposeSwitch, Template, TextVersion, WrittenLanguages

__all__ = [
    "Channel",
    "FailedAddress",
    "InboundAttachment",
    "InboundMessage",
    "MailboxAccount",
    "Message",
    "MessageState",
    "NoticeKind",
    "NoticeState",
    "Promise",
    "PurposeSwitch",
    "QuickReply",
    "ReplyUse",
    "TeamChannel",
    "TeamNotice",
    "Template",
    "TextVersion",
    "WrittenLanguages",
]
