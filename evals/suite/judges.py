"""Whether a case did what was expected of it, one judge per matter. A judge says nothing where nothing was expected."""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic_evals.evaluators import EvaluationReason, Evaluator, EvaluatorContext

from domain.permissions import worst
from evals.suite.cases import EvalCase, Expected
from evals.suite.observed import Observed

Context = EvaluatorContext[EvalCase, Observed, None]
Verdicts = dict[str, EvaluationReason]


@dataclass
class _Judge(Evaluator[EvalCase, Observed, None]):
    """`findings` yields what was expected and what was found; a pair that differs fails the case."""

    def evaluate(self, ctx: Context) -> Verdicts:
        checks = list(self.findings(ctx.inputs.expect, ctx.output))
        if not checks:
            return {}
        wrong = [f"{what}: expected {wanted}, was {found}" for what, wanted, found, right in checks if not right]
        return {self.matter: EvaluationReason(value=not wrong, reason="; ".join(wrong) or None)}

    @property
    def matter(self) -> str:
        return type(self).__name__.lower()

    @abstractmethod
    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        """What, wanted, found, and whether that is right."""


def _same(what: str, wanted: object, found: object) -> tuple[str, object, object, bool]:
    return what, wanted, found, wanted == found


@dataclass
class Ending(_Judge):
    """How the case ended, and whom it was handed to."""

    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        if wanted.outcome:
            # A failure that is waited out is named by its code.
            yield _same("outcome", wanted.outcome, f"waiting:{seen.stalled}" if seen.stalled else seen.outcome)
        if wanted.exception:
            yield _same("exception", wanted.exception, seen.exception)
        if seen.exception:
            yield "somebody asked", "a name", seen.exception_owner, bool(seen.exception_owner)


@dataclass
class Matching(_Judge):
    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        if wanted.matched:
            yield _same("person", wanted.matched, seen.matched)


@dataclass
class Qualifying(_Judge):
    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        score = seen.score if seen.score is not None else -1
        if wanted.band:
            yield "band", " or ".join(wanted.band), seen.band, seen.band in wanted.band
        if wanted.score_at_least is not None:
            yield "score", f"at least {wanted.score_at_least}", seen.score, score >= wanted.score_at_least
        if wanted.score_at_most is not None:
            yield "score", f"at most {wanted.score_at_most}", seen.score, 0 <= score <= wanted.score_at_most
        if wanted.fit:
            yield _same("fit", wanted.fit, seen.fit)
        if wanted.disqualify is not None:
            yield _same("proposed to close as", wanted.disqualify, seen.disqualify)
        for field in wanted.missing:
            yield "missing", field, ", ".join(seen.missing), field in seen.missing


@dataclass
class Routing(_Judge):
    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        if wanted.owner:
            yield _same("owner", wanted.owner, seen.owner)
        if wanted.owner_one_of:
            yield "owner", " or ".join(wanted.owner_one_of), seen.owner, seen.owner in wanted.owner_one_of
        if wanted.not_owner:
            yield "owner", f"not {wanted.not_owner}", seen.owner, seen.owner != wanted.not_owner
        if wanted.rule:
            yield _same("rule", wanted.rule, seen.rule)
        if wanted.strategic is not None:
            yield _same("strategic", wanted.strategic, seen.strategic)


@dataclass
class Contact(_Judge):
    """Whether an e-mail was proposed and sent, to whom, in which language and under which rule."""

    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        if wanted.mail is not None:
            yield _same("e-mail proposed", wanted.mail, "send_email" in seen.actions)
        if wanted.sent is not None:
            yield _same("e-mail sent", wanted.sent, bool(seen.sent))
        if wanted.to:
            yield _same("to", wanted.to, seen.mail_to)
        if wanted.language:
            yield _same("language", wanted.language, seen.language)
        if wanted.consent_rule:
            yield _same("consent rule", wanted.consent_rule, seen.consent_rule)


@dataclass
class Wording(_Judge):
    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        mail = f"{seen.subject}\n{seen.body}\n{' '.join(m.text for m in seen.sent)}".casefold()
        for text in wanted.says:
            yield "says", text, "not said", text.casefold() in f"{mail}\n{seen.brief}".casefold()
        for text in wanted.never_says:
            yield "never says in the e-mail", text, "said", text.casefold() not in mail


@dataclass
class Briefing(_Judge):
    """The account brief, the summaries of calls, and whether the e-mail comes back to an earlier contact."""

    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        if wanted.follow_up is not None:
            yield _same("follow-up", wanted.follow_up, bool(seen.follow_up))
        account = seen.account_brief.casefold()
        for text in wanted.account_says:
            yield "account brief says", text, "not said", text.casefold() in account
        for text in wanted.account_never_says:
            yield "account brief never says", text, "said", text.casefold() not in account
        yield from _matter("agreed", wanted.agreed, seen.agreed)
        yield from _matter("open", wanted.open_questions, seen.open_questions)
        yield from _matter("next", wanted.next_steps, seen.next_steps)
        spoken = "\n".join((*seen.agreed, *seen.open_questions, *seen.next_steps))
        brief = f"{seen.brief}\n{account}\n{spoken}\n{seen.task}".casefold()
        for text in wanted.brief_never_says:
            yield "brief never says", text, "said", text.casefold() not in brief
        for text in wanted.task_says:
            yield "task says", text, "not said", text.casefold() in seen.task.casefold()


def _matter(
    name: str, wanted: tuple[str, ...] | None, found: tuple[str, ...]
) -> Iterator[tuple[str, object, object, bool]]:
    if wanted == ():
        yield f"nothing {name}", "", " / ".join(found), not found
    for text in wanted or ():
        yield name, text, " / ".join(found) or "nothing", any(text.casefold() in s.casefold() for s in found)


@dataclass
class Risk(_Judge):
    """At least the expected risk; more is allowed."""

    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        if wanted.risk is not None:
            at_least = seen.risk is not None and worst((seen.risk, wanted.risk)) is seen.risk
            yield "risk", f"at least {wanted.risk}", seen.risk, at_least
        if wanted.injection is not None:
            yield _same("injection found", wanted.injection, bool(seen.injection))


@dataclass
class Writing(_Judge):
    def findings(self, wanted: Expected, seen: Observed) -> Iterator[tuple[str, object, object, bool]]:
        for kind in wanted.actions:
            yield "proposes", kind, ", ".join(seen.actions) or "nothing", kind in seen.actions
        for kind in wanted.no_actions:
            yield "does not propose", kind, ", ".join(seen.actions), kind not in seen.actions
        if wanted.writes is not None:
            yield _same("CRM writes", wanted.writes, seen.receipts)
        for field, value in wanted.fields_kept.items():
            yield _same(field, value, seen.values.get(field))


JUDGES: tuple[_Judge, ...] = (
    Ending(), Matching(), Qualifying(), Routing(), Contact(), Wording(), Briefing(), Risk(), Writing()
)  # fmt: skip
