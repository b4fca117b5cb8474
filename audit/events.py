"""Every name that the audit trail may hold: `noun.verb` in the past, with words for the page.

A service that writes records exactly one of these; tests/test_house.py holds both directions.
"""

from typing import NewType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Event = NewType("Event", str)

LABELS: dict[Event, "str | Promise"] = {}


def _event(name: str, label: "str | Promise") -> Event:
    event = Event(name)
    LABELS[event] = label
    return event


# people
SIGN_IN_SUCCEEDED = _event("sign_in.succeeded", _("signed in"))
SIGN_IN_REFUSED = _event("sign_in.refused", _("was refused at sign-in"))
SIGN_IN_ENDED = _event("sign_in.ended", _("signed out"))
USER_INVITED = _event("user.invited", _("invited a person"))
USER_JOINED = _event("user.joined", _("accepted an invitation"))
USER_ROLES_CHANGED = _event("user.roles_changed", _("changed the roles of a person"))
USER_DEACTIVATED = _event("user.deactivated", _("deactivated a person"))
USER_REACTIVATED = _event("user.reactivated", _("reactivated a person"))
USER_CHANGED = _event("user.changed", _("changed a profile"))
INVITATION_REVOKED = _event("invitation.revoked", _("revoked an invitation"))
PASSWORD_ASKED = _event("password.asked", _("asked for a new password"))
PASSWORD_CHANGED = _event("password.changed", _("changed the password"))
FACTOR_ADDED = _event("factor.added", _("set up the authenticator"))
FACTOR_REMOVED = _event("factor.removed", _("removed a lost second factor"))
FACTOR_CONFIRMED = _event("factor.confirmed", _("confirmed with a code"))
FACTOR_REFUSED = _event("factor.refused", _("gave a wrong code"))
RECOVERY_CODES_MADE = _event("recovery_codes.made", _("made recovery codes"))
ORGANISATION_CHANGED = _event("organisation.changed", _("changed the details of the organisation"))

# customers
CUSTOMER_ADDED = _event("customer.added", _("added a customer"))
CUSTOMER_CHANGED = _event("customer.changed", _("changed a customer"))
CONTACT_ADDED = _event("contact.added", _("added a contact"))
CONTACT_CHANGED = _event("contact.changed", _("changed a contact"))
IMPORT_CHECKED = _event("import.checked", _("checked a customer file"))
IMPORT_DONE = _event("import.done", _("imported customers"))

# incidents
INCIDENT_REPORTED = _event("incident.reported", _("reported an incident"))
INCIDENT_TRIAGED = _event("incident.triaged", _("confirmed an incident"))
INCIDENT_MERGED = _event("incident.merged", _("closed an incident as part of another"))
INCIDENT_DISMISSAL_ASKED = _event("incident.dismissal_asked", _("asked for a second opinion"))
INCIDENT_DISMISSED = _event("incident.dismissed", _("closed a report as not an incident"))
INCIDENT_DISMISSAL_REFUSED = _event("incident.dismissal_refused", _("refused to close a report"))
INCIDENT_FACTS_CHANGED = _event("incident.facts_changed", _("changed the facts"))
INCIDENT_SEVERITY_CHANGED = _event("incident.severity_changed", _("changed the severity"))
INCIDENT_STATE_CHANGED = _event("incident.state_changed", _("changed the state"))
INCIDENT_CLOSED = _event("incident.closed", _("closed an incident"))
INCIDENT_TEAM_CHANGED = _event("incident.team_changed", _("changed the team"))
REPORT_EXTENDED = _event("report.extended", _("added to a report"))
ACTION_RECORDED = _event("action.recorded", _("recorded a blocking action"))
ACTION_CHECKED = _event("action.checked", _("checked a blocking action"))
ACTION_LIFTED = _event("action.lifted", _("lifted a blocking action"))
NOTE_ADDED = _event("note.added", _("added a note"))
NOTE_CORRECTED = _event("note.corrected", _("corrected an entry"))
ENTRY_MARKED = _event("entry.marked", _("marked an entry for the report"))
EVIDENCE_ADDED = _event("evidence.added", _("sealed evidence"))
EVIDENCE_DOWNLOADED = _event("evidence.downloaded", _("downloaded evidence"))
TASK_ADDED = _event("task.added", _("added a task"))
TASK_ASSIGNED = _event("task.assigned", _("assigned a task"))
TASK_DONE = _event("task.done", _("finished a task"))
MEASURE_ADDED = _event("measure.added", _("added a preventive measure"))
MEASURE_DONE = _event("measure.done", _("finished a preventive measure"))
CUSTOMERS_DECIDED = _event("customers.decided", _("decided about affected customers"))
CUSTOMER_ATTACHED = _event("customer.attached", _("marked customers as affected"))
CUSTOMER_DETACHED = _event("customer.detached", _("took a customer off the affected list"))
DECLARATION_ASKED = _event("declaration.asked", _("asked for a decision"))
DECLARATION_SIGNED = _event("declaration.signed", _("signed a declaration"))
DECLARATION_REFUSED = _event("declaration.refused", _("refused a declaration"))
OFFICER_REPORT_DRAFTED = _event("officer_report.drafted", _("drafted the report from the record"))
OFFICER_REPORT_EDITED = _event("officer_report.edited", _("edited the report"))
OFFICER_REPORT_SIGNED = _event("officer_report.signed", _("signed the report"))

# telling others
DUTY_TARGET_SET = _event("duty.target_set", _("set a company target"))
DUTY_CONFIRMED = _event("duty.confirmed", _("confirmed a duty"))
AUTHORITY_CHANGED = _event("authority.changed", _("changed an authority"))
AUTHORITY_CONFIRMED = _event("authority.confirmed", _("confirmed the address of an authority"))
TEXT_REVIEWED = _event("text.reviewed", _("confirmed a built-in text"))
NOTICE_STARTED = _event("notice.started", _("started a customer notice"))
NOTICE_WRITTEN = _event("notice.written", _("changed a customer notice"))
NOTICE_TESTED = _event("notice.tested", _("sent a test of a customer notice"))
NOTICE_SUBMITTED = _event("notice.submitted", _("sent a customer notice for approval"))
NOTICE_RETURNED = _event("notice.returned", _("returned a customer notice"))
NOTICE_APPROVED = _event("notice.approved", _("approved a customer notice"))
NOTICE_CANCELLED = _event("notice.cancelled", _("cancelled a customer notice"))
NOTICE_PAUSED = _event("notice.paused", _("paused the sending of a notice"))
NOTICE_RESUMED = _event("notice.resumed", _("resumed the sending of a notice"))
NOTICE_RETRIED = _event("notice.retried", _("asked for another try"))
MAIL_RESUMED = _event("mail.resumed", _("resumed all mail"))
CUSTOMER_CALLED = _event("customer.called", _("told a customer by phone"))
CUSTOMER_WAIVED = _event("customer.waived", _("waived telling a customer"))
LETTER_STARTED = _event("letter.started", _("started a letter to an authority"))
LETTER_WRITTEN = _event("letter.written", _("changed a letter to an authority"))
LETTER_CANCELLED = _event("letter.cancelled", _("cancelled a letter to an authority"))
LETTER_SIGNED = _event("letter.signed", _("signed a letter to an authority"))
LETTER_SENT = _event("letter.sent", _("sent a letter by e-mail"))
LETTER_SUBMITTED = _event("letter.submitted", _("marked a letter as submitted"))
LETTER_ACKNOWLEDGED = _event("letter.acknowledged", _("recorded the receipt of a letter"))

# measuring
VOLUME_ADDED = _event("volume.added", _("added invented rows for measuring"))
