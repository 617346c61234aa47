"""What every routing step looks at, and what it may answer."""

from domain.enrichment import Enrichment
from domain.leads import CrmRecord, CrmSnapshot, Inquiry
from domain.model import Instant, Value
from domain.naming import company_domain, company_name
from domain.playbook import Playbook, RoutingStep
from domain.routing_people import Staff


class Claim(Value):
    """A team, a queue or a person that a step names. `problem` is set where the rule fits but nobody can take it."""

    step: RoutingStep
    why: str
    team: str = ""
    owner: CrmRecord | None = None
    territory: str = ""
    rule: str = ""
    """The row that decided, where the step has rows."""
    evidence: tuple[str, ...] = ()
    confidence: float = 0.9
    strategic: bool = False
    problem: str = ""


class Passed(Value):
    """An owner whom a step would have named, and why it did not."""

    owner: CrmRecord
    why: str


Said = tuple[tuple[Claim, ...], tuple[Passed, ...]]
"""The claims of a step, and the owners it passed over."""


class Scene(Value):
    """What all steps look at."""

    inquiries: tuple[Inquiry, ...]
    snapshot: CrmSnapshot
    enrichment: Enrichment
    playbook: Playbook
    now: Instant
    set_aside: dict[str, str] = {}
    """Owners who are not to get this lead again, each with the reason."""

    @property
    def staff(self) -> Staff:
        return Staff(self.snapshot, self.playbook, self.now, self.set_aside)

    @property
    def domain(self) -> str:
        """The company's own domain."""
        address = next((i.email for i in reversed(self.inquiries) if i.email.strip()), "")
        website = next((i.website for i in reversed(self.inquiries) if i.website.strip()), "")
        lead = self.snapshot.lead
        if lead is not None:
            address, website = address or lead.text("Email"), website or lead.text("Website")
        return company_domain(address, website, frozenset(self.playbook.free_mail_hosts))

    @property
    def company(self) -> str:
        lead = self.snapshot.lead
        said = next((i.company for i in reversed(self.inquiries) if i.company.strip()), "")
        return company_name(said or (lead.text("Company") if lead is not None else ""))

    def user(self, user_id: str) -> CrmRecord | None:
        owner = self.snapshot.owner
        if owner is not None and owner.id == user_id:
            return owner
        return next((u for u in self.snapshot.users if u.id == user_id), None)
