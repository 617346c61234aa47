"""Which org this is, and whether it is a sandbox: what every page names, and what decides where e-mail may go."""

from domain.errors import CrmError, ErrorCode
from domain.organisation import Organisation
from gateways.crm.client import SalesforceSession, query_part
from gateways.crm.soql import select

_FIELDS = ("Id", "Name", "IsSandbox", "OrganizationType")


def read_organisation(session: SalesforceSession) -> Organisation:
    """One API call. Raises `CrmError`; an org that does not say whether it is a sandbox is not taken for one."""
    answer = session.composite(
        [query_part("organisation", select("Organization", _FIELDS, "", tail="LIMIT 1"))], all_or_none=False
    )
    row = next(iter(answer.parts["organisation"].records()), None)
    if row is None:
        raise CrmError("the org does not say who it is", code=ErrorCode.CRM_PROTOCOL)
    return Organisation(
        id=str(row["Id"]),
        name=str(row.get("Name") or ""),
        edition=str(row.get("OrganizationType") or ""),
        sandbox=bool(row.get("IsSandbox")),
    )
