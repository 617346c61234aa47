"""The seller's own people and queues: Acme Routing S.L., Madrid."""

from __future__ import annotations

from dataclasses import dataclass

from localcrm.options import DEFAULT_READER_USERNAME, DEFAULT_USERNAME

DOMAIN = "acme-routing.example"
QUEUES = ("Inbound queue", "EMEA mid-market", "Enterprise", "North America", "Partner desk", "Nurture")


@dataclass(frozen=True)
class Colleague:
    """`reports_to` is a key of this list; `languages` are ISO codes, best first."""

    key: str
    first: str
    last: str
    title: str
    department: str
    team: str
    languages: str
    zone: str = "Europe/Madrid"
    locale: str = "en_US"
    reports_to: str | None = None
    active: bool = True

    @property
    def username(self) -> str:
        return f"{self.key}@{DOMAIN}"


STAFF = (
    Colleague("lucia.ferrer", "Lucía", "Ferrer", "VP Sales", "Sales", "Management", "es,en,fr", locale="es"),
    Colleague(
        "tomas.aguilar", "Tomás", "Aguilar", "Revenue Operations Lead", "Operations", "Operations", "es,en",
        reports_to="lucia.ferrer", locale="es",
    ),
    Colleague(
        "ines.robledo", "Inés", "Robledo", "Sales Manager EMEA", "Sales", "EMEA mid-market", "es,en,it",
        reports_to="lucia.ferrer", locale="es",
    ),
    Colleague(
        "markus.lindner", "Markus", "Lindner", "Director Enterprise Sales", "Sales", "Enterprise", "de,en",
        zone="Europe/Berlin", reports_to="lucia.ferrer", locale="de",
    ),
    Colleague(
        "dana.whitfield", "Dana", "Whitfield", "Sales Director North America", "Sales", "North America", "en",
        zone="America/New_York", reports_to="lucia.ferrer",
    ),
    Colleague(
        "javier.montes", "Javier", "Montes", "Account Executive", "Sales", "EMEA mid-market", "es,en,pt",
        reports_to="ines.robledo", locale="es",
    ),
    Colleague(
        "chiara.bellini", "Chiara", "Bellini", "Account Executive", "Sales", "EMEA mid-market", "it,en,fr",
        zone="Europe/Rome", reports_to="ines.robledo", locale="it",
    ),
    Colleague(
        "sofie.vandenberghe", "Sofie", "Vandenberghe", "Account Executive", "Sales", "EMEA mid-market", "nl,fr,en",
        zone="Europe/Brussels", reports_to="ines.robledo", locale="nl_NL",
    ),
    Colleague(
        "jonas.keller", "Jonas", "Keller", "Account Executive", "Sales", "EMEA mid-market", "de,en,pl",
        zone="Europe/Berlin", reports_to="ines.robledo", locale="de",
    ),
    Colleague(
        "amelie.rousseau", "Amélie", "Rousseau", "Enterprise Account Executive", "Sales", "Enterprise", "fr,en,es",
        zone="Europe/Paris", reports_to="markus.lindner", locale="fr",
    ),
    Colleague(
        "piotr.zawadzki", "Piotr", "Zawadzki", "Enterprise Account Executive", "Sales", "Enterprise", "pl,en,de",
        zone="Europe/Warsaw", reports_to="markus.lindner",
    ),
    Colleague(
        "caleb.norwood", "Caleb", "Norwood", "Account Executive", "Sales", "North America", "en,es",
        zone="America/Chicago", reports_to="dana.whitfield",
    ),
    Colleague(
        "renee.tremblay", "Renée", "Tremblay", "Account Executive", "Sales", "North America", "fr,en",
        zone="America/Toronto", reports_to="dana.whitfield", locale="fr",
    ),
    Colleague(
        "miriam.castano", "Miriam", "Castaño", "Partner Manager", "Alliances", "Partner desk", "es,en,pt",
        reports_to="lucia.ferrer", locale="es",
    ),
    Colleague(
        "oriol.puig", "Oriol", "Puig", "Sales Development Representative", "Sales", "EMEA mid-market", "es,en,ca",
        reports_to="ines.robledo", locale="es",
    ),
    # Left last quarter; some of her records were never handed over.
    Colleague(
        "hannah.osei", "Hannah", "Osei", "Account Executive", "Sales", "EMEA mid-market", "en,de",
        zone="Europe/London", reports_to="ines.robledo", active=False,
    ),
    Colleague(
        DEFAULT_USERNAME.partition("@")[0], "", "Integration Writer", "Integration", "Operations", "Operations", "en",
    ),
    Colleague(
        DEFAULT_READER_USERNAME.partition("@")[0], "", "Integration Reader", "Integration", "Operations", "Operations",
        "en",
    ),
)  # fmt: skip

QUEUE_MEMBERS = {
    "Inbound queue": ("oriol.puig", "ines.robledo"),
    "EMEA mid-market": ("javier.montes", "chiara.bellini", "sofie.vandenberghe", "jonas.keller", "ines.robledo"),
    "Enterprise": ("amelie.rousseau", "piotr.zawadzki", "markus.lindner"),
    "North America": ("caleb.norwood", "renee.tremblay", "dana.whitfield"),
    "Partner desk": ("miriam.castano",),
    "Nurture": ("oriol.puig",),
}

# Who sells where below the enterprise line, by ISO country code.
TERRITORY = {
    "ES": "javier.montes",
    "PT": "javier.montes",
    "IT": "chiara.bellini",
    "FR": "sofie.vandenberghe",
    "NL": "sofie.vandenberghe",
    "BE": "sofie.vandenberghe",
    "DE": "jonas.keller",
    "AT": "jonas.keller",
    "PL": "jonas.keller",
    "GB": "javier.montes",
    "US": "caleb.norwood",
    "CA": "renee.tremblay",
}
ENTERPRISE = {"FR": "amelie.rousseau", "ES": "amelie.rousseau", "US": "dana.whitfield", "CA": "dana.whitfield"}
ENTERPRISE_DEFAULT = "piotr.zawadzki"
