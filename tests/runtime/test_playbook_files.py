"""Every mistake in a playbook is told with its file, its line and what to do."""

import os
import shutil
from pathlib import Path

import pytest

from domain.errors import DomainError, ErrorCode, InputError
from runtime.playbook_files import FilePlaybooks, load_playbook

SHIPPED = Path(__file__).parents[2] / "playbook"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "playbook"))


def edit(folder: Path, file: str, old: str, new: str) -> int:
    """Replace the first `old` and return the line on which `new` begins."""
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{file} does not hold {old!r}"
    place = text.index(old)
    path.write_text(text[:place] + new + text[place + len(old) :], encoding="utf-8")
    return text[:place].count("\n") + 1


def complaints(folder: Path) -> list[str]:
    with pytest.raises(InputError) as refused:
        load_playbook(folder)
    assert refused.value.code is ErrorCode.INVALID_PLAYBOOK
    return refused.value.detail.splitlines()


def test_the_shipped_playbook_is_sound() -> None:
    playbook = load_playbook(SHIPPED)
    assert len(playbook.digest) == 64
    assert load_playbook(SHIPPED) == playbook


def test_comments_and_the_order_of_files_do_not_change_the_digest(folder: Path) -> None:
    before = load_playbook(folder).digest
    (folder / "voice.yaml").write_text((folder / "ladders.yaml").read_text() + "# nothing more\n")
    (folder / "ladders.yaml").unlink()
    assert load_playbook(folder).digest == before


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("organisation.yaml", "sender_domain:", "sender_domian:", "unknown key sender_domian; did you mean"),
        ("scoring.yaml", "points: 26", "pionts: 26", "unknown key pionts; did you mean points?"),
        ("scoring.yaml", "at_most: 5000", "at_moost: 5000", "unknown key at_moost; did you mean at_most?"),
        ("scoring.yaml", "points: 26", "points: lots", "score_rules.1.points: input should be a valid integer"),
        ("organisation.yaml", "inbound: approved_writeback", "inbound: everything", "levels.inbound: input should be"),
        ("ladders.yaml", "fallback: 90m", "fallback: soon", "not a duration; write 20s, 30m, 4h or 3d (it is 'soon')"),
        ("ladders.yaml", "medium: {reminder: 1h", "medium: {reminder: 9h", "the steps must rise"),
        ("routing.yaml", "team: north_america\n", "team: moon\n", "there is no team moon; define it, or use one of: "),
        ("routing.yaml", "segments: [enterprise]", "segments: [huge]", "there is no segment huge"),
        ("reviewers.yaml", "fallback: javier", "fallback: nobody", "there is no reviewer nobody"),
        ("reviewers.yaml", "manager: ines", "manager: oriol", "oriol is their own manager"),
        ("reviewers.yaml", "calendar: madrid", "calendar: mars", "there is no calendar mars"),
        ("reviewers.yaml", "student: student_request", "student: pupils", "there is no reject reason pupils"),
        ("calendars.yaml", "time_zone: Europe/Madrid", "time_zone: Europe/Atlantis", "Europe/Atlantis is no time zone"),
        ("calendars.yaml", "holidays_country: ES", "holidays_country: XX", "no holidays are known for XX MD"),
        ("organisation.yaml", "intake_queue: Inbound_queue", "intake_queue: 00GLc0000000001MAA", "is a record id"),
        ("routing.yaml", "owner: markus.lindner@acme-routing.example", "owner: 005Lc0000000001MAA", "is a record id"),
        ("scoring.yaml", "any_of: [pricing, purchase]", "any_of: [pricing, haggling]", "no language has phrases"),
        ("fields.yaml", "employees: [crm, firmographics]", "employees: [website, crm]", "website is to win employees"),
        ("fields.yaml", "    industry: [crm, firm", "    annual_revenue: [crm, firm", "so nobody can win it"),
        ("fields.yaml", "providers: [crm, firmographics]", "providers: [crm, firmographics, crm]", "crm is there tw"),
        ("fields.yaml", "approved: []", "approved: [everything]", "enrichment.approved.0: input should be 'technog"),
        ("consent.yaml", "countries: [ES]", "countries: [ES, DE]", "DE has two consent rules, DE-UWG and ES-B2B"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line_with_its_place(folder: Path, file: str, old: str, new: str, says: str) -> None:
    line = edit(folder, file, old, new)
    found = complaints(folder)
    assert len(found) == 1
    place, _, text = found[0].partition(": ")
    assert says in text
    assert "; " in text
    assert place == f"{file}:{line}"


def test_a_step_that_is_asked_twice_is_told_at_its_second_place(folder: Path) -> None:
    line = edit(folder, "routing.yaml", "- partner\n", "- partner\n    - strategic\n")
    assert complaints(folder) == [f"routing.yaml:{line + 1}: strategic is there twice; keep its first place"]


def test_what_a_whole_list_lacks_is_told_where_it_begins(folder: Path) -> None:
    edit(folder, "scoring.yaml", "{name: D, at_least: 0,", "{name: D, at_least: 3,")
    begins = (folder / "scoring.yaml").read_text().splitlines().index("bands:") + 1
    assert complaints(folder) == [f"scoring.yaml:{begins}: no band begins at 0; give the lowest band at_least: 0"]


def test_two_owners_of_one_territory(folder: Path) -> None:
    line = edit(
        folder,
        "routing.yaml",
        "    - name: DACH\n",
        "    - name: Spain again\n      countries: [FR, ES]\n      team: enterprise\n    - name: DACH\n",
    )
    found = complaints(folder)
    assert found[0].startswith(
        f"routing.yaml:{line}: ES belongs to emea (territory Iberia and Italy) and to enterprise; "
    )


def test_a_circle_of_fallbacks(folder: Path) -> None:
    edit(
        folder,
        "reviewers.yaml",
        "login: ines\n    name: Inés Robledo\n    role: manager\n    team: emea\n",
        "login: ines\n    name: Inés Robledo\n    role: manager\n    team: emea\n",
    )
    line = edit(folder, "reviewers.yaml", "fallback: lucia", "fallback: oriol")
    found = complaints(folder)
    assert len(found) == 1
    assert "the fallbacks go in a circle: oriol → javier → ines → oriol; end the chain" in found[0]
    assert int(found[0].split(":")[1]) < line


def test_a_key_twice_in_one_map_and_in_two_files(folder: Path) -> None:
    line = edit(folder, "organisation.yaml", "policy_daily_cap: 200", "policy_daily_cap: 200\npolicy_daily_cap: 300")
    (folder / "zz.yaml").write_text("\nvoice: Loud\n")
    found = complaints(folder)
    assert f"organisation.yaml:{line + 1}: policy_daily_cap is there twice, first on line {line}; keep one" in found
    assert any(f.startswith("zz.yaml:2: voice is already in products.yaml:") for f in found)


def test_a_missing_part_is_named(folder: Path) -> None:
    (folder / "calendars.yaml").unlink()
    assert any("calendars is missing; add it" in c for c in complaints(folder))


def test_all_mistakes_are_told_at_once(folder: Path) -> None:
    edit(folder, "scoring.yaml", "points: 26", "pionts: 26")
    edit(folder, "routing.yaml", "capacity: 60", "capacity: none")
    found = complaints(folder)
    assert {c.split(":")[0] for c in found} == {"scoring.yaml", "routing.yaml"}


def test_text_that_is_not_yaml(folder: Path) -> None:
    (folder / "hosts.yaml").write_text("a: b\n  c: [d\n")
    (folder / "consent.yaml").write_bytes(b"\xff\xfe\x00")
    (folder / "fields.yaml").write_text("- only\n- a list\n")
    found = complaints(folder)
    assert any(c.startswith("hosts.yaml:2: not readable as YAML") for c in found)
    assert any(c.startswith("consent.yaml:1: not readable as YAML in UTF-8") for c in found)
    assert any(c.startswith("fields.yaml:1: the file must be `key: value` at its top") for c in found)


def test_tags_and_anchors_run_nothing(folder: Path) -> None:
    (folder / "evil.yaml").write_text("voice: !!python/object/apply:os.system ['true']\n")
    assert any("evil.yaml:1" in c for c in complaints(folder))


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("voice: &a [x, *a]\n", "a holds itself; write out what is meant"),
        ("voice: " + "[" * 3000 + "]" * 3000 + "\n", "nested too deeply; "),
        (
            "v0: &v0 [x, x, x, x, x, x, x, x, x, x]\n"
            + "".join(f"v{n}: &v{n} [{', '.join([f'*v{n - 1}'] * 10)}]\n" for n in range(1, 12)),
            "more than 200000 values; ",
        ),
    ],
    ids=["a cycle of aliases", "a deep nest", "a bomb of aliases"],
)
def test_yaml_that_no_rule_looks_like_is_told_where_it_begins(folder: Path, added: str, says: str) -> None:
    (folder / "zz.yaml").write_text(f"# rules\n{added}")
    (told,) = [c for c in complaints(folder) if c.startswith("zz.yaml:")]
    place, _, text = told.partition(": ")
    assert text.startswith(says)
    assert 2 <= int(place.split(":")[1]) <= 2 + added.count("\n")


def test_a_name_with_a_line_end_stays_one_line(folder: Path) -> None:
    edit(folder, "routing.yaml", "name: DACH", 'name: "DACH\\nevil.yaml:1: \u202ename"')
    edit(folder, "routing.yaml", "countries: [DE, AT, CH, LI]", "countries: [ES, AT, CH, LI]")
    edit(folder, "routing.yaml", "      team: emea\n    - name: France", "      team: enterprise\n    - name: France")
    assert all(line.startswith("routing.yaml:") and "\u202e" not in line for line in complaints(folder))


def test_what_an_emptied_file_held_is_missing_there(folder: Path) -> None:
    (folder / "routing.yaml").write_text("# nothing left\n")
    assert {c for c in complaints(folder) if "missing" in c} == {
        "routing.yaml:1: routing is missing; add it",
        "routing.yaml:1: teams is missing; add it",
    }


@pytest.mark.parametrize(
    ("file", "old", "new", "fix"),
    [
        ("routing.yaml", "countries: [GB, IE]", "countries: [UK, IE]", "no country has the code UK; write GB"),
        ("routing.yaml", "markets: [ES, PT", "markets: [ES, ZZ, PT", "no country has the code ZZ; write the ISO code"),
        ("consent.yaml", "countries: [ES]", "countries: [ES, EL]", "no country has the code EL; write GR"),
        (
            "routing.yaml",
            "  rules: []",
            "  rules:\n    - {id: nowhere, countries: [QQ], team: emea}",
            "no country has the code QQ",
        ),
    ],
)
def test_a_code_that_no_country_has_would_wait_for_ever(folder: Path, file: str, old: str, new: str, fix: str) -> None:
    line = edit(folder, file, old, new) + new.count("\n")
    assert any(c.startswith(f"{file}:{line}: {fix}") for c in complaints(folder))


def test_norway_is_a_country_and_nine_o_clock_a_time(folder: Path) -> None:
    edit(folder, "routing.yaml", "countries: [SE, NO, DK", "countries: [SE, NO, DK")
    edit(folder, "calendars.yaml", 'opens: "09:00"', "opens: 09:00")
    playbook = load_playbook(folder)
    assert any("NO" in t.countries for t in playbook.routing.territories)
    assert playbook.calendars["madrid"].opens.hour == 9


def test_no_playbook_at_all(tmp_path: Path) -> None:
    assert "no playbook here" in complaints(tmp_path)[0]


class Kept:
    """Bodies by digest, in memory."""

    def __init__(self) -> None:
        self.bodies: dict[str, bytes] = {}

    def store(self, digest: str, body: bytes) -> None:
        self.bodies.setdefault(digest, body)

    def load(self, digest: str) -> bytes | None:
        return self.bodies.get(digest)


def touch_later(path: Path) -> None:
    stat = path.stat()
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000_000))


def test_an_edit_is_seen_and_a_pinned_case_keeps_its_rules(folder: Path) -> None:
    kept = Kept()
    playbooks = FilePlaybooks(folder, kept)
    before = playbooks.current()
    assert playbooks.current() is before
    edit(folder, "products.yaml", "voice: Friendly", "voice: Very friendly")
    touch_later(folder / "products.yaml")
    after = playbooks.current()
    assert after.voice.startswith("Very friendly")
    assert playbooks.pinned(before.digest) == before
    assert playbooks.pinned(after.digest) is after
    assert FilePlaybooks(folder, kept).pinned(before.digest) == before


def test_a_broken_edit_raises_and_its_repair_is_seen(folder: Path) -> None:
    playbooks = FilePlaybooks(folder, Kept())
    good = playbooks.current()
    edit(folder, "products.yaml", "voice: Friendly", "vioce: Friendly")
    with pytest.raises(InputError, match="invalid_playbook"):
        playbooks.current()
    assert playbooks.readable() == good
    edit(folder, "products.yaml", "vioce: Friendly", "voice: Friendly")
    assert playbooks.current() == good


def test_a_digest_that_nobody_stored(folder: Path) -> None:
    with pytest.raises(DomainError) as missing:
        FilePlaybooks(folder, Kept()).pinned("0" * 64)
    assert missing.value.code is ErrorCode.DOCUMENT_MISSING


def test_a_motion_has_at_most_seven_reject_reasons_each_once(folder: Path) -> None:
    eighth = "".join(f"    - {{code: more_{n}, label: More {n}}}\n" for n in range(5))
    line = edit(folder, "reviewers.yaml", "    - {code: wrong_company, label: Another company}\n", eighth)
    (complaint,) = complaints(folder)
    assert complaint.startswith(f"reviewers.yaml:{line - 1}: motion_reject_reasons.research: ")
    assert "at most 7" in complaint


def test_a_reject_reason_that_is_there_twice_has_two_keys(folder: Path) -> None:
    line = edit(folder, "reviewers.yaml", "label: Outdated", "label: Another company")
    assert complaints(folder) == [f"reviewers.yaml:{line}: Another company is there twice; keep one of them"]


def test_a_line_of_the_playbook_has_a_place(folder: Path) -> None:
    path = folder / "routing.yaml"
    text = path.read_text(encoding="utf-8")
    row = next(n for n, t in enumerate(load_playbook(folder).routing.territories) if t.name == "DACH")
    line = text[: text.index("- name: DACH")].count("\n") + 1
    store = FilePlaybooks(folder, _NoStore())
    assert store.place_of(("routing", "territories", row)) == f"routing.yaml:{line}"


class _NoStore:
    def store(self, digest: str, body: bytes) -> None:
        raise AssertionError("nothing is to be kept")

    def load(self, digest: str) -> bytes | None:
        raise AssertionError("nothing is to be read")
