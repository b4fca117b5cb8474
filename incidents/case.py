"""The facts of a case in numbers, from which duties and conditions of closing are computed."""

from dataclasses import dataclass
from datetime import datetime

from incidents.terms import Flag
from incidents.workflow import Circumstances


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the rows of one incident add up to. Times in UTC."""

    ref: str
    url: str
    title: str
    state: str
    lead: str
    reported_at: datetime
    noticed_at: datetime | None
    confirmed_at: datetime | None
    notify_from: datetime | None
    reporting_at: datetime | None
    missing_facts: tuple[str, ...]
    personal_data: Flag
    infrastructure: Flag
    customers_affected: Flag
    has_cause: bool
    blocks: int
    blocks_open: int
    first_check_at: datetime | None
    evidence: int
    evidence_unsealed: int
    tasks: int
    tasks_done: int
    tasks_required: int
    tasks_required_open: int
    measures: int
    affected: int
    nothing_to_block_at: datetime | None
    no_measure_at: datetime | None
    center_waived_at: datetime | None
    has_report: bool
    report_signed_at: datetime | None  # of the newest version; None while a newer draft is open
    record_changed_at: datetime | None = None  # facts, severity, blocks and their checks

    @property
    def is_report_signed(self) -> bool:
        """Signed since the work was declared finished: a reopened incident needs a new version."""
        return self.report_signed_at is not None and (
            self.reporting_at is None or self.report_signed_at >= self.reporting_at
        )

    @property
    def is_report_outdated(self) -> bool:
        """The record says something else than what was signed."""
        return (
            self.report_signed_at is not None
            and self.record_changed_at is not None
            and self.record_changed_at > self.report_signed_at
        )

    def circumstances(self, *, restored_how: str = "", reason: str = "") -> Circumstances:
        return Circumstances(
            blocks=self.blocks,
            blocks_open=self.blocks_open,
            is_nothing_to_block_signed=self.nothing_to_block_at is not None,
            personal_data=self.personal_data,
            infrastructure=self.infrastructure,
            customers_affected=self.customers_affected,
            restored_how=restored_how,
            reason=reason,
        )
