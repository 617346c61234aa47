"""Reading calls and call notes for BANT: by the model where one is configured, by rules where it fails."""

from temporalio import activity

from activities.messages import StepInput
from activities.metering import MeteredReader, ModelMeter
from domain.bant import RulesReader, TranscriptReader
from domain.calls import CallReading, calls_of, own_people, reading_of, slot_of
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.context import ContextItem
from domain.errors import ErrorCode, ModelError
from domain.playbook import Playbook
from domain.ports import CaseDocuments, Clock, ModelCalls, Playbooks

MAX_BY_MODEL = 3
"""Texts of one round that a model reads, the newest: three slow answers fit the step's time. Rules read the rest."""


class ListeningActivities:
    """`reader` is the model's where one is configured, else the rules'. Each text is kept as soon as it is read."""

    def __init__(
        self,
        *,
        reader: TranscriptReader,
        documents: CaseDocuments,
        playbooks: Playbooks,
        calls: ModelCalls,
        clock: Clock,
    ) -> None:
        self._reader = reader
        self._rules = RulesReader()
        self._documents = documents
        self._playbooks = playbooks
        self._calls = calls
        self._clock = clock

    @activity.defn
    def read_calls(self, step: StepInput) -> None:
        """Read what the playbook lets a model see with the configured reader, and the rest by rules."""
        self._read(step, self._reader)

    @activity.defn
    def read_calls_by_rules(self, step: StepInput) -> None:
        """The same without a model; what one read before it failed is kept."""
        self._read(step, self._rules)

    def _read(self, step: StepInput, reader: TranscriptReader) -> None:
        file = CaseFile(self._documents, step.case_id)
        playbook = self._playbooks.current()
        users = file.users(step.round)
        if not isinstance(reader, RulesReader):
            reader = MeteredReader(reader, self._meter(step, playbook))
        for number, item in enumerate(calls_of(file.context(step.round))):
            if file.has(DocumentKind.CALL, slot_of(item)):
                continue
            shown = item.kind.value in playbook.model_may_see and number < MAX_BY_MODEL
            seller = own_people(item, users, playbook.seller.name)
            reading = self._reading(item, reader if shown else self._rules, seller)
            file.keep(DocumentKind.CALL, slot_of(item), reading)

    def _meter(self, step: StepInput, playbook: Playbook) -> ModelMeter:
        return ModelMeter(
            self._calls,
            playbook,
            self._clock,
            case_id=step.case_id,
            agent_version=step.agent_version,
            purpose="calls",
        )

    def _reading(self, item: ContextItem, reader: TranscriptReader, seller: tuple[str, ...]) -> CallReading:
        try:
            return reading_of(item, reader, seller=seller)
        except ModelError as failed:
            if failed.code is not ErrorCode.MODEL_CAP_REACHED:
                raise
            return reading_of(item, self._rules, seller=seller)
