"""What is known of the org that is written to: its name, whether it is a sandbox, and how its people worked before."""

from sqlmodel import col, select

from domain.model import Instant
from domain.organisation import Baseline, Organisation
from persistence.database import Database
from persistence.tables import BaselineRow, OrganisationRow


class SqlOrgProfiles:
    """Pages read here what only processes with access to the CRM can ask."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keep(self, organisation: Organisation, *, now: Instant) -> None:
        """Replaces what was known."""
        with self._db.transaction() as session:
            session.merge(
                OrganisationRow(org_id=organisation.id, seen_at=now, body=organisation.model_dump_json().encode())
            )

    def get(self, org_id: str) -> Organisation | None:
        with self._db.session() as session:
            row = session.get(OrganisationRow, org_id)
        return Organisation.model_validate_json(row.body) if row is not None else None

    def keep_baseline(self, baseline: Baseline) -> None:
        """Beside the earlier ones: the first is what later figures are compared with."""
        with self._db.transaction() as session:
            session.add(
                BaselineRow(
                    org_id=baseline.org_id,
                    measured_at=baseline.measured_at,
                    body=baseline.model_dump_json().encode(),
                )
            )

    def baselines(self, org_id: str) -> tuple[Baseline, ...]:
        """Oldest first."""
        with self._db.session() as session:
            wanted = select(BaselineRow.body).where(col(BaselineRow.org_id) == org_id)
            bodies = session.exec(wanted.order_by(col(BaselineRow.seq))).all()
        return tuple(Baseline.model_validate_json(body) for body in bodies)
