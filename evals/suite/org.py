"""The org that a case plays in, as the suite sees it. Whoever starts the suite brings one (`cli.evals_org`)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from domain.model import Scalar
from evals.suite.cases import CrmFault


class EvalOrg(Protocol):
    """A CRM with the staff of the shipped playbook, which can be put back to that state."""

    base_url: str
    client_id: str
    client_secret: str

    def renew(self, now: datetime) -> None:
        """Only the staff, at this time."""
        ...

    def set_time(self, now: datetime) -> None: ...

    def users(self) -> Mapping[str, str]:
        """E-mail address to id."""
        ...

    def queues(self) -> Mapping[str, str]:
        """Developer name to id."""
        ...

    def add(self, object_name: str, fields: Mapping[str, Scalar]) -> str:
        """A record that a person makes; its id."""
        ...

    def edit(self, object_name: str, record_id: str, fields: Mapping[str, Scalar]) -> None: ...

    def fault(self, fault: CrmFault) -> None: ...

    def clear_faults(self) -> None: ...

    def rows(self, object_name: str) -> tuple[Mapping[str, Scalar], ...]:
        """Every live row, all fields."""
        ...

    def integration_user(self) -> str:
        """Id of the user whom the product writes as."""
        ...
