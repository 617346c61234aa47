"""How the parts of a sentence hang together: who did what to whom, what is counted, whether it is so, how sure it is.

Each rule looks for a contradiction with the closest part of the evidence and is silent where it cannot tell.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from domain.dates_in_text import DATE_WORDS
from domain.figures import Bound, FigureKind, agree, counted, is_number_word, other_unit
from domain.opposites import OPPOSITES
from domain.verifiable import Part, parts_of
from domain.wording import COURTESY, FUNCTION_WORDS, fold, language_of, negated, stem

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_WHOLE = re.compile(r"(?<=[.!?])\s+|\n+")
"""Sentences with their parts on both sides of a semicolon, which speak of one thing."""
_CLAUSE = re.compile(
    r"[“”„«»]|[,;:!?](?=\s)|\.(?=\s|$)|\s[–—-]\s|\n+"
    r"|\s(?:and|but|while|whereas|although|und|aber|wahrend|während|pero"
    r"|mientras|sino|mais|tandis que|alors que|et|y)\s"
)
_HEDGE = re.compile(
    r"\b(?:might|perhaps|possibly|probably|maybe|consider(?:s|ing|ed)?\b|plan(?:s|ned|ning)? to|hopes? to|hoping to"
    r"|intends? to|intending to|expect(?:s|ed)? to|aims? to|unless|rumou?red"
    r"|alleged|allegedly|reportedly|thinking about"
    r"|vielleicht|moglicherweise|eventuell|uberleg\w*|erwag\w*|planen\b.*\bzu\b|falls"
    r"|peut-etre|pourr(?:ait|ions|iez|aient|ais)|envisag\w+|eventuellement"
    r"|quizas?|tal vez|podri\w+|posiblemente|planea\w*)\b|\bif (?:the|our|we|it|they)\b|\bdepends? on\b"
)
_MAY = re.compile(r"(?<![\w])(?:may|could)(?= [a-z])(?! (?:you|we|i)\b)")
_REPORTS = re.compile(
    r"\b(?:ask|mention|wrote|write|interest|want|would like|looking|said|say"
    r"|tell|told|explain|fragt|erwahn|schrieb|mocht"
    r"|interess|wollen|menciona|pregunt|quier|interes|demand|souhait|voul|indiqu)"
)
_NEARLY = 0.5
_QUANTIFIERS = {
    name: re.compile(rf"\b(?:{words})\b")
    for name, words in {
        "all": "all|every|everyone|each|entire|alle|allen|jede[rns]?|samtliche|todos|todas|cada|tous|toutes|chaque",
        "most": "most|majority|die meisten|mehrheit|la mayoria|la plupart",
        "half": "half|halfte|mitad|moitie",
        "a third": "(?:a|one) third of|ein drittel|un tercio de|un tiers des?",
        "a quarter": "a quarter of|one quarter|ein viertel|una cuarta parte|un quart",
        "only": "only|sole|solely|exclusive|exclusively|einzige[rns]?|ausschliesslich|solamente|unic[oa]|exclusivamente"
        "|seule?|unique|exclusivement",
        "always": "always|never|immer|nie|siempre|nunca|toujours|jamais",
    }.items()
}
_SYMMETRIC = frozenset(
    map(
        stem, ["meet", "meets", "partner", "partners", "merge", "merged", "married", "together", "agreement", "compete"]
    )
)
_MEASURES = frozenset(
    [
        "percent",
        "prozent",
        "percentage",
        "points",
        "million",
        "millions",
        "millionen",
        "billion",
        "thousand",
        "euro",
        "euros",
        "dollar",
        "dollars",
        "pounds",
    ]
)
_BE = r"(?:was|were|is|are|been|being|be|wurden?|wird|werden|worden|fue|fueron|es|son|sido|ete|est|sont)"
_PASSIVE = re.compile(rf"\b{_BE}\b.*?\b(by|von|por|par)\s")
_FROM = re.compile(r"\bfrom ((?:[A-ZÀ-Þ][\w&'’-]*(?: |\b))+)")
_VERB = re.compile(r"(?<![\w])[a-zà-ÿ]{4,}")
_CAPITAL = re.compile(r"[A-ZÀ-Þ][\w&'’-]*")


def contradictions(claim: str, texts: Sequence[str], bare: Sequence[tuple[str, str]] = ()) -> list[str]:
    """Why the evidence contradicts the claim. `bare` are values with the label of their field."""
    return [
        *_figures_misused(claim, texts, bare),
        *_swapped(claim, texts),
        *_quantified(claim, texts),
        *_turned(claim, texts),
        *_denied(claim, texts),
        *_made_actors(claim, texts),
        *_substituted(claim, texts),
    ]


def _figures_misused(claim: str, texts: Sequence[str], bare: Sequence[tuple[str, str]]) -> list[str]:
    if not any(p.figure for p in parts_of(claim)):
        return []
    language = language_of(claim)
    known = [(p, c, True) for t in texts for c in _clauses(t) for p in parts_of(c) if p.figure]
    known += [(p.model_copy(update={"figure": p.figure.model_copy(update={"nouns": _label(label)})}), label, False)
              for value, label in bare for p in parts_of(value) if p.figure]  # fmt: skip
    found: list[str] = []
    for clause in _clauses(claim):
        for part in (p for p in parts_of(clause) if p.figure):
            agreeing = [(p, c, q) for p, c, q in known if p.figure and part.figure and agree(part.figure, p.figure)]
            others = [(p, c) for p, c, _ in known if p.kind is part.kind and not p.keys & part.keys]
            if agreeing and (why := _misused(part, clause, agreeing, others, language)):
                found.append(f"{why}: “{part.text}”")
    return found


def _misused(
    part: Part,
    clause: str,
    agreeing: Sequence[tuple[Part, str, bool]],
    others: Sequence[tuple[Part, str]],
    language: str,
) -> str:
    said = part.figure
    if said is None:
        return ""
    figures = [p.figure for p, _, _ in agreeing if p.figure]
    if all(other_unit(said, f) for f in figures):
        return "the evidence has another unit"
    if (
        said.nouns
        and not any(f.units & said.units for f in figures)
        and all(f.nouns and not f.nouns & said.nouns for f in figures)
    ):
        same = all(not language or language_of(c) in {language, ""} for _, c, q in agreeing if q)
        named = all(any(n.startswith("=") for n in f.nouns) for f in figures) and any(
            n.startswith("=") for n in said.nouns
        )
        if same or named:
            return "the evidence counts something else with this figure"
    if said.kind is not FigureKind.NUMBER and said.bound is Bound.EXACT:
        about = _gist(clause)
        if about and not any(about & _gist(c) for _, c, _ in agreeing) and any(about & _gist(c) for _, c in others):
            return "the evidence gives another figure for this"
    return ""


def _label(label: str) -> frozenset[str]:
    return counted(re.findall(r"[^\W_]+", fold(label)))


def _swapped(claim: str, texts: Sequence[str]) -> list[str]:
    """Who acts and who is acted upon, by the names on either side of a shared verb."""
    ours = _roles(claim)
    if not ours:
        return []
    for text in texts:
        for sentence in _SENTENCE.split(text):
            theirs = _roles(sentence) if _nearly(claim, sentence) else {}
            for verb in ours.keys() & theirs.keys() - _SYMMETRIC:
                (actor, object_), (their_actor, their_object) = _apart(*ours[verb]), _apart(*theirs[verb])
                same = (actor & their_actor) or (object_ & their_object)
                if actor & their_object and object_ & their_actor and not same:
                    return ["turns round who did it and to whom"]
    return []


def _made_actors(claim: str, texts: Sequence[str]) -> list[str]:
    near = (s for t in texts for s in _SENTENCE.split(t) if _nearly(claim, s))
    return ["turns round who did it and from whom it came"] if any(_made_actor(claim, s) for s in near) else []


def _made_actor(claim: str, sentence: str) -> bool:
    """Whether the claim lets somebody act from whom the evidence says that it came: `raised it from Argent`."""
    if _PASSIVE.search(fold(claim)):
        return False
    for source in _FROM.finditer(sentence):
        names = {fold(m[0]) for m in _CAPITAL.finditer(source[1])}
        told = sentence[: source.start()]
        acts = {stem(fold(w)) for w in _VERB.findall(told)} - {stem(fold(w)) for w in FUNCTION_WORDS}
        for verb in _VERB.finditer(claim):
            before = {fold(m[0]) for m in _CAPITAL.finditer(claim[: verb.start()])}
            came = re.search(r"\bfrom\b", claim[: verb.start()])
            known = {fold(m[0]) for m in _CAPITAL.finditer(told)}
            if stem(fold(verb[0])) in acts and names and names <= before and not names & known and not came:
                return True
    return False


def _apart(actor: frozenset[str], object_: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Without what stands on both sides, such as the word for a company, which tells nobody apart."""
    return actor - object_, object_ - actor


def _no_name(folded: str) -> bool:
    return folded in FUNCTION_WORDS or folded in COURTESY or folded in DATE_WORDS


@lru_cache(maxsize=2048)
def _roles(sentence: str) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    names = [(m.start(), fold(m[0])) for m in _CAPITAL.finditer(sentence) if not _no_name(fold(m[0]))]
    if len(names) < 2:
        return {}
    folded = sentence.casefold()
    passive = _PASSIVE.search(fold(sentence)) if len(fold(sentence)) == len(sentence) else None
    roles: dict[str, tuple[frozenset[str], frozenset[str]]] = {}
    for match in re.finditer(r"(?<![\w])[a-zà-ÿ]{4,}", sentence):
        word = fold(match[0])
        if word in FUNCTION_WORDS:
            continue
        if passive:
            end = passive.end()
            agent = frozenset(n for at, n in names if end <= at <= end + 40)
            patient = frozenset(n for at, n in names if at < passive.start(1))
            roles.setdefault(stem(word), (agent, patient))
        else:
            before = frozenset(n for at, n in names if at < match.start())
            after = frozenset(n for at, n in names if at > match.start())
            if before and after:
                roles.setdefault(stem(word), (before, after))
    return roles if folded else {}


def _quantified(claim: str, texts: Sequence[str]) -> list[str]:
    ours, theirs = fold(claim), fold(" ".join(texts))
    return [
        f"says “{match[0]}”, which the evidence does not"
        for pattern in _QUANTIFIERS.values()
        if texts and (match := pattern.search(ours)) and not pattern.search(theirs)
    ]


def _turned(claim: str, texts: Sequence[str]) -> list[str]:
    """A no for a yes, an opposite, or a certainty that the closest clauses of the evidence do not have."""
    language = language_of(claim)
    clauses = [c for t in texts for c in _clauses(t) if not language or language_of(c) in {language, ""}]
    sentences = {c: s for t in texts for s in _SENTENCE.split(t) for c in _clauses(s)}
    for clause in _clauses(claim):
        about = _gist(clause)
        if not about:
            continue
        first, last = _ends_of(clause)
        unsaid = {c: _subject_of(c, sentences.get(c, c)) for c in clauses}
        told = {c: _gist(c) | unsaid[c] for c in clauses}
        paired = {sentences.get(c, c) for c in clauses if unsaid[c]}
        # The end of a sentence tells which of two clauses about one subject is meant: `fell in France`.
        shares = {
            c: len(about & told[c]) + (first in told[c]) + (sentences.get(c, c) in paired and last in told[c]) / 2
            for c in clauses
        }
        most = max(shares.values(), default=0)
        if most < max(1, len(about) / 3):
            continue
        closest = [c for c in shares if shares[c] == most]
        if (most >= 2 or most >= len(about) * 0.5) and all(_opposed(clause, c, language) for c in closest):
            return ["says the opposite of the evidence about whether it is so"]
        if not hedged(claim) and not _REPORTS.search(fold(claim)) and all(hedged(sentences.get(c, c)) for c in closest):
            return ["is surer than the evidence, which only considers it"]
    return []


def _denied(claim: str, texts: Sequence[str]) -> list[str]:
    """A name that the evidence has only where it says no: `have never used Oracle` is no use of Oracle."""
    language = language_of(claim)
    if not language or negated(claim, language) or _REPORTS.search(fold(claim)):
        return []
    clauses = [c for t in texts for c in _clauses(t)]
    for name in dict.fromkeys(fold(m[0]) for m in _CAPITAL.finditer(claim)):
        if _no_name(name):
            continue
        where = [c for c in clauses if re.search(rf"(?<!\w){re.escape(name)}(?!\w)", fold(c))]
        if where and all(language_of(c) == language and negated(c, language) for c in where):
            return [f"speaks of “{name}”, of which the evidence only says no"]
    return []


def _subject_of(clause: str, sentence: str) -> frozenset[str]:
    """What a later clause leaves unsaid: `Prices rose in Spain and fell in France` says at its beginning what fell.

    Only where the clause begins with the verb that has an opposite; one with words before it has its own subject.
    """
    start = _clauses(sentence)[0]
    if clause == start or _before_direction(clause) != []:
        return frozenset()
    return frozenset(stem(w) for w in _before_direction(start) or [])


def _before_direction(clause: str) -> list[str] | None:
    """The words of meaning before the first one that says in which direction; None where none does."""
    found: list[str] = []
    for word in re.findall(r"[^\W\d_]{3,}", fold(clause)):
        if any(side.search(word) for pair in OPPOSITES for side in pair):
            return found
        if not _empty(word):
            found.append(word)
    return None


def _opposed(said: str, known: str, language: str) -> bool:
    ours, theirs = fold(said), fold(known)
    spoken = language or language_of(known)
    turned = negated(said, spoken) != negated(known, spoken)
    for one, other in OPPOSITES:
        for mine, its in ((one, other), (other, one)):
            if mine.search(ours) and its.search(theirs) and not its.search(ours) and not mine.search(theirs):
                return not turned
    return turned


def hedged(text: str) -> bool:
    """Whether the text says that something may be so; a question is none."""
    return bool(_HEDGE.search(fold(text)) or _MAY.search(text)) and not text.rstrip().endswith("?")


@lru_cache(maxsize=2048)
def _clauses(text: str) -> tuple[str, ...]:
    return tuple(c.strip() for c in _CLAUSE.split(text) if c and c.strip())


@lru_cache(maxsize=16384)
def _gist(text: str) -> frozenset[str]:
    """Stems of the words that carry meaning; no figures, and no words that say only in which direction."""
    return frozenset(stem(w) for w in _meaningful(text))


def _ends_of(text: str) -> tuple[str, str]:
    words = _meaningful(text)
    return (stem(words[0]), stem(words[-1])) if words else ("", "")


def _meaningful(text: str) -> list[str]:
    words = re.findall(r"[^\W\d_]{3,}", fold(text))
    return [w for w in words if not _empty(w)]


@lru_cache(maxsize=65536)
def _empty(word: str) -> bool:
    grammar = word in FUNCTION_WORDS or word in COURTESY or word in _MEASURES or is_number_word(word)
    return grammar or any(side.search(word) for pair in OPPOSITES for side in pair)


def _substituted(claim: str, texts: Sequence[str]) -> list[str]:
    """A word that no evidence has where the evidence has another: `head of marketing` for `head of operations`."""
    language = language_of(claim)
    near = [s for t in texts for s in _WHOLE.split(t) if _nearly(claim, s)]
    same = [t for t in near if not language or language_of(t) in {language, ""}]
    known = {stem(w) for t in texts for w in re.findall(r"[^\W_]+", fold(t))}
    ours = _tokens(claim)
    held = {stem(w) for w in ours}
    places: dict[tuple[str, ...], set[str]] = {}
    for text in same:
        theirs = _tokens(text)
        for at, word in enumerate(theirs):
            for place in _places(theirs, at):
                places.setdefault(place, set()).add(word)
    for at, word in enumerate(ours):
        if len(word) < 4 or word in FUNCTION_WORDS or word in COURTESY or stem(word) in known or not word.isalpha():
            continue
        for place in _places(ours, at):
            other = {
                w for w in places.get(place, ()) if len(w) >= 3 and w not in FUNCTION_WORDS and stem(w) not in held
            }
            if other and not any(_same_side(word, w) for w in other):
                return [f"says “{word}” where the evidence says “{min(other)}”"]
    return []


def _tokens(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", fold(text))


def _places(tokens: Sequence[str], at: int) -> list[tuple[str, ...]]:
    """By the two words before it, of which one carries meaning, by the three before it, or by those on both sides."""
    found: list[tuple[str, ...]] = []
    if at >= 2 and not (tokens[at - 1] in FUNCTION_WORDS and tokens[at - 2] in FUNCTION_WORDS):
        found.append(("before", tokens[at - 2], tokens[at - 1]))
    if at >= 1 and at + 1 < len(tokens):
        found.append(("around", tokens[at - 1], tokens[at + 1]))
    if at >= 3:
        found.append(("after", *tokens[at - 3 : at]))
    return found


def _nearly(claim: str, sentence: str) -> bool:
    """Whether the sentence says nearly the same, so that one differing word tells."""
    about = _gist(claim)
    return len(about & _gist(sentence)) >= _NEARLY * len(about)


def _same_side(word: str, other: str) -> bool:
    """Two words for one thing, as far as the lists know; `metres` and `meters` are one word."""
    if counted([word]) == counted([other]) or sorted(word) == sorted(other):
        return True
    return any(side.search(word) and side.search(other) for pair in OPPOSITES for side in pair)
