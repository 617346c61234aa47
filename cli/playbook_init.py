"""`countersign playbook init DIR --from-org`: a first playbook, drafted from the connected org. Reads only."""

import re
import shutil
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from cli.crm_access import crm_access
from domain.draft_text import listed
from domain.errors import ErrorCode, InputError
from domain.mapping_draft import fields_file
from domain.org_sketch import OrgSketch
from domain.playbook_draft import PlaybookDraft
from gateways.crm.org_reader import OrgReader
from runtime.clock import SystemClock
from runtime.playbook_files import load_playbook

SAMPLE = Path(__file__).parents[1] / "playbook"
"""The playbook that is shipped; what says nothing about an org is taken from it."""

_TAKEN = {
    "scoring.yaml": "guess: points, sizes and industries are the sample's; compare them with what you won",
    "consent.yaml": "guess: a working default, not legal advice",
    "reading.yaml": "guess: phrases of the sample; add those of your market",
    "hosts.yaml": "guess: free-mail, disposable and academic hosts of the sample",
    "ladders.yaml": "guess: reminder, fallback, manager and expiry of the sample",
}
_PRODUCTS = """# Sentences about your product that may be used word for word. Nothing else is claimed about it.
products: []
voice: Friendly and short.  # guess: how your team writes
meeting_offers: {}
"""

console = Console()


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it; must not hold a playbook yet.")],
    from_org: Annotated[bool, typer.Option("--from-org", help="Draft it from the connected org.")] = False,
) -> None:
    """Draft a playbook. Every guess is marked `# guess:`; nothing in the org is changed."""
    if folder.exists() and any(folder.rglob("*.yaml")):
        raise InputError(f"{folder} holds a playbook already; name another folder", code=ErrorCode.INVALID_PLAYBOOK)
    if from_org:
        clock = SystemClock()
        org = OrgReader(crm_access().session(clock), clock).sketch()
        write(folder, org)
        notes = org.notes
    else:
        shutil.copytree(SAMPLE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", "*.csv"))
        notes = ("this is the sample organisation's playbook; --from-org drafts one from your org",)
    playbook = load_playbook(folder, "")
    guesses = sum(text.count("# guess:") for text in _texts(folder))
    console.print(
        f"{folder} is valid: {len(playbook.teams)} teams, {len(playbook.reviewers)} reviewers, "
        f"{len(playbook.routing.territories)} territories; {guesses} guesses to read "
        f"(grep -n 'guess:' {folder}/*.yaml)",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )
    for note in notes:
        console.print(f"[dim]Note: {escape(note)}[/]", highlight=False, soft_wrap=True)


def write(folder: Path, org: OrgSketch) -> None:
    """All files of the draft. Raises `InputError` where nobody could decide in it."""
    draft = PlaybookDraft(org)
    if not draft.reviewers:
        raise InputError(
            "the org has no active user with an e-mail address, so nobody could review", code=ErrorCode.INVALID_PLAYBOOK
        )
    sample = load_playbook(SAMPLE, "")
    files = draft.files()
    files["fields.yaml"] = fields_file(org, sample.allowed_fields, sample.model_may_see)
    files["products.yaml"] = _PRODUCTS
    for name, guess in _TAKEN.items():
        files[name] = f"# {guess}\n" + (SAMPLE / name).read_text(encoding="utf-8")
    files["consent.yaml"] = _own_sources(files["consent.yaml"], org)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def _own_sources(text: str, org: OrgSketch) -> str:
    """Of the lead sources that count as the person's own request, those that this org has."""
    known = org.object("Lead").listed("LeadSource")
    usual = load_playbook(SAMPLE, "").consent.own_request_lead_sources
    kept = [s for s in known if s in usual or "web" in s.casefold()]
    line = f"own_request_lead_sources: {listed(kept)}  # guess: by their names in the picklist LeadSource"
    return re.sub(r"own_request_lead_sources:.*", lambda _: line, text)


def _texts(folder: Path) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.yaml"))]
