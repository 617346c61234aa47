"""Text that speaks to a machine instead of to a person: found by what it tries to do, with the exact span.

Families, not phrases: lift the rules, give a new role or task, bring out what is hidden, dictate the answer, order an
act. Four languages. The text is also read without hidden characters, with look-alike letters as the ones they
imitate, with figures as letters, with spaced-out words joined, and with what is encoded in it decoded.

A finding raises the risk of a case. It is no proof, and no finding is none either: what may be done, to whom and by
whom is decided elsewhere and does not grow with any text.
"""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote

from domain.model import Value
from domain.texts import HIDDEN, fold

LIMIT = 20_000
"""Characters that are read; the rest of a longer text is not."""
_QUOTED = 240


class InjectionSpan(Value):
    """`text[start:end]` is what was found, of which `quote` is at most 240 characters. `hidden` says how it hid."""

    rule: str
    start: int
    end: int
    quote: str
    hidden: str = ""


class InjectionVerdict(Value):
    suspected: bool
    spans: tuple[InjectionSpan, ...] = ()


_IGNORE = (
    r"(?<!n't )(?<!not )(?<!never )(?<!no )(?<!n')(?<!nicht )(?:ignor\w*|disregard\w*|forget|abandon"
    r"|neglect|overlook|discard|override|overrul\w*|bypass|drop|leave behind|zaborav\w*"
    r"|vergiss|vergesse[nt]?|missacht\w*|verwirf|abweichend|olvid\w+|omit[ae]|descart\w+|desatiend\w+|haz caso omiso"
    r"|oubli\w+|neglige\w*|ne tiens? pas compte|ne tenez pas compte)"
)
_RULES = (
    r"(?:instruc\w*|instruk\w*|prompts?\b|guidelines|your rules|the rules|(?:all|previous|prior"
    r"|earlier|these|those) rules"
    r"|constraints|safety|everything|all (?:of )?(?:the )?(?:previous|prior|above|preceding|earlier"
    r"|your|my|tasks?|orders?|context)"
    r"|(?:previous|prior|above|preceding|earlier|given) (?:tasks?|commands?|directions|directives"
    r"|context|information|text)"
    r"|your (?:thoughts|training|programming|task|tasks|orders|knowledge)|what (?:you were|i"
    r"|we)\b.{0,30}(?:told|said|discussed)"
    r"|anweisung\w*|alles|auftra\w+|befehl\w*|vorgaben|vorherig\w*|obig\w*|bisherig\w*|regeln|aufgaben"
    r"|todo\b|todas? l[ao]s?|anterior\w*|reglas|tareas|consigne\w*|tout(?:e|es)?\b|precedent\w*|regles)"
)
_TASK = (
    r"(?:tasks?|instructions?|assignments?|orders?|statement|command|aufgaben?|anweisung(?:en)?"
    r"|auftrag|instruktion(?:en)?|tareas?|instruccion(?:es)?|taches?|consignes?|ordres?)"
)
_SHOW = (
    r"(?:show|reveal|print|repeat|return|output|display|disclose|leak|spell-? ?check|dump|list|tell "
    r"me|give me|write out|what (?:is|are|was|were)|zeig\w*|nenn\w*|wiederhol\w*|verrat\w*|gib"
    r"|druck\w*|muestra\w*|muestre\w*|revel\w+|repit\w+|imprim\w+|dime|montr\w+|affich\w+|repet\w+"
    r"|donne\w*)"
)
_HIDDEN_TEXT = (
    r"(?:(?:your|all your|ihr\w*|dein\w*|tus?|sus?|tes|ton|vos|votre) (?:\w+ ){0,2}?(?:prompts?"
    r"|prompt[ _]?texts?|instruc\w+|embeddings|rules|guidelines|system message|anweisung\w*"
    r"|instruktion\w*|regeln|reglas|consignes|regles)\b|(?:the|this|above|hidden|initial|original"
    r"|system|entire) (?:prompts?|instructions|message)|(?:text|prompt|conversation)s? above|above "
    r"(?:text|prompt)|system ?prompt|prompt[ _]?texts?|promptext\w*|embeddings)"
)
_SAY = (
    r"(?:say|write|print|answer|respond|reply|tell me|output|return|sage?n?|schreib\w*|antworte\w*|di"
    r"|diga|escrib\w+|respond\w+|contest\w+|dis|dites|ecri\w+|repond\w+)"
)
_MACHINE = (
    r"(?:gpt\S*|chat ?gpt|chat ?bot|llm|language model|ai|a\.i\.|ki|ia|ai (?:assistant|agent|model"
    r"|system)|assistant|bot|virtual assistant|sprachmodell|modele de langage|modelo de lenguaje)"
)
_RECORD = r"(?:lead|record|opportunity|owner|score|proposal|inquiry|crm|contact)"
_START = r"(?:^|[.!?:;\n\"“>)-]\s{0,4}|\b(?:now|but|and|then|please|just|jetzt|nun|bitte|ahora|maintenant)\s+)"

_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in (
        (
            "lifts_the_rules",
            rf"\b{_IGNORE}\b(?:(?!e-?mail|message|correo|courriel|nachricht|mensaje|invoice"
            rf"|rechnung|\b(?:their|his|her|its)\b)[^.!?\n]){{0,60}}?\b{_RULES}",
        ),
        (
            "lifts_the_rules",
            r"\b(?:alle|alles|die|obige\w*|vorherige\w*|tout|todo)\b[^.!?\n]{0,50}\b(?:ignorier\w*"
            r"|vergess\w*|hinter sich)",
        ),
        (
            "lifts_the_rules",
            r"\b(?:start over|start from scratch|fang\w* (?:\w+ ){0,3}von vorne? an|beginnen (?:\w+ "
            r"){0,3}von vorne)\b|\b(?:no longer|not) (?:bound|restricted|limited) by\b|\bwithout (?:any "
            r")?(?:restrictions|filters|censorship)\b",
        ),
        ("new_task", rf"\b(?:your|ihre?|deine?|tu|su|ta|votre) (?:new|next|neue\w*|nueva|nouvelle) {_TASK}"),
        (
            "new_task",
            rf"\b(?:new|additional|neue|weitere|zusatzliche|nuevas?|nouvelles?) {_TASK}\s{{0,3}}(?:[:–-]"
            rf"|follow|now|for you|fur (?:dich|sie))",
        ),
        (
            "new_task",
            rf"\b(?:now|jetzt|nun|ahora|maintenant|but|aber|here|hier)\b[^.!?\n]{{0,30}}\b(?:new|neue\w*"
            rf"|weitere|second|another|a few|ein paar|nuevas?|nouvelles?|folgen\w*) (?:\w+ )?{_TASK}",
        ),
        (
            "new_task",
            rf"\b(?:focus|konzentrier\w*|concentrate)\b[^.!?\n]{{0,30}}\b{_TASK}|\bnew(?: \w+)? {_TASK} follow",
        ),
        (
            "new_role",
            r"\b(?:you are|you're|du bist|sie sind|eres|usted es|tu es|vous etes) (?:now|jetzt|nun|ab jetzt"
            r"|ahora|maintenant|no longer|not an? ai)\b|\b(?:now|jetzt|nun|ahora|maintenant),? (?:you are|du "
            r"bist|bist du|sind sie|eres|tu es|vous etes)\b",
        ),
        (
            "new_role",
            rf"{_START}(?:act|behave|respond|answer|pose|agier\w*|verhalte\w*|actua|actue|agis|agissez"
            rf"|comporte\w*) (?:as|like|als|wie|como|comme) (?!our |your |unser|nuestr|notre )",
        ),
        (
            "new_role",
            r"\b(?:pretend|imagine|suppose|stell dir vor|stellen sie sich vor|tu so|tun sie so|imagina|finge"
            r"|fais comme|imaginez?)\b[^.!?\n]{0,20}\b(?:to be|you are|you're|you were|you have|du bist|du "
            r"warst|sie seien|sie sind|que eres|ser|si tu|que (?:tu|vous))\b",
        ),
        (
            "new_role",
            r"\brole ?-?play|\bin the (?:style|role|voice) of|\bplay the role|\bstay in (?:your|the"
            r"|character)|\bfrom now on,? (?:you|answer|respond|act)|\bab (?:jetzt|sofort) (?:bist|antworte"
            r"|sag)\w*|\ba partir de ahora (?:eres|responde|act)|\ba partir de maintenant,? (?:tu|vous"
            r"|reponds)",
        ),
        (
            "new_role",
            r"(?:^|[.!?\n]\s{0,4})(?:you are|du bist|sie sind|eres|tu es|vous etes) (?:an? |the |ein(?:e)? "
            r"|der |die |das |un[ae]? |le |la )[^\n]{3,160}?\b(?:answer|respond|reply|write|say|tell|antworte"
            r"|schreib|sag|what do you say|repeat|responde|reponds)",
        ),
        (
            "names_the_machine",
            rf"\b(?:hello|hi|hey|dear|attention|note (?:to|for)|message (?:to|for)|hallo|liebe[rs]?|achtung"
            rf"|hola|querid[oa]|bonjour|chere?)\b,? (?:the |any |all |an? )?{_MACHINE}\b(?! (?:team|company"
            rf"|gmbh|group))",
        ),
        (
            "names_the_machine",
            rf"\bif you(?: are|'re) (?:an? )?{_MACHINE}\b|\b(?:you are|you're|du bist|eres|tu es) (?:an? "
            rf"|ein(?:e)? |un[ea]? )(?:\w+ )?{_MACHINE}\b|\bas an? {_MACHINE},|\b(?:ai|llm|bot|assistant"
            rf"|agent)s? (?:that is |that are |who is )?(?:reading|processing|handling|reviewing"
            rf"|summari[sz]ing) this",
        ),
        (
            "names_the_machine",
            r"\bjail ?break|\bdo anything now\b|\bdeveloper mode\b|\bdan mode\b|\bsudo mode\b|\bunfiltered "
            r"(?:mode|answer|response)|\bwhen were you trained|\bprompt injection\b",
        ),
        ("brings_out_the_hidden", rf"\b{_SHOW}\b[^.!?\n]{{0,40}}?\b{_HIDDEN_TEXT}"),
        (
            "brings_out_the_hidden",
            r"\b(?:what is|what's|was ist|what are) (?:a |the |your |dein |ihr )?(?:system )?(?:prompt"
            r"|prompt_text|promptext)\b|\b(?:reveal|leak|exfiltrate)\b[^.!?\n]{0,40}\b(?:key|password"
            r"|credential|secret|data|instruction)|\b(?:information|text|content) in the prompt\b",
        ),
        (
            "dictates_the_answer",
            r"\b(?:repeat after me|sprich mir nach|repite conmigo|repetez apres moi)\b|\b(?:respond|reply"
            r"|answer|antworte\w*|responde|repond\w*) (?:only|just|exclusively|nur|solo|uniquement"
            r"|seulement)\b|\b(?:only|nur|solo) (?:answer|respond|reply|say|antworte|sag|responde) (?:with"
            r"|mit|con)\b",
        ),
        (
            "dictates_the_answer",
            rf"\b(?:stop|stopp|halt|achtung)\b\W{{1,6}}(?:and |then |now )?{_SAY}\b"
            rf"|\b{_SAY}\s{{0,3}}[:(]?\s{{0,3}}[\"“„«][^\n]{{2,}}|\bprint\s?\([\"']|\bif i say\b|\bsi yo digo\b"
            rf"|\bwenn ich sage\b|\b(?:print|drucke?n?) (?!and|this|that|the|it|on|a|an|our|your|version|media"
            rf"|shop|kit)\w+\s*(?:$|[.!])",
        ),
        (
            "dictates_the_answer",
            r"\b(?:tell|convince) (?:me|us|everyone|him|her) that (?:you|i am|we are"
            r"|the)\b[^.!?\n]{0,40}\b(?:hate|love|best|worst|stupid|crazy|free|approved|qualified)|\byou "
            r"(?:must|have to|are supposed to|should|will) always (?:answer|respond|obey|comply|reply)\b"
            r"|\bdo not (?:tell|inform|mention (?:this|it)|reveal)\b[^.!?\n]{0,40}\b(?:anyone|anybody|user"
            r"|human|reviewer|team|this)\b",
        ),
        (
            "orders_an_act",
            rf"{_START}(?:set|change|update|raise|reset|mark|assign|reassign|approve|delete|export|forward"
            rf"|send|transfer|merge|disqualify)\b[^.!?\n]{{0,30}}\b(?:this|my|the|all|every) "
            rf"{_RECORD}s?\b[^.!?\n]{{0,40}}\b(?:to|as|immediately|automatically|without|now|100)\b",
        ),
        (
            "orders_an_act",
            rf"\b(?:skip|bypass|without|no)\b[^.!?\n]{{0,15}}\b(?:human|manual) (?:review|approval|check)"
            rf"|\b(?:auto-?approve|bypass (?:the )?(?:review|approval|guard))|{_START}(?:execute|run"
            rf"|eval)\b[^.!?\n]{{0,20}}\b(?:following|command|script|query|code)\b|\b(?:drop table|select \* "
            rf"from|rm -rf)\b",
        ),
        (
            "orders_an_act",
            r"\b(?:setze?|andere|markiere|weise|genehmige|losche|exportiere|sende)\b[^.!?\n]{0,40}\b(?:lead"
            r"|datensatz|eigentumer|bewertung|score|alle kontakte|kundenliste)\b|\b(?:marca|asigna|aprueba"
            r"|borra|exporta|cambia|envia)\b[^.!?\n]{0,40}\b(?:lead|registro|propietario|puntuacion|todos "
            r"los contactos)\b|\b(?:marque|attribue|approuve|supprime|exporte|change"
            r"|envoie)[sz]?\b[^.!?\n]{0,40}\b(?:lead|enregistrement|proprietaire|score|tous les contacts)\b",
        ),
        (
            "sets_another_task",
            r"\b(?:write|compose|tell|give|provide|generate|create|draft|craft|develop|schreib\w*|erzahl\w*"
            r"|verfass\w*|escrib\w+|cuenta\w*|ecri[st]\w*|redige\w*|raconte\w*)\b[^.!?\n]{0,40}\b(?:essay"
            r"|poem|haiku|joke|short story|song|lyrics|fairy tale|headline|tweet|aufsatz|gedicht|witz"
            r"|geschichte|uberschrift|ensayo|poema|chiste|poeme|blague)\b",
        ),
        (
            "sets_another_task",
            _START + r"(?:please |bitte )?(?:generate|write|create|generier\w*|schreib\w*|escribe|genera|ecri[st]"
            r"|genere\w*)\b[^.!?\n]{0,25}(?:\bc\+\+|\b(?:sql|python|java|javascript|php|bash)(?: |-)?(?:code"
            r"|script|query|function)?\b)|\btranslate (?:the following|this) (?:text|sentence|paragraph|into"
            r"|to)\b|\b(?:spell-? ?check|summari[sz]e|rewrite|paraphrase) (?:the |and |all )?(?:above"
            r"|following|print|previous|text)",
        ),
        (
            "lifts_the_rules",
            rf"\b{_IGNORE} (?:the )?(?:above|articles?|context)\b|\bdisregarding\b|\bzabud\w+ vse\b|забуд\w+ "
            rf"(?:все|предыдущ)|игнориру\w+|忽略|无视|以前の指示|\bchange your instructions\b|\bdespite what you\b"
            rf"|\b(?:alle )?(?:vorherigen|bisherigen|vorangegangenen) (?:informationen|aufgaben|anweisungen)\b",
        ),
        (
            "new_task",
            r"\b(?:another|further|next|weiter\w+|weitere\w*|folgende[rn]?|following|second) (?:task|test"
            r"|aufgabe|assignment)s?\b(?=[^.!?\n]{0,30}(?:[.:]|\bwrite|\bfollow|$|\bare\b))",
        ),
        (
            "new_task",
            r"\b(?:well done|very good|superb\w*|excellent|great|fantastic|wow|gut gemacht|sehr gut|super"
            r"|grossartig\w*|ausgezeichnet\w*|herzlichen gluckwunsch|bravo|muy bien)\b[^\n]{0,160}?\b(?:now"
            r"|jetzt|nun|ahora|maintenant)\b[^.!?\n]{0,60}\b(?:tasks?|test|aufgaben?|write|verfass\w*"
            r"|schreib\w*|help me|forget|vergiss|tarea|escribe|tache|ecri\w+)\b",
        ),
        (
            "new_task",
            r"(?:\\n|\n)\s{0,6}instructions?\s?:|\binclude that you\b|\banswer (?:by|from) your own "
            r"knowledge\b",
        ),
        (
            "new_role",
            r"\bi want you to (?:act|play|be|behave|pretend|respond|answer|only|write)\b|\bmochte,? dass "
            r"(?:sie|du) (?:\w+ ){0,2}als\b|\bquiero que (?:actues|seas|hagas)|\bje veux que (?:tu|vous) "
            r"(?:agiss|soy|jou)|\b(?:du bist|sie sind) kein\w*\b[^.!?\n]{0,30}\bsondern\b",
        ),
        (
            "new_role",
            rf"{_START}(?:you are|du bist|eres|tu es) (?:[a-z]+ ?){{1,4}}[.,!](?=[^\n]{{3,}}\?)|{_START}be "
            rf"an? (?:\w+ )?(?:pirate|comedian|poet|hacker|terminal|interpreter)\b|\bim stil ein\w+\b"
            rf"|\bpretend (?:you|that you)\b",
        ),
        (
            "new_role",
            r"\b(?:in|spiel\w*|play\w*)\b[^.!?\n]{0,40}\b(?:film|movie|scene|szene"
            r"|play)\b[^\n]{0,200}\b(?:roles?|rollen?|character|figur|plays?|spielt|actors?|schauspieler"
            r"|verkorpert)\b|\b(?:completely |purely )?(?:theoretical|hypothetical|fictional) world\b",
        ),
        (
            "names_the_machine",
            r"\byou as an? (?:language model|ai|bot)\b|\b(?:exploiting|hacking|tricking) (?:ai|llm)s?\b"
            r"|\bki-systeme\b[^.!?\n]{0,20}\bauszunutzen",
        ),
        (
            "dictates_the_answer",
            r"(?:^|[.!?\n]\s{0,3})(?:say|answer|sag|antworte|di|dis) (?:yes|no|ja|nein|si|oui|non)\b|(?:^"
            r"|[.!?\n]\s{0,3})state that\b|\b(?:and|und) (?:say|sag\w*) (?:what|was)\b|\bor you(?:'ll| "
            r"will)? die\b|\boder du stirbst\b|\bif you don'?t answer\b|\bsagt? wird,? (?:antwort|sag)"
            r"|\b(?:mir|me) \"[a-z]+\" sag",
        ),
        (
            "breaks_the_frame",
            r"<\|[a-z_]{2,20}\|>|\[/?inst\]|<</?sys>>|(?:^|\n)\s{0,8}#{0,3}\s{0,4}(?:system|assistant)(?: "
            r"prompt| message)?\s{0,4}:|={3,}\s?end|</?(?:system|instructions?|prompt|data)>|(?:\\ ?n\s?){4,}"
            r"|\{\s{0,8}\"?(?:tool|function|action|tool_call)\"?\s{0,8}:",
        ),
        ("breaks_the_frame", r"!\[[^\]]{0,80}\]\(https?://[^)\s]{3,200}\)|\]\((?:javascript|data):"),
    )
)
_COMMENT = re.compile(r"<!--(.{0,400}?)(?:-->|$)|<[^>]{0,80}(?:display:\s?none|font-size:\s?0"
            r"|visibility:\s?hidden)[^>]{0,80}>", re.DOTALL)  # fmt: skip
_LOOK_ALIKES = str.maketrans(  # Cyrillic, Greek and others as the Latin letters that they look like
    "аеорсухіјѕԁһӏѵкмтвнοαεικνρτυɡⅼ",
    "aeopcyxijsdhlvkmtbhoaeikvptugl",
)
_LEET = str.maketrans("013457@$!|", "oieastasil")
_ENCODED = re.compile(r"[A-Za-z0-9+/_-]{24,}={0,2}")
_SPACED = re.compile(r"(?<!\w)(?:\w[ .\-_*]){4,}\w(?!\w)")
_HARMLESS_HIDDEN = frozenset("\u200c\u200d\u00ad\u2028\u2029\ufeff")


def detect(text: str) -> InjectionVerdict:
    """What in the text reads like instructions to a machine. Never raises; an empty text is clean."""
    text = str(text or "")[:LIMIT]
    spans = dict.fromkeys(_spans(text))
    first_of_each: dict[str, InjectionSpan] = {}
    for span in spans:
        first_of_each.setdefault(span.rule, span)
    return InjectionVerdict(suspected=bool(spans), spans=tuple(first_of_each.values()))


def _spans(text: str) -> Iterator[InjectionSpan]:
    plain = fold(text)
    yield from _found(plain, text)
    seen = [(c, at) for at, c in enumerate(text) if c not in HIDDEN]
    if len(seen) < len(text) or plain.translate(_LOOK_ALIKES) != plain:
        bare = fold("".join(c for c, _ in seen)).translate(_LOOK_ALIKES)
        yield from _mapped(bare, [at for _, at in seen], text, "hidden characters or look-alike letters")
    marks = re.sub(r"(?<=[a-z])[@$!|](?=[a-z])|[@$](?=[a-z])", _as_letters, plain)
    leet = re.sub(r"\w*[a-z]\w*", _as_letters, marks)
    if leet != plain and len(leet) == len(plain):
        yield from _mapped(leet, list(range(len(text))), text, "figures for letters")
    for run in _SPACED.finditer(plain):
        # Words in a spaced-out run are apart by more than one blank, or not at all.
        joined = re.sub(r"(?<=\w)[ .\-_*](?=\w)", "", plain[run.start() :][:400])
        if re.search(
            rf"{_IGNORE}.{{0,40}}(?:instruc|previous|all|rules|prompt|anweisung|tout|todo)|^say(?:that|you)"
            rf"|^(?:print|write|act|reveal)",
            joined,
        ):
            yield _span("lifts_the_rules", run.start(), run.end(), text, "spaced-out letters")
    yield from _decoded(text)
    for match in _COMMENT.finditer(text):
        yield _span("breaks_the_frame", match.start(), match.end(), text, "a comment or invisible markup")
    unseen = next((i for i, c in enumerate(text) if c in HIDDEN and c not in _HARMLESS_HIDDEN), None)
    if unseen is not None:
        yield _span("hidden_characters", max(0, unseen - 20), min(len(text), unseen + 60), text, "hidden characters")


def _as_letters(match: re.Match[str]) -> str:
    return match[0].translate(_LEET)


def _found(read: str, text: str) -> Iterator[InjectionSpan]:
    for rule, pattern in _FAMILIES:
        if match := pattern.search(read):
            yield _span(rule, match.start(), match.end(), text, "")


def _mapped(read: str, places: list[int], text: str, hidden: str) -> Iterator[InjectionSpan]:
    for rule, pattern in _FAMILIES:
        if (match := pattern.search(read)) and match.end() <= len(places) and match.end() > match.start():
            yield _span(rule, places[match.start()], places[match.end() - 1] + 1, text, hidden)


def _decoded(text: str) -> Iterator[InjectionSpan]:
    for match in _ENCODED.finditer(text):
        try:
            raw = base64.b64decode(match[0].rstrip("=").translate(str.maketrans("-_", "+/")) + "==", validate=False)
            inner = raw.decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            continue
        if inner.isprintable() and any(p.search(fold(inner)) for _, p in _FAMILIES):
            yield _span("encoded_instructions", match.start(), match.end(), text, "Base64")
    for match in re.finditer(r"(?:%[0-9A-Fa-f]{2}|[\w+]){12,}", text):
        inner = unquote(match[0].replace("+", " "))
        if "%" in match[0] and any(p.search(fold(inner)) for _, p in _FAMILIES):
            yield _span("encoded_instructions", match.start(), match.end(), text, "percent encoding")


def _span(rule: str, start: int, end: int, text: str, hidden: str) -> InjectionSpan:
    return InjectionSpan(rule=rule, start=start, end=end, quote=text[start:end].strip()[:_QUOTED], hidden=hidden)
