from __future__ import annotations

from collections.abc import Iterator

import pytest
from simple_salesforce.api import Salesforce

from tests.localcrm.driving import Crm, running


@pytest.fixture
def crm() -> Iterator[Crm]:
    with running() as found:
        yield found


@pytest.fixture
def sf(crm: Crm) -> Salesforce:
    return crm.client()
