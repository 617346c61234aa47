"""The list of cases: page by page, and what was done for people under the policy key."""

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from activities.messages import RoundInput
from activities.signing import SigningActivities
from approval_ui.pages import cases
from domain.decisions import KeyUse
from domain.leads import Motion
from domain.permissions import Level
from runtime.keys import generate_key, load_signer
from tests.approval_ui.conftest import Door
from tests.approval_ui.sample_review import Sample, quiet
from tests.approval_ui.world import World


def seeded(world: World, company: str) -> Sample:
    world.clock.advance(timedelta(minutes=1))
    email = f"f@{company.lower()}.example"
    return world.seed(partial(quiet, title=f"Assign {company}", company=company, minutes=300, email=email))


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="row" href="/cases/[^"]+">([^<]*)</a>', page)


def test_older_cases_are_a_page_away_and_none_comes_twice(
    world: World, door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cases, "PAGE", 2)
    for company in ("Adatum", "Contoso", "Fabrikam", "Litware", "Wingtip"):
        seeded(world, company)
    browser = door.browser("vera")
    href, seen = "/cases", list[list[str]]()
    while href:
        page = browser.get(href).text
        seen.append(titles(page))
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        href = onward[1].replace("&amp;", "&") if onward else ""
    assert seen == [["Assign Wingtip", "Assign Litware"], ["Assign Fabrikam", "Assign Contoso"], ["Assign Adatum"]]
    assert titles(browser.get("/cases?after=nonsense").text) == seen[0]


def test_what_policy_signed_is_listed_apart(world: World, door: Door, tmp_path: Path) -> None:
    browser = door.browser("vera")
    assert "Nothing was done for you" in browser.get("/cases?state=policy").text
    levels = dict.fromkeys(Motion, Level.LIMITED_AUTOMATION)
    world.playbooks.playbook = world.playbooks.playbook.model_copy(update={"levels": levels})
    generate_key(tmp_path / "policy", "policy-1", KeyUse.POLICY, now=world.now)
    signing = SigningActivities(
        signer=load_signer(tmp_path / "policy", "policy-1"),
        reviews=world.deps.reviews,
        documents=world.deps.documents,
        playbooks=world.playbooks,
        audit=world.deps.audit,
        clock=world.clock,
    )
    by_policy, by_people = seeded(world, "Adatum"), seeded(world, "Contoso")
    opening = by_policy.opening
    signed = signing.sign(RoundInput(case_id=opening.case_id, org_id=opening.org_id, motion=opening.motion, round=1))
    assert signed.accepted, signed.reason
    assert door.browser("oriol").decide(by_people).status_code == 303

    page = browser.get("/cases?state=policy").text
    assert titles(page) == ["Assign Adatum"]
    assert "without asking anybody" in page
    assert titles(browser.get("/cases").text) == ["Assign Contoso", "Assign Adatum"]
