"""What a playbook calls a user, and who is meant."""

import pytest

from domain.leads import CrmRecord
from domain.owners import find_user, is_named
from tests.domain.scenes import NOW, playbook

ID = "005Lc0000000012MAA"
SOFIA = CrmRecord(
    object="User",
    id=ID,
    fields={"Email": "Sofia@acme.example", "Username": "sofia@acme.example.uat", "Alias": "sof", "IsActive": True},
    modified_at=NOW,
)


@pytest.mark.parametrize("name", [ID, ID[:15], " sofia@ACME.example ", "sofia@acme.example.uat", "SOF"])
def test_every_name_means_the_same_person_everywhere(name: str) -> None:
    assert is_named(SOFIA, name)
    assert find_user(name, (SOFIA,)) == SOFIA
    rules = playbook()
    routing = rules.routing.model_copy(update={"strategic_owner": name})
    policy = rules.model_copy(update={"routing": routing}).write_policy((SOFIA,))
    assert policy.strategic_owner_ids == {ID}


@pytest.mark.parametrize("name", ["", " ", ID.lower(), ID[:14], "sofi"])
def test_nobody_is_meant_by_what_is_no_name(name: str) -> None:
    assert not is_named(SOFIA, name)
