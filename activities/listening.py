"""Reading calls and call notes for BANT: by the model where one is configured, by rules where it fails."""

from temporalio import activity

from activities.messages import StepInput
from domain.bant import RulesReader, TranscriptReader
from domain.calls import calls_of, own_people, reading_of, slot_of
from domain.casefile import CaseFile
from domain.cases import DocumentKind
from domain.ports import CaseDocuments, Playbooks

MAX_BY_MODEL = 3
"""Texts of one round that a model reads, the newest: three slow answers fit the step's time. Rules read the rest."""


class ListeningActivities:
    """`reader` is the model's where one is configured, else the rules'. Each text is kept as soon as it is read."""

    def __init__(self, *, reader: TranscriptReader, documents: CaseDocuments, playbooks: Playbooks) -> None:
        self._reader = reader
        self._rules = RulesReader()
        self._documents = documents
        self._playbooks = playbooks

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
        for number, item in enumerate(calls_of(file.context(step.round))):
            if file.has(DocumentKind.CALL, slot_of(item)):
                continue
            shown = item.kind.value in playbook.model_may_see and number < MAX_BY_MODEL
            seller = own_people(item, users, playbook.seller.name)
            reading = reading_of(item, reader if shown else self._rules, seller=seller)
            file.keep(DocumentKind.CALL, slot_of(item), reading)
