"""Writing the brief and the e-mail. Consent is asked first; where it says no, no e-mail is written at all."""

from temporalio import activity

from activities.messages import DraftHead, DraftInput
from domain.casefile import CaseFile, Drafted
from domain.cases import DocumentKind
from domain.consent import may_contact
from domain.drafting import Draft
from domain.evidence import EvidenceBook
from domain.grounding import draft_grounded
from domain.ports import CaseDocuments, Clock, DraftWriter, Playbooks
from domain.proposing import drafting_request


class DraftingActivities:
    """`writer` is the model where one is configured; `template` needs none and takes over when it fails."""

    def __init__(
        self,
        *,
        writer: DraftWriter,
        template: DraftWriter,
        documents: CaseDocuments,
        playbooks: Playbooks,
        clock: Clock,
    ) -> None:
        self._writer = writer
        self._template = template
        self._documents = documents
        self._playbooks = playbooks
        self._clock = clock

    @activity.defn
    def draft(self, order: DraftInput) -> DraftHead:
        """Draft with the configured writer; unsupported sentences are struck before anybody sees them."""
        return self._draft(order, self._writer)

    @activity.defn
    def draft_from_template(self, order: DraftInput) -> DraftHead:
        """The same without a model."""
        return self._draft(order, self._template)

    def _draft(self, order: DraftInput, writer: DraftWriter) -> DraftHead:
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
        draft = draft_grounded(writer, request)
        file.keep(DocumentKind.DRAFT, slot, Drafted(draft=draft, consent=consent, evidence=book.entries()))
        return self._head(file.drafted(order.round).draft)

    def _head(self, draft: Draft) -> DraftHead:
        return DraftHead(origin=draft.origin.value, struck=len(draft.struck()), mail=bool(draft.body()))
