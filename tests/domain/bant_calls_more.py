"""More labelled calls, one file each: many layouts, small talk, hypotheticals, and sellers who talk about money."""

from pathlib import Path

from tests.domain.bant_calls import Call

_FOLDER = Path(__file__).parent / "data" / "calls"
_EXPECTED: dict[str, dict[str, str]] = {
    "rep_label_smalltalk": {
        "budget": "stated: twenty-five and thirty-five thousand",
        "authority": "stated: My boss",
        "need": "stated",
        "timeline": "stated: end of next month",
    },
    "stamped_company": {
        "budget": "denied: don't have budget",
        "authority": "stated: committee",
        "need": "denied: the job",
        "timeline": "uncertain: next fiscal year",
    },
    "speaker_numbers": {
        "budget": "denied: budgeted",
        "authority": "stated: our owner",
        "need": "stated",
        "timeline": "stated: mid-November",
    },
    "webvtt": {
        "budget": "stated: £35,000",
        "authority": "stated: finance director",
        "need": "unknown",
        "timeline": "stated: Q1",
    },
    "no_labels": {
        "budget": "uncertain: 15 to 20 thousand euros",
        "authority": "stated: my decision",
        "need": "stated",
        "timeline": "stated: September",
    },
    "chat": {
        "budget": "unknown",
        "authority": "stated: my director",
        "need": "stated",
        "timeline": "stated: feb 1",
    },
    "email_thread": {
        "budget": "uncertain: $80,000",
        "authority": "stated: CIO",
        "need": "unknown",
        "timeline": "unknown",
    },
    "hypothetical": {
        "budget": "denied",
        "authority": "unknown",
        "need": "unknown",
        "timeline": "denied: no rush",
    },
    "multi_authority": {
        "budget": "stated: a hundred and twenty thousand",
        "authority": "stated: the CEO",
        "need": "unknown",
        "timeline": "stated: Q4",
    },
    "seller_statements": {
        "budget": "unknown",
        "authority": "unknown",
        "need": "unknown",
        "timeline": "unknown",
    },
    "notes_by_rep": {
        "budget": "denied: no budget approved",
        "authority": "stated: CFO",
        "need": "stated: manual dispatch",
        "timeline": "stated: Feb",
    },
    "notes_prose": {
        "budget": "uncertain: 30k EUR",
        "authority": "stated: managing director",
        "need": "stated: spreadsheets",
        "timeline": "stated: before Easter",
    },
    "german": {
        "budget": "uncertain: fünfzigtausend",
        "authority": "stated: Geschäftsführer",
        "need": "stated",
        "timeline": "stated: zweiten Quartals",
    },
    "spanish": {
        "budget": "stated: treinta mil euros",
        "authority": "stated: director general",
        "need": "stated",
        "timeline": "stated: trimestre",
    },
    "french": {
        "budget": "denied",
        "authority": "stated: directeur général",
        "need": "stated",
        "timeline": "stated: la rentrée",
    },
    "zoom": {
        "budget": "stated: two hundred fifty thousand",
        "authority": "stated: our CFO",
        "need": "stated",
        "timeline": "stated: six weeks",
    },
    "revenue_numbers": {
        "budget": "unknown",
        "authority": "unknown",
        "need": "stated: waste",
        "timeline": "denied: no particular date",
    },
}
MORE_CALLS = tuple(
    Call(name, (_FOLDER / f"{name}.txt").read_text("utf-8"), expected) for name, expected in _EXPECTED.items()
)
