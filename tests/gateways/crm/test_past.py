"""Past leads from a real server: what is read, at what cost, and that nothing is written."""

from datetime import timedelta

from gateways.crm.names import read_names
from gateways.crm.past import read_past_leads
from tests.gateways.crm.world import World


def test_owner_changes_by_hand_come_oldest_first_with_who_did_them(world: World) -> None:
    world.edit(world.lead, by=world.ines, OwnerId=world.tom)
    world.crm.clock.forward(60)
    world.edit(world.lead, by=world.tom, OwnerId=world.ines)
    before = world.row(world.lead)
    world.reset_calls()
    since = world.clock.now() - timedelta(days=1)
    (past,) = read_past_leads(world.session, world.reader, since=since, limit=10)
    assert [(c.owner_id, c.by) for c in past.changes] == [(world.tom, world.ines), (world.ines, world.tom)]
    assert past.lead.id == world.lead
    assert past.created_at < past.changes[0].at
    # Leads, histories, users with what stands behind groups, and two for the one lead.
    assert world.calls() <= 6
    assert world.row(world.lead) == before


def test_only_so_many_and_only_since_then(world: World) -> None:
    newest = ""
    for n in range(3):
        world.crm.clock.forward(60)
        newest = world.add("Lead", LastName=f"Person{n}", Company="Cobol")
    since = world.clock.now() - timedelta(days=1)
    found = list(read_past_leads(world.session, world.reader, since=since, limit=2))
    assert len(found) == 2
    assert found[0].lead.id == newest
    assert (
        list(read_past_leads(world.session, world.reader, since=world.clock.now() + timedelta(days=1), limit=2)) == []
    )


def test_names_of_everybody_the_deactivated_included(world: World) -> None:
    gone = world.add("User", LastName="Gone", Username="gone@acme.example", Email="gone@acme.example", IsActive=False)
    world.add("Group", Name="Night shift", DeveloperName="Night_shift", Type="Regular")
    names = read_names(world.session)
    assert gone in {u.id for u in names.users}
    assert names.groups == ("Night_shift",)
    assert world.queue in {q.id for q in names.queues}
