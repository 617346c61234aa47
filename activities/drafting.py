"""Writing the brief and the e-mail. Consent is asked first; where it says no, no e-mail is written at all."""

from temporalio import activity

from activities.messages import DraftHead, DraftInput
from activities.metering import MeteredWriter, ModelMeter
from domain.casefile import CaseFile, Drafted
from domain.cases import DocumentKind
from domain.consent import may_contact
from domain.drafting import Draft, DraftRequest
from domain.drafting_requests import drafting_request
from domain.errors import ErrorCode, ModelError
from domain.evidence import EvidenceBook
from domain.grounded_writing import cite_spoken, draft_grounded
from domain.meetings import orders_in
from domain.model_budget import ClaimCount
from domain.playbook import Playbook
from domain.ports import CaseDocuments, Clock, DraftWriter, ModelCalls, Playbooks


class DraftingActivities:
    """`writer` is the model where one is configured; `template` needs none and takes over when it fails."""

    def __init__(
        self,
        *,
        writer: DraftWriter,
        template: DraftWriter,
        documents: CaseDocuments,
        playbooks: Playbooks,
        calls: ModelCalls,
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._template = template
        self._documents = documents
        self._playbooks = playbooks
        self._calls = calls
        self._clock = clock

    @activity.defn
    def draft(self, order: DraftInput) -> DraftHead:
        """Draft with the configured writer, the model within its caps; what is unsupported is struck."""
        return self._draft(order)

    @activity.defn
    def draft_from_template(self, order: DraftInput) -> DraftHead:
        """The same without the model, which failed."""
        return self._draft(order, fallback="The model failed; the template writer drafted.")

    def _draft(self, order: DraftInput, *, fallback: str = "") -> DraftHead:
        file = CaseFile(self._documents, order.case_id)
        slot = str(order.round)
        if file.has(DocumentKind.DRAFT, slot):
            return self._head(file.drafted(order.round).draft)
        playbook = self._playbooks.current()
        routed = file.routed(order.round)
        book = EvidenceBook(routed.evidence)
        snapshot = file.snapshot(order.round)
        inquiries = file.inquiries(order.inquiries)
        qualified = file.qualified(order.round)
        consent = may_contact(inquiries, snapshot, playbook, book, now=self._clock.now())
        note = file.note(order.redraft_of) if order.redraft_of else None
        request = drafting_request(
            case_id=order.case_id,
            round=order.round,
            inquiries=inquiries,
            snapshot=snapshot,
            enrichment=file.enrichment(order.round),
            facts=qualified.facts,
            qualification=qualified.qualification,
            routing=routed.routing,
            consent=consent,
            playbook=playbook,
            book=book,
            now=self._clock.now(),
            instructions=note.text if note else "",
            context=file.context(order.round),
            heard=qualified.heard,
        )
        if fallback or self._writer.version == self._template.version:
            draft = self._from_template(request, fallback)
        else:
            draft = self._by_model(order, request, playbook)
        draft = cite_spoken(draft, request.meetings, book)
        draft = draft.model_copy(update={"asked": self._calls.of_case(order.case_id)})
        kept = Drafted(draft=draft, consent=consent, evidence=book.entries(), spoken_orders=orders_in(request.meetings))
        file.keep(DocumentKind.DRAFT, slot, kept)
        return self._head(file.drafted(order.round).draft)

    def _by_model(self, order: DraftInput, request: DraftRequest, playbook: Playbook) -> Draft:
        meter = ModelMeter(
            self._calls,
            playbook,
            self._clock,
            case_id=order.case_id,
            agent_version=order.agent_version,
            purpose="draft",
        )

        def judged(count: ClaimCount) -> None:
            self._calls.judged(order.case_id, order.round, order.agent_version, count, now=self._clock.now())

        try:
            return draft_grounded(MeteredWriter(self._writer, meter), request, judged)
        except ModelError as failed:
            if failed.code is not ErrorCode.MODEL_CAP_REACHED:
                raise
            return self._from_template(request, f"Over the model's cap: {failed.detail}. The template writer drafted.")

    def _from_template(self, request: DraftRequest, fallback: str) -> Draft:
        return draft_grounded(self._template, request).model_copy(update={"fallback": fallback})

    def _head(self, draft: Draft) -> DraftHead:
        return DraftHead(origin=draft.origin.value, struck=len(draft.struck()), mail=bool(draft.body()))
