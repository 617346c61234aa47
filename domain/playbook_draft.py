"""A first playbook from what the org says about itself: teams, reviewers, calendars, territories, organisation.

When do you need to touch this? When another part of a playbook can be drafted. Pure; every value that the org did
not state is marked as a guess. Fields are drafted in `mapping_draft.py`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from zoneinfo import ZoneInfo

from domain.draft_text import Line, key_of, listed, quoted, text_of
from domain.leads import CrmRecord
from domain.model import Value
from domain.naming import country_code
from domain.org_sketch import Hours, OrgSketch
from domain.owners import is_active_person
from domain.permissions import Role

_INTAKE_WORDS = ("inbound", "intake", "incoming", "web", "new lead", "unassigned", "lead")
_NURTURE_WORDS = ("nurture", "archive", "spam", "recycl", "junk", "test")
_LEADING_WORDS = ("manager", "director", "head", "vp", "chief", "lead ")
_MOST_REVIEWERS = 40


class DraftTeam(Value):
    key: str
    name: str
    queue: str
    group: str
    members: tuple[str, ...]
    """Ids."""
    calendar: str


class DraftReviewer(Value):
    login: str
    user_id: str
    name: str
    mail: str
    role: Role
    role_guess: str
    team: str = ""
    manager: str = ""
    calendar: str


class DraftCalendar(Value):
    key: str
    hours: Hours
    guess: str = ""


class PlaybookDraft:
    """The drafted files of one org by name. Ask for `files()`."""

    def __init__(self, org: OrgSketch) -> None:
        self._org = org
        self._people = [u for u in org.users if is_active_person(u) and u.text("Email")]
        self._by_id = {u.id: u for u in self._people}
        self._keys: dict[str, str] = {}
        """Per id what the playbook calls somebody, whichever of the company's orgs it is for."""
        for user in self._people:
            self._keys[user.id] = key_of(user.text("Email").partition("@")[0], self._keys.values())
        self.calendars = _calendars(org)
        self.intake, self.intake_guess = _intake(org.queues)
        self.teams = self._teams()
        self.reviewers = self._reviewers()

    def files(self) -> dict[str, str]:
        return {
            "organisation.yaml": self._organisation(),
            "calendars.yaml": self._calendar_text(),
            "reviewers.yaml": self._reviewer_text(),
            "routing.yaml": self._routing_text(),
            "people.yaml": self._people_text(),
            "environments.yaml": self._environment_text(),
        }

    # ---- choices

    def _teams(self) -> tuple[DraftTeam, ...]:
        teams: list[DraftTeam] = []
        for queue in self._org.queues:
            name, developer = queue.text("Name"), queue.text("DeveloperName")
            members = tuple(i for i in self._org.group_members.get(developer, ()) if i in self._by_id)
            if developer == self.intake or not members or any(w in name.casefold() for w in _NURTURE_WORDS):
                continue
            key = key_of(name, (t.key for t in teams))
            calendar = self._calendar_of([self._by_id[i] for i in members])
            teams.append(
                DraftTeam(key=key, name=name, queue=developer, group=developer, members=members, calendar=calendar)
            )
        return tuple(teams)

    def _calendar_of(self, people: Sequence[CrmRecord]) -> str:
        """The calendar in the zone of most of them; else the one whose zone is nearest to it."""
        zones = Counter(p.text("TimeZoneSidKey") or self._org.time_zone for p in people)
        usual = zones.most_common(1)[0][0] if zones else self._org.time_zone
        here = _offset(usual)
        nearest = min(
            self.calendars, key=lambda c: (c.hours.time_zone != usual, abs(_offset(c.hours.time_zone) - here))
        )
        return nearest.key

    def _reviewers(self) -> tuple[DraftReviewer, ...]:
        """Members of teams and of the intake queue, and whom they report to."""
        wanted: dict[str, str] = {}
        for team in self.teams:
            for member in team.members:
                wanted.setdefault(member, team.key)
        for member in self._org.group_members.get(self.intake, ()):
            wanted.setdefault(member, "")
        for member in tuple(wanted):
            manager = self._by_id[member].text("ManagerId") if member in self._by_id else ""
            if manager in self._by_id:
                wanted.setdefault(manager, "")
        chosen = [self._by_id[i] for i in wanted if i in self._by_id] or self._people[:2]
        chosen = chosen[:_MOST_REVIEWERS]
        leading = {u.text("ManagerId") for u in chosen}
        logins = {user.id: self._keys[user.id] for user in chosen}
        found = [self._reviewer(u, logins, leading, wanted.get(u.id, "")) for u in chosen]
        if found and not any(r.role is Role.MANAGER for r in found):
            found[0] = found[0].model_copy(
                update={"role": Role.MANAGER, "role_guess": "somebody has to decide high risk; name the right person"}
            )
        return tuple(found)

    def _reviewer(self, user: CrmRecord, logins: dict[str, str], leading: set[str], team: str) -> DraftReviewer:
        title = f"{user.text('Title').casefold()} "
        manages = user.id in leading
        manager = manages or any(word in title for word in _LEADING_WORDS)
        return DraftReviewer(
            login=logins[user.id],
            user_id=user.id,
            name=user.text("Name"),
            mail=user.text("Email"),
            role=Role.MANAGER if manager else Role.REVIEWER,
            role_guess="others report to them" if manages else f"by the title {user.text('Title') or '(none)'}",
            team=team,
            manager=self._manager(user, logins),
            calendar=self._calendar_of([user]),
        )

    def _manager(self, user: CrmRecord, logins: dict[str, str]) -> str:
        """The next above them in the list; empty where the line ends, or comes back to where it began."""
        above, seen = user.text("ManagerId"), {user.id}
        while above and above not in seen:
            if above in logins:
                return "" if self._reports_to(above, user.id) else logins[above]
            seen.add(above)
            above = self._by_id[above].text("ManagerId") if above in self._by_id else ""
        return ""

    def _reports_to(self, person: str, boss: str) -> bool:
        above, seen = person, set[str]()
        while above in self._by_id and above not in seen:
            seen.add(above)
            above = self._by_id[above].text("ManagerId")
            if above == boss:
                return True
        return False

    def _territories(self) -> list[tuple[str, tuple[str, ...], str, str]]:
        """Name, countries, team key and what was guessed."""
        found: list[tuple[str, tuple[str, ...], str, str]] = []
        taken: set[str] = set()
        for territory in self._org.territories:
            named = [country_code(v) for v in territory.conditions] or [country_code(territory.name)]
            countries = tuple(c for c in dict.fromkeys(named) if c and c not in taken)
            team = self._team_of(territory.users)
            if countries and team:
                taken |= set(countries)
                said = "the team that shares most users with the territory"
                why = said if territory.conditions else f"{said}; its countries by its name alone"
                found.append((territory.name, countries, team, why))
        by_team: dict[str, list[tuple[str, int, int]]] = {}
        for country, (team, right, total) in self._custom().items():
            if country not in taken:
                by_team.setdefault(team, []).append((country, right, total))
        names = {name for name, *_ in found}
        for team, rows in by_team.items():
            label = next(t.name for t in self.teams if t.key == team)
            right, total = sum(r for _, r, _ in rows), sum(t for _, _, t in rows)
            why = f"{right} of {total} owned leads and accounts there are with this team now"
            name = label if label not in names else f"{label}, by custom"
            found.append((name, tuple(sorted(c for c, _, _ in rows)), team, why))
        return found

    def _team_of(self, users: Iterable[str]) -> str:
        there = set(users)
        shared = [(len(there & set(t.members)), t.key) for t in self.teams]
        most = max(shared, default=(0, ""), key=lambda s: s[0])
        return most[1] if most[0] else ""

    def _custom(self) -> dict[str, tuple[str, int, int]]:
        """Per country the team whose members own most of it, how many that are, and of how many."""
        teams_of: dict[str, str] = {}
        for team in self.teams:
            for member in team.members:
                teams_of.setdefault(member, team.key)
        counts: dict[str, Counter[str]] = {}
        for placed in self._org.placed:
            country = country_code(placed.country)
            if country and placed.owner_id in teams_of:
                counts.setdefault(country, Counter())[teams_of[placed.owner_id]] += placed.count
        return {c: (*n.most_common(1)[0], n.total()) for c, n in sorted(counts.items())}

    # ---- files

    def _organisation(self) -> str:
        org = self._org
        hosts = Counter(p.text("Email").partition("@")[2] for p in self._people)
        domain = hosts.most_common(1)[0][0] if hosts else "example.com"
        sources = org.object("Lead").listed("LeadSource")
        web = next((s for s in sources if "web" in s.casefold()), sources[0] if sources else "")
        lines: list[Line] = [
            (0, f"org_id: {org.org_id}", ""),
            (0, "seller:", ""),
            (1, f"name: {quoted(org.name or 'Our company')}", "the org's name; write the legal one"),
            (1, f"address: {quoted(org.address or 'Street 1, City')}", "complete it: the law asks for it in e-mails"),
            (1, f"sender_domain: {quoted(domain)}", "most users' e-mail domain"),
            (1, f"sender_name: {quoted(org.name or 'Our company')}", "used where a queue owns the lead"),
            (1, f"sender_address: {quoted(f'hello@{domain}')}", "does this mailbox exist?"),
            (0, f"intake_queue: {quoted(self.intake)}", self.intake_guess),
            (0, "levels:", ""),
            *((1, f"{m}: read_only", "") for m in ("inbound", "research", "follow_up", "hygiene", "nudge")),
            (0, "quorum: {high: 1}", "one manager is enough for high risk"),
            (0, "policy_daily_cap: 50", "low-risk changes without a person; counts from limited_automation on"),
            (0, "undo_window_seconds: 60s", "how long an approved e-mail can be stopped"),
            (0, "authorisation_hours: 72", "how long a decision authorises its write"),
        ]
        if web:
            guess = "by its name in the picklist LeadSource"
            lines.append((0, "lead_sources:", ""))
            lines += [(1, f"{kind}: {quoted(web)}", guess) for kind in ("web_form", "webhook", "file")]
        return text_of(
            "Who sells, which org this is for, and how much the agent may do. It begins with reading.", lines
        )

    def _calendar_text(self) -> str:
        country = country_code(self._org.country)
        days = sorted({d.day for d in self._org.days_off if not d.recurs})
        recurring = [d.name for d in self._org.days_off if d.recurs]
        lines: list[Line] = [(0, "calendars:", "")]
        for calendar in self.calendars:
            hours = calendar.hours
            uneven = "the days differ in the org; these are the times of most" if hours.uneven else ""
            lines += [
                (1, f"{calendar.key}:", calendar.guess),
                (2, f"time_zone: {quoted(hours.time_zone)}", ""),
                (2, f"days: [{', '.join(hours.days)}]", ""),
                (2, f'opens: "{hours.opens:%H:%M}"', uneven),
                (2, f'closes: "{hours.closes:%H:%M}"', uneven),
            ]
            if hours.time_zone == self._org.time_zone and country:
                lines.append((2, f"holidays_country: {quoted(country)}", "the org's country"))
            if days:
                lines.append((2, f"closed_on: [{', '.join(d.isoformat() for d in days)}]", "Holiday counts for all"))
        heading = "Working days and hours, from the org's business hours and holidays."
        if recurring:
            heading += f"\nRecurring holidays are not copied: {', '.join(recurring)}."
        return text_of(heading, lines)

    def _reviewer_text(self) -> str:
        open_, contacted, lost = self._statuses()
        lines: list[Line] = [(0, "reviewers:", "")]
        for r in self.reviewers:
            lines += [
                (1, f"- login: {quoted(r.login)}", ""),
                (2, f"name: {quoted(r.name)}", ""),
                (2, f"role: {r.role.value}", r.role_guess),
                *([(2, f"team: {r.team}", "member of its queue")] if r.team else []),
                (2, f"email: {quoted(r.mail)}", ""),
                (2, f"crm_user: {quoted(self._keys[r.user_id])}", ""),
                *([(2, f"manager: {quoted(r.manager)}", "")] if r.manager else []),
                *([(2, f"fallback: {quoted(r.manager)}", "their manager stands in")] if r.manager else []),
                (2, f"calendar: {r.calendar}", "the nearest time zone"),
            ]
        lines += [
            (0, "reject_reasons:", ""),
            *((1, f"- {{code: {code}, label: {label}}}", "put it in your words") for code, label in _REASONS),
            (0, "disqualify_reasons: {student: student_request, competitor: competitor, spam: spam, vendor: spam}",
             "which of them the rules may propose"),
            (0, f"disqualified_status: {quoted(lost)}", "by its name among the lead statuses"),
            (0, f"contacted_status: {quoted(contacted)}", "by its name among the lead statuses"),
        ]  # fmt: skip
        return text_of(f"Who decides. New leads begin as {open_}.", lines)

    def _statuses(self) -> tuple[str, str, str]:
        """The status of new, of contacted and of lost leads."""
        labels = [s.label for s in self._org.statuses if not s.converted] or ["Open"]
        first = next((s.label for s in self._org.statuses if s.default), labels[0])
        contacted = _first_with(labels, ("contacted", "working"), besides=("not contacted",)) or labels[-1]
        lost = _first_with(labels, ("not converted", "unqualif", "disqualif", "closed", "lost")) or labels[-1]
        return first, contacted, lost

    def _routing_text(self) -> str:
        lines: list[Line] = [(0, "teams:" if self.teams else "teams: {}", "")]
        for team in self.teams:
            lines += [
                (1, f"{team.key}:", "each queue with members is a team"),
                (2, f"name: {quoted(team.name)}", ""),
                (2, f"queue: {quoted(team.queue)}", ""),
                (2, f"group: {quoted(team.group)}", "who gets its leads: the members of the queue"),
                (2, "capacity: 50", "open leads per person"),
                (2, f"calendar: {team.calendar}", "the nearest to most members' time zone"),
            ]
        lines += [(0, "routing:", ""), (1, "precedence:", "the order of the sample")]
        lines += [(2, f"- {rank}", "") for rank in ("strategic", "lead_owner", "[account_owner, territory]")]
        territories = self._territories()
        lines.append((1, "territories:" if territories else "territories: []", ""))
        for name, countries, team_key, why in territories:
            lines += [
                (2, f"- name: {quoted(name)}", ""),
                (3, f"countries: [{', '.join(_country(c) for c in countries)}]", why),
                (3, f"team: {team_key}", why),
            ]
        lines.append((1, f"fallback_queue: {quoted(self.intake)}", "the intake queue"))
        return text_of("Who gets a lead. Read it before anything else: most of it follows from habits.", lines)

    def _people_text(self) -> str:
        lines: list[Line] = [(0, "people:", ""), (1, "users:" if self._people else "users: []", "")]
        lines += [(2, f"- {quoted(self._keys[u.id])}", "") for u in self._people]
        queues = [q.text("DeveloperName") for q in self._org.queues]
        lines.append((1, f"queues: {listed(queues)}", ""))
        groups = [g for g in self._org.group_members if g not in queues]
        lines.append((1, f"groups: {listed(groups)}", ""))
        return text_of("Who is in the CRM, so that a misspelt name is found without it.", lines)

    def _environment_text(self) -> str:
        """Who is behind the keys in this org; for another one, a block of its own is added by hand."""
        name = "sandbox" if self._org.sandbox else "production"
        lines: list[Line] = [
            (0, "environments:", ""),
            (1, f"{name}:", ""),
            (2, f"org_id: {self._org.org_id}", ""),
            (2, "users:" if self._people else "users: {}", ""),
        ]
        for user in self._people:
            called = user.text("Username") or user.text("Email")
            lines.append((3, f"{quoted(self._keys[user.id])}: {quoted(called)}", ""))
        heading = "Who the people of this playbook are in each org: a key, and their user name there.\n"
        return text_of(f"{heading}COUNTERSIGN_ENVIRONMENT says which block is meant.", lines)


_REASONS = (
    ("wrong_owner", "Wrong owner"),
    ("wrong_facts", "Facts are wrong"),
    ("not_a_fit", "Not a fit"),
    ("student_request", "Student request"),
    ("competitor", "Competitor"),
    ("spam", "Spam or sales pitch"),
    ("other", "Other"),
)


def _country(code: str) -> str:
    return f'"{code}"'


def _calendars(org: OrgSketch) -> tuple[DraftCalendar, ...]:
    found: list[DraftCalendar] = []
    for hours in sorted(org.hours, key=lambda h: (not h.default, h.name)):
        found.append(DraftCalendar(key=key_of(hours.name, (c.key for c in found)), hours=hours))
    if not found:
        usual = Hours(
            name="office", default=True, time_zone=org.time_zone, days=("mon", "tue", "wed", "thu", "fri"),
            opens=time(9), closes=time(18),
        )  # fmt: skip
        found.append(DraftCalendar(key="office", hours=usual, guess="the org has no business hours"))
    return tuple(found)


def _intake(queues: Sequence[CrmRecord]) -> tuple[str, str]:
    if not queues:
        return "Inbound_queue", "the org has no queue; create one of this name"
    for word in _INTAKE_WORDS:
        for queue in queues:
            if word in queue.text("Name").casefold():
                return queue.text("DeveloperName"), "by its name among the queues"
    return queues[0].text("DeveloperName"), "the first queue of the org; is it where new leads go?"


def _offset(zone: str) -> float:
    """Hours from UTC in winter; 0 for a zone that is none."""
    try:
        away = datetime(2026, 1, 15, tzinfo=ZoneInfo(zone)).utcoffset()
    except (ValueError, OSError, KeyError):
        return 0.0
    return away.total_seconds() / 3600 if away is not None else 0.0


def _first_with(labels: Sequence[str], words: Sequence[str], besides: Sequence[str] = ()) -> str:
    for word in words:
        for label in labels:
            text = label.casefold()
            if word in text and not any(b in text for b in besides):
                return label
    return ""
