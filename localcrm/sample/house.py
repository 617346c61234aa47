"""The seller's own side of the sample: organisation, users, queues, office hours, holidays."""

from __future__ import annotations

from datetime import date

from localcrm.fields import Record
from localcrm.objects.people import TEAMS
from localcrm.org_rules import AUTOMATED_USERNAME
from localcrm.sample.builder import Builder, slug
from localcrm.sample.staff import DOMAIN, QUEUE_MEMBERS, QUEUES, STAFF


def add_staff(b: Builder) -> dict[str, str]:
    """User ids by the key of each colleague."""
    long_ago = b.moment(900, 8)
    system: Record = {
        "Username": AUTOMATED_USERNAME,
        "LastName": "Automated Process",
        "Alias": "autoproc",
        "Email": AUTOMATED_USERNAME,
        "IsActive": True,
        "UserType": "AutomatedProcess",
        "TimeZoneSidKey": "Europe/Madrid",
    }
    b.system_user = b.add("User", long_ago, system)
    b.add(
        "Organization",
        long_ago,
        {
            "Name": "Acme Routing S.L.",
            "OrganizationType": "Developer Edition",
            "IsSandbox": True,
            "InstanceName": "LOCAL",
            "Country": "Spain",
            "DefaultLocaleSidKey": "es_ES",
            "LanguageLocaleKey": "en_US",
            "TimeZoneSidKey": "Europe/Madrid",
            "FiscalYearStartMonth": 1.0,
        },
    )
    users: dict[str, str] = {}
    for person in STAFF:
        values: Record = {
            "Username": person.username,
            "FirstName": person.first or None,
            "LastName": person.last,
            "Alias": slug(person.last)[:8],
            "Email": f"{person.key}@{DOMAIN}",
            "Title": person.title,
            "Department": person.department,
            "IsActive": person.active,
            "ManagerId": users.get(person.reports_to or ""),
            "LanguageLocaleKey": person.locale,
            "TimeZoneSidKey": person.zone,
            "Team__c": next(team for team in TEAMS if team == person.team),
            "Languages__c": person.languages,
        }
        users[person.key] = b.add("User", long_ago, values)
    return users


def add_queues(b: Builder, users: dict[str, str]) -> dict[str, str]:
    """Queue ids by name; office hours and holidays come along."""
    queues: dict[str, str] = {}
    for name in QUEUES:
        developer_name = "".join(ch if ch.isalnum() else "_" for ch in name)
        values: Record = {"Name": name, "DeveloperName": developer_name, "Type": "Queue"}
        values["Email"] = f"{slug(name)}@{DOMAIN}"
        queues[name] = b.add("Group", b.moment(880, 8), values)
        for member in QUEUE_MEMBERS[name]:
            b.add("GroupMember", b.moment(880, 9), {"GroupId": queues[name], "UserOrGroupId": users[member]})
    for name, zone in (("Madrid office", "Europe/Madrid"), ("Chicago office", "America/Chicago")):
        hours: Record = {"Name": name, "IsActive": True, "IsDefault": zone == "Europe/Madrid", "TimeZoneSidKey": zone}
        for weekday in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
            hours |= {f"{weekday}StartTime": "09:00:00.000Z", f"{weekday}EndTime": "18:00:00.000Z"}
        b.add("BusinessHours", b.moment(880, 9), hours)
    for name, month, day in (
        ("Año Nuevo", 1, 1),
        ("Día del Trabajador", 5, 1),
        ("Asunción", 8, 15),
        ("Navidad", 12, 25),
    ):
        for year in (b.today.year, b.today.year + 1):
            b.add("Holiday", b.moment(880, 9), {"Name": name, "ActivityDate": date(year, month, day).isoformat()})
    return queues
