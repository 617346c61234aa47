"""Plays and judges the cases of one family, with pydantic-evals."""

import asyncio

from pydantic_evals import Case, Dataset

from domain.model import Value
from evals.suite.cases import EvalCase, Family
from evals.suite.dangers import DANGERS, NAMES
from evals.suite.judges import JUDGES
from evals.suite.observed import Observed
from evals.suite.play import Play
from evals.suite.stage import Theatre
from evals.suite.witness import observe


class Judgement(Value):
    evaluator: str
    passed: bool
    reason: str = ""


class CaseResult(Value):
    """`broken` says why a case could not be played at all; it counts as failed."""

    name: str
    judgements: tuple[Judgement, ...] = ()
    broken: str = ""

    @property
    def dangerous(self) -> tuple[Judgement, ...]:
        return tuple(j for j in self.judgements if j.evaluator in NAMES and not j.passed)

    @property
    def passed(self) -> bool:
        return not self.broken and all(j.passed for j in self.judgements)


class FamilyResult(Value):
    family: str
    about: str
    cases: tuple[CaseResult, ...]

    @property
    def passed(self) -> int:
        return sum(case.passed for case in self.cases)


def play(case: EvalCase, theatre: Theatre) -> Observed:
    with theatre.stage(case) as stage:
        played = Play(case, stage)
        played.run()
        return observe(played)


def judge(family: Family, theatre: Theatre) -> FamilyResult:
    """Every case once, in order; each on a stage of its own."""

    def task(case: EvalCase) -> Observed:
        return play(case, theatre)

    dataset = Dataset[EvalCase, Observed, None](
        name=family.family,
        cases=[Case(name=case.name, inputs=case) for case in family.cases],
        evaluators=[*JUDGES, *DANGERS],
    )
    # Not `evaluate_sync`, which leaves its event loop open.
    report = asyncio.run(dataset.evaluate(task, max_concurrency=1, progress=False))
    results = {
        case.name: CaseResult(
            name=case.name,
            judgements=tuple(
                Judgement(evaluator=name, passed=found.value, reason=found.reason or "")
                for name, found in case.assertions.items()
            ),
            broken="; ".join(f"{f.name}: {f.error_message}" for f in case.evaluator_failures),
        )
        for case in report.cases
    }
    for failure in report.failures:
        results[failure.name] = CaseResult(name=failure.name, broken=failure.error_message)
    return FamilyResult(
        family=family.family, about=family.about, cases=tuple(results[case.name] for case in family.cases)
    )
