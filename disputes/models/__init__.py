"""What the team does about it: the rows, by subject."""

from disputes.case_terms import Eligibility, Fault, Intercept, MoneyKind, ParcelWay, Result
from disputes.models.actions import ActionItem, ActionKind, ActionState
from disputes.models.bulk import BulkItem, BulkItemState, BulkKind, BulkRun, BulkState
from disputes.models.calls import CallDirection, CallResult, PhoneCall
from disputes.models.cases import AfterSaleCase, CaseParcel, CaseStep, MoneyEntry
from disputes.models.chases import Chase, ChaseSource
from disputes.models.disputes import AdviceEntry, Dispute, DisputePart, Offer
from disputes.models.escalations import Escalation
from disputes.models.figures import FigureSheet
from disputes.models.heartbeats import Heartbeat
from disputes.models.incidents import Incident, IncidentCause, IncidentOrder, IncidentWording
from disputes.models.lessons import Lesson
from disputes.models.policy_changes import PolicyChange, PolicyChangeState
from disputes.models.rehearsals import Rehearsal, RehearsalSource, RehearsalState
from disputes.models.reviews import Review, ReviewKind, ReviewNote, ReviewSource
from disputes.models.tracking_cases import TrackingCase

__all__ = [
    "ActionItem",
    "ActionKind",
    "ActionState",
    "AdviceEntry",
    "AfterSaleCase",
    "BulkItem",
    "BulkItemState",
    "BulkKind",
    "BulkRun",
    "BulkState",
    "CallDirection",
    "CallResult",
    "CaseParcel",
    "CaseStep",
    "Chase",
    "ChaseSource",
    "Dispute",
    "DisputePart",
    "Eligibility",
    "Escalation",
    "Fault",
    "FigureSheet",
    "Heartbeat",
    "Incident",
    "IncidentCause",
    "IncidentOrder",
    "IncidentWording",
    "Intercept",
    "Lesson",
    "MoneyEntry",
    "MoneyKind",
    "Offer",
    "ParcelWay",
    "PhoneCall",
    "PolicyChange",
    "PolicyChangeState",
    "Rehearsal",
    "RehearsalSource",
    "RehearsalState",
    "Result",
    "Review",
    "ReviewKind",
    "ReviewNote",
    "ReviewSource",
    "TrackingCase",
]
