"""Writes the inquiries that `evals/qualification` measures: the sample org's, with what its accounts say.

python -m tests.evals.sample_inquiries
"""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from localcrm.sample import DEFAULT_SEED, build_org, inquiries

FILE = Path(__file__).parents[2] / "evals" / "qualification" / "inquiries.jsonl"
COUNT = 400
TODAY = date(2026, 11, 2)
_START = datetime(2026, 11, 2, 8, tzinfo=UTC)
_SOURCES = {"web_form": "web_form", "webhook": "webhook", "csv": "file", "salesforce": "crm_poll"}
_ACCOUNT = ("Name", "Type", "Industry", "NumberOfEmployees", "BillingCountry", "Website")


def rows() -> Iterator[str]:
    """One JSON object a line: the inquiry, and the account of the same website where the org has one."""
    accounts = {str(a["Website"]): a for a in build_org(DEFAULT_SEED, TODAY).rows["Account"] if a["Website"]}
    for sample in inquiries(DEFAULT_SEED, TODAY, COUNT):
        fields: dict[str, Any] = {k: v for k, v in asdict(sample).items() if v is not None}
        label = str(fields.pop("hard_case", ""))
        received = _START + fields.pop("received_offset")
        fields |= {"source": _SOURCES[sample.source], "received_at": received.isoformat()}
        account = accounts.get(str(sample.website or ""))
        known = {k: account[k] for k in _ACCOUNT if account.get(k) is not None} if account else None
        yield json.dumps({"inquiry": fields, "account": known, "label": label}, ensure_ascii=False, sort_keys=True)


if __name__ == "__main__":
    FILE.write_text("".join(f"{row}\n" for row in rows()), "utf-8")
