"""Which company a case is about, as far as outside sources need to know."""

from domain.leads import CrmSnapshot, Inquiry
from domain.naming import company_domain


def company_domain_of(inquiry: Inquiry, snapshot: CrmSnapshot) -> str:
    """The company's registrable domain from the address, else from a website; empty for free-mail alone.

    It is all that leaves this machine about a case, and the only key that answers are kept under.
    """
    lead, account = snapshot.lead, snapshot.account
    known = (r.text("Email") for r in (lead, snapshot.contact) if r is not None)
    address = inquiry.email or next((address for address in known if address), "")
    websites = (inquiry.website, lead.text("Website") if lead else "", account.text("Website") if account else "")
    return company_domain(address, next((w for w in websites if w), ""))
