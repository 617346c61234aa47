from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.localcrm.driving import Crm, running


@pytest.fixture
def crm() -> Iterator[Crm]:
    with running() as found:
        yield found


@pytest.fixture
def sf(crm: Crm) -> Any:
    return crm.client()
