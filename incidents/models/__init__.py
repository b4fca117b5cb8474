"""The case and what belongs to it.

Incident ─┬─< TimelineEntry        everything that happened, in one line, never edited
          ├─< Note                 written findings
          ├─< BlockingAction ─< ActionCheck
          ├─< Evidence ─< CustodyEvent
          ├─< Task, Measure, Declaration
          ├─< AffectedCustomer >── customers.Customer
          └─< OfficerReport ─< ReportSection
"""

from incidents.models.actions import ActionCheck, BlockingAction
from incidents.models.affected import AffectedCustomer
from incidents.models.evidence import CustodyEvent, Evidence
from incidents.models.incident import Incident, IncidentQuerySet
from incidents.models.report import OfficerReport, ReportSection
from incidents.models.timeline import Note, TimelineEntry
from incidents.models.work import Declaration, Measure, Task

__all__ = [
    "ActionCheck",
    "AffectedCustomer",
    "BlockingAction",
    "CustodyEvent",
    "Declaration",
    "Evidence",
    "Incident",
    "IncidentQuerySet",
    "Measure",
    "Note",
    "OfficerReport",
    "ReportSection",
    "Task",
    "TimelineEntry",
]
