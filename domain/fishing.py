"""Questions that fish for what is nobody's business: other customers, our insides, what is confidential.

Found by what is asked for, in four languages, with the exact span. An ordinary question for references, integrations
or a price is none. What is found is shown to the reviewer, and the draft declines it in a fixed sentence.
"""

import re
from collections.abc import Iterator

from domain.injection import LIMIT, InjectionSpan
from domain.texts import fold

DECLINES = {
    "en": "I cannot share information about other customers or internal matters.",
    "de": "Zu anderen Kunden und zu internen Vorgängen kann ich keine Auskunft geben.",
    "fr": "Je ne peux pas communiquer d'informations sur d'autres clients ni sur des sujets internes.",
    "es": "No puedo facilitar información sobre otros clientes ni sobre asuntos internos.",
}
"""What a draft says to such a question; approved word by word."""

_DATA = (
    r"(?:lists?|names?|contacts?|contact (?:details|data)|e-?mail(?: address)?(?:es|s)?|data|details"
    r"|records?|phone numbers?"
    r"|contracts?|prices?|pricing|invoices?|revenues?|volumes?|usage|discounts?|complaints?|terms"
    r"|conditions|budgets?|database"
    r"|liste|namen|kontakte|kontaktdaten|daten|adressen|vertrage?|preise|rechnungen|umsatze?|rabatte?"
    r"|konditionen|beschwerden"
    r"|noms?|coordonnees|donnees|adresses|contrats?|prix|tarifs|factures|remises|conditions|plaintes|fichier"
    r"|lista|nombres|contactos|datos|direcciones|contratos?|precios|facturas|descuentos|condiciones|quejas)"
)
_OTHERS = (
    r"(?:(?:all )?(?:of )?your (?:other |biggest |largest |existing |current )*(?:customers?|clients"
    r"|accounts|leads|prospects)"
    r"|(?:all )?(?:other|another|a different) (?:customers?|clients?|accounts?|companies|company|leads|prospects)"
    r"|(?:ihrer?n?|eurer?n?|aller|allen|anderen?r?) (?:anderen |grossten |bestehenden )?(?:kunden"
    r"|interessenten|firmen|unternehmen)"
    r"|(?:vos|tes|des|de tous vos|d') ?(?:autres |plus gros )?(?:clients|prospects)|d'autres (?:clients|entreprises)"
    r"|(?:sus|tus|de los|otros|todos sus) (?:otros |mayores |mejores )?(?:clientes|empresas))"
)
_ASK = (
    r"(?:share|send|tell|give|show|reveal|list|forward|provide|disclose|know|see|get|access|what"
    r"|which|who|how|can|could"
    r"|teilen|schicken|senden|nennen|geben|zeigen|verraten|sagen|wissen|welche|was|wie|wer|konnen"
    r"|partager|envoyer|envoyez|dire|dites|donner|donnez|montrer|savoir|quels?|quelles?|combien|qui|pouvez"
    r"|compartir|enviar|envieme|digame|decir|dar|deme|mostrar|saber|que|cuales|cuanto|quien|puede)"
)
_INSIDE = (
    r"(?:source code|(?:profit )?margins?|cost structure|salar(?:y|ies)|payroll|org(?:anisation)? "
    r"?chart|passwords?|credentials"
    r"|api keys?|secret keys?|access tokens?|admin (?:login|access)|internal (?:\w+ )?(?:documents?"
    r"|processes|process|notes"
    r"|guidelines|rules|systems?|e-?mails?|pricing|discussions?|operations|roadmap|policies|data|scores?|tools)"
    r"|sales (?:targets?|quotas?|pipeline)|commissions?|security (?:gaps|holes|vulnerabilities"
    r"|weaknesses)|trade secrets?"
    r"|unreleased (?:\w+ )?(?:features?|products?|roadmap)|confidential (?:\w+ ){0,2}\w+|maximum "
    r"discount you may|lead score"
    r"|quellcode|margen?|gewinnspanne|gehalter|gehalt|passworter|zugangsdaten|interne[rns]? \w+"
    r"|vertrauliche[rns]? \w+"
    r"|geschaftsgeheimnisse?|sicherheitslucken|vertriebsziele|kostenstruktur"
    r"|code source|marges?|salaires|mots de passe|identifiants|(?:documents?|processus|notes|regles"
    r"|procedures|informations?"
    r"|donnees) (?:internes?|confidentiel(?:le)?s?)|secrets? (?:commerciaux|de fabrication)|failles de securite"
    r"|codigo fuente|margen(?:es)?|salarios|sueldos|contrasenas|credenciales|(?:documentos?|procesos?|notas|reglas"
    r"|procedimientos?|informacion|datos) (?:internos?|internas?|confidenciales|confidencial)|secretos comerciales)"
)
_TELL = (
    r"(?:share|send|give|tell|show|reveal|forward|schicken|nennen|verraten|envoyer|envoyez|donnez|montrez|envieme"
    r"|digame|deme|muestreme)"
)
_YOURS = r"(?:your|you|the company'?s?|ihr\w*|euer\w*|eure\w*|sie|votre|vos|vous|su|sus|tu|tus|ustedes|usted)"
_KEPT = (
    r"(?![^.!?\n]{0,400}\b(?:protect|stor|secur|safe|guard|schutz|speicher|sicher|proteg|stock|conserv|almacen|guard))"
)
"""Who asks how something is protected or stored asks a good question. It is looked for only where one begins, and not
without end: otherwise each word of a long text would cost a look at all the rest of it."""
_PATTERNS = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "other_customers",
            rf"\b{_ASK}\b[^.!?\n]{{0,60}}\b{_DATA} (?:[\w-]+ ){{0,4}}?(?:of|from|for|about|with|to|von|zu|an"
            rf"|de|sur|avec|a|con)?\s?{_OTHERS}\b",
        ),
        (
            "other_customers",
            rf"\b{_ASK}\b[^.!?\n]{{0,60}}\b(?:your|other|another|all) (?:other )?(?:customers?"
            rf"|clients?)['’]s?'? {_DATA}\b",
        ),
        (
            "other_customers",
            r"\b(?:how much|what|which price|what price|what discount)\b (?:does|do|did|is|are) (?!it\b|this"
            r"|that|the price|a |an |we\b|i\b|you\b|one\b)[^.!?\n]{2,40}? (?:pay|paying|get|spend|spending"
            r"|buy|order)\b(?: (?:from )?you)?(?!\w)",
        ),
        (
            "other_customers",
            r"\b(?:was|wie viel|welchen (?:preis|rabatt)) (?:zahlt|zahlen|bezahlt|bezahlen|bekommt|hat) "
            r"(?!man\b|wir\b|ich\b|das\b|der\b|die\b)\w[^.!?\n]{2,40}|\bcombien (?:paie|paient|payent)\b "
            r"(?!-t-on)[^.!?\n]{2,40}|\b(?:cuanto|que precio) (?:paga|pagan)\b[^.!?\n]{2,40}",
        ),
        (
            "other_customers",
            r"\bwhat (?:is|are|was|were) (?:\w+ ){1,3}(?:paying|spending|using it for|complaining)|\bwhy did "
            r"\w[^.!?\n]{2,30} (?:leave you|cancel|churn)|\bwarum hat \w[^.!?\n]{2,30} gekundigt|\bpourquoi "
            r"\w[^.!?\n]{2,30} (?:vous )?a(?:-t-il)? (?:quitte|resilie)",
        ),
        ("inside", rf"\b(?={_ASK}\b){_KEPT}{_ASK}\b[^.!?\n]{{0,60}}\b{_YOURS}\b[^.!?\n]{{0,40}}\b{_INSIDE}"),
        (
            "inside",
            rf"(?<!tool )(?<!product )(?<!software )(?<!system )(?<!it )\b(?={_TELL}\b){_KEPT}"
            rf"{_TELL}\b[^.!?\n]{{0,50}}\b{_INSIDE}",
        ),
    )
)


def fishing_in(text: str) -> tuple[InjectionSpan, ...]:
    """Each kind once, with its span. Never raises."""
    return tuple({span.rule: span for span in reversed(list(_spans(str(text or "")[:LIMIT])))}.values())


def _spans(text: str) -> Iterator[InjectionSpan]:
    read = fold(text)
    for name, pattern in _PATTERNS:
        if match := pattern.search(read):
            start, end = match.span()
            yield InjectionSpan(rule=name, start=start, end=end, quote=text[start:end].strip()[:240])
