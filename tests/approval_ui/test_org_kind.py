"""Every page says of which kind the org is, so that nobody takes a sandbox for production, or production for a try."""

from dataclasses import replace

import pytest

from domain.organisation import Organisation
from persistence.org_profiles import SqlOrgProfiles
from tests.approval_ui.conftest import Door
from tests.approval_ui.world import World

PAGES = ("/", "/cases", "/exceptions", "/readiness", "/audit", "/notifications")


def door_of(world: World, *, said: str = "", sandbox: bool | None = None) -> Door:
    """What the setting says, and what the CRM worker last heard of the org."""
    profiles, org_id = SqlOrgProfiles(world.db), world.deps.config.org_id
    if sandbox is not None:
        profiles.keep(Organisation(id=org_id, name="Acme", sandbox=sandbox), now=world.now)
    config = replace(world.deps.config, org_kind=said)
    world.deps = replace(world.deps, config=config, known_org=lambda: profiles.get(org_id))
    return Door(world)


@pytest.mark.parametrize(
    ("said", "sandbox", "shown"),
    [
        ("", True, "sandbox"),
        ("", False, "production"),
        ("", None, "org not known yet"),
        ("rehearsal", False, "rehearsal"),
    ],
)
def test_every_page_and_the_door_name_it(world: World, said: str, sandbox: bool | None, shown: str) -> None:
    door = door_of(world, said=said, sandbox=sandbox)
    browser = door.browser("ines")
    for path in PAGES:
        assert f">{shown}</span>" in browser.get(path).text, path
    assert f">{shown}</span>" in door.stranger().get("/login").text


def test_a_page_follows_what_the_org_says_next(world: World) -> None:
    door = door_of(world, sandbox=True)
    browser = door.browser()
    assert ">sandbox</span>" in browser.get("/").text
    profiles = SqlOrgProfiles(world.db)
    profiles.keep(Organisation(id=world.deps.config.org_id, name="Acme", sandbox=False), now=world.now)
    assert ">production</span>" in browser.get("/").text
