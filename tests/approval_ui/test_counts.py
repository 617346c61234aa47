"""Counts beside the list: one count serves everybody who asks the same, and none outlives what it counted."""

from approval_ui.counting import FOR, QueueCounts
from domain.leads import Motion
from domain.model import Instant
from domain.review_queue import Facets, Viewer, Whose
from persistence.lanes import ReviewLanes
from tests.approval_ui.sample_review import northwind, student
from tests.approval_ui.world import World

SAM = Viewer(login="sam")


class CountedLanes(ReviewLanes):
    """The real lanes, and how often they had to count."""

    asked = 0

    def facets(self, motion: Motion | None, viewer: Viewer, now: Instant) -> Facets:
        self.asked += 1
        return super().facets(motion, viewer, now)


def test_a_count_serves_until_something_happens_or_its_second_is_over(world: World) -> None:
    made = world.seed(northwind)
    lanes = CountedLanes(world.db, world.deps.config.org_id)
    counts = QueueCounts(lanes, world.clock)

    def unclaimed(viewer: Viewer = SAM) -> int:
        return counts.facets(Motion.INBOUND, viewer, lanes.version()).whose[Whose.UNCLAIMED]

    assert [unclaimed(), unclaimed(), lanes.asked] == [1, 1, 1]
    assert counts.open_by_lane(SAM) == {Motion.INBOUND: 1}
    world.deps.claims.claim(made.opening.case_id, 1, "kim", now=world.now)
    assert [unclaimed(), lanes.asked] == [0, 2]
    world.seed(student)
    assert counts.open_by_lane(SAM) == {Motion.INBOUND: 2}
    assert [unclaimed(), unclaimed(), lanes.asked] == [1, 1, 3]
    assert [unclaimed(Viewer(login="kim")), lanes.asked] == [1, 4]
    world.clock.advance(FOR)
    assert [unclaimed(), lanes.asked] == [1, 5]
