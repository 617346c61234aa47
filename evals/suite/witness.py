"""Reads from stores, CRM and mailbox what a played case has come to. Believes no step about itself."""

from domain.cases import DocumentKind
from domain.decisions import KeyUse, parse_envelope
from domain.errors import DomainError
from domain.leads import MatchVerdict
from domain.model import Scalar
from domain.proposals import AssignOwner, CreateTask
from evals.suite.observed import CrmWrite, Observed, SentMail
from evals.suite.play import Play

MATTERS = ("agreed", "open_questions", "next_steps")
_WRITTEN_TO = ("Lead", "Contact", "Account", "Opportunity", "Task", "Event")


def observe(play: Play) -> Observed:
    """Everything the judges may look at, of the last round that came so far."""
    seen: dict[str, object] = {}
    for part in (_matched, _qualified, _routed, _drafted, _proposed):
        seen.update(part(play))
    return Observed.model_validate(
        {
            **seen,
            "outcome": play.outcome,
            "exception": play.exception.value if play.exception else "",
            "exception_owner": play.exception_owner,
            "stalled": play.stalled,
            "gate": play.gate,
            "sent": _sent(play),
            "writes": _writes(play),
            "receipts": len(play.receipts()),
            "probes": tuple(play.probes),
            "values": _values(play),
            "owners": {
                play.scenery.alias(str(row["Id"])) or "new": play.scenery.who(str(row["OwnerId"]))
                for row in play.stage.org.rows("Lead")
            },
        }
    )


def _last(play: Play, kind: DocumentKind) -> int | None:
    return next((n for n in range(play.round, -1, -1) if play.file.has(kind, str(n))), None)


def _matched(play: Play) -> dict[str, object]:
    result = play.file.match(0)
    if result is None:
        return {}
    person = result.lead or result.contact
    if result.verdict is MatchVerdict.NONE:
        return {"matched": "new"}
    return {"matched": play.scenery.alias(person.id) if person is not None else result.verdict.value}


def _qualified(play: Play) -> dict[str, object]:
    round = _last(play, DocumentKind.QUALIFICATION)
    if round is None:
        return {}
    q = play.file.qualified(round).qualification
    return {
        "score": q.score, "band": q.band, "fit": q.fit.value, "disqualify": q.disqualify_reason, "missing": q.missing
    }  # fmt: skip


def _routed(play: Play) -> dict[str, object]:
    round = _last(play, DocumentKind.ROUTING)
    if round is None:
        return {}
    r = play.file.routed(round).routing
    return {
        "owner": play.scenery.who(r.owner_id) if r.owner_id else "", "rule": r.rule, "strategic": r.strategic
    }  # fmt: skip


def _drafted(play: Play) -> dict[str, object]:
    round = _last(play, DocumentKind.DRAFT)
    if round is None:
        return {}
    drafted = play.file.drafted(round)
    draft = drafted.draft
    points = [p.text for p in draft.talking_points if not p.struck]
    account = [s.text for s in draft.account_brief if not s.struck]
    spoken = {
        matter: tuple(s.text for m in draft.meetings for s in getattr(m, matter) if not s.struck) for matter in MATTERS
    }
    return {
        "consent_allowed": drafted.consent.allowed,
        "consent_rule": drafted.consent.rule,
        "language": draft.language,
        "brief": "\n".join((draft.summary, *points, draft.task_subject, draft.task_description)),
        "account_brief": "\n".join(account),
        "follow_up": draft.follow_up,
        **spoken,
        "subject": draft.subject,
        "body": draft.body(),
        "struck": sum(s.struck for s in draft.stated()),
    }


def _proposed(play: Play) -> dict[str, object]:
    round = _last(play, DocumentKind.CARD)
    if round is None:
        return {}
    card = play.file.card(round)
    found: dict[str, object] = {"risk": card.risk.category, "injection": len(card.injection)}
    if not play.file.has(DocumentKind.PROPOSAL, str(round)):
        return found
    content = play.file.proposal(round)
    owner = next((a.after_owner_id for a in content.actions if isinstance(a, AssignOwner)), "")
    mail = content.mail
    tasks = (f"{a.subject}\n{a.description}" for a in content.actions if isinstance(a, CreateTask))
    return {
        **found,
        "task": "\n".join(tasks),
        "actions": tuple(a.kind for a in content.actions),
        "proposed_owner": play.scenery.who(owner) if owner else "",
        "mail_to": mail.to_address if mail is not None else "",
        # What would be sent, rather than what was drafted.
        **({"subject": mail.subject, "body": f"{mail.body}\n\n{mail.footer}"} if mail is not None else {}),
    }


def _sent(play: Play) -> tuple[SentMail, ...]:
    return tuple(
        SentMail(to=m.to_address, subject=m.subject, text=f"{m.body}\n\n{m.footer}") for m in play.stage.mailbox.sent
    )


def _writes(play: Play) -> tuple[CrmWrite, ...]:
    """Each record that the integration user touched last, with whose signature stands behind it."""
    us = play.stage.org.integration_user()
    signed = _signatures(play)
    dropped = play.stage.playbook.disqualified_status
    return tuple(
        CrmWrite(
            object=name,
            record=play.scenery.alias(str(row["Id"])) or str(row["Id"]),
            signed_by=signed.get(str(row["Id"]), ""),
            disqualifies=name == "Lead" and row.get("Status") == dropped,
        )
        for name in _WRITTEN_TO
        for row in play.stage.org.rows(name)
        if row.get("LastModifiedById") == us
    )


def _signatures(play: Play) -> dict[str, str]:
    """Record id to `person` or `policy`, by verifying the decision behind each receipt; the last write counts."""
    stores = play.stage.stores
    found: dict[str, str] = {}
    for receipt in sorted(stores.receipts.of_case(play.file.case_id), key=lambda r: (r.written_at, r.phase)):
        signed = stores.reviews.decision(receipt.decision_id)
        if signed is None:
            continue
        envelope = parse_envelope(signed)
        try:
            use = stores.verifier.verify(signed, envelope.key_id, envelope.decided_at)
        except DomainError:
            continue
        for image in receipt.records:
            found[image.record.id] = "policy" if use is KeyUse.POLICY else "person"
    return found


def _values(play: Play) -> dict[str, Scalar]:
    found: dict[str, Scalar] = {}
    for asked in play.case.expect.fields_kept:
        alias, _, field = asked.partition(".")
        object_name, record_id = play.scenery.records[alias]
        row = next((r for r in play.stage.org.rows(object_name) if r["Id"] == record_id), {})
        found[asked] = row.get(field)
    return found
