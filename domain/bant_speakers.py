"""Who sells and who buys in a call, from what the speakers are called and from how they talk."""

import re
from collections.abc import Sequence
from enum import StrEnum

from domain.bant_turns import Transcript, Turn
from domain.bant_words import BantWords
from domain.texts import fold


class Side(StrEnum):
    BUYER = "buyer"
    SELLER = "seller"
    UNKNOWN = "unknown"


_SELLER = frozenset(
    {
        "rep", "sales", "seller", "salesperson", "salesman", "saleswoman", "ae", "sdr", "bdr", "csm", "agent", "vendor",
        "advisor",
        "adviser", "consultant", "host", "presenter", "presales", "interviewer", "salesrep", "company", "internal",
        "vendedor", "vendedora", "comercial", "ventas", "asesor", "asesora", "agente", "ejecutivo", "ejecutiva",
        "verkaufer", "verkauferin", "vertrieb", "berater", "beraterin", "verkauf", "vertriebler", "vertrieblerin",
        "vendeur", "vendeuse", "commercial", "commerciale", "conseiller", "conseillere", "supplier", "us", "me",
    }
)  # fmt: skip
_SELLER_PHRASES = (
    "account executive", "account manager", "sales rep", "sales engineer", "solutions engineer", "customer success",
    "business development", "sales development", "solution consultant", "account exec",
)  # fmt: skip
_BUYER = frozenset(
    {
        "prospect", "customer", "client", "buyer", "lead", "caller", "champion", "guest", "external", "interviewee",
        "cliente", "clienta", "comprador", "compradora", "prospecto", "interesado", "interesada", "kunde", "kundin",
        "interessent", "interessentin", "einkaufer", "einkauferin", "acheteur", "acheteuse", "prospecte",
        "respondent", "contact", "them", "purchaser", "anrufer", "anruferin",
        "cfo", "coo", "ceo", "cio", "cto", "owner", "procurement", "buyer's", "it", "operations", "logistics",
        "finance", "purchasing", "gerente",
        "geschaftsfuhrer", "geschaftsfuhrerin", "directeur", "directrice",
    }
)  # fmt: skip


_LEADS_SALES = re.compile(
    r"\b(?:vp|svp|evp|vice president|head|director|chief|cro|president|manager)\b[^,;)]{0,12}\b"
    r"(?:sales(?: operations| ops| enablement)?|business development)\b|\bsales (?:director|manager|operations|ops)\b"
)


def sides_of(
    transcript: Transcript, seller: Sequence[str], words_of: "dict[str, BantWords]", language: str
) -> dict[str, Side]:
    """Each speaker's side. What is said counts only where the label does not tell."""
    speakers = list(dict.fromkeys(t.speaker for t in transcript.turns if t.speaker))
    ours = [fold(s) for s in seller if s.strip()]
    sides = {s: _by_label(s, transcript.about, ours) for s in speakers}
    open_ones = [s for s in speakers if sides[s] is Side.UNKNOWN]
    if not open_ones:
        return sides
    known = set(sides.values()) - {Side.UNKNOWN}
    leaning = {s: _leaning([t for t in transcript.turns if t.speaker == s], words_of[language]) for s in open_ones}
    if Side.SELLER in known and len(open_ones) == 1 and Side.BUYER not in known:
        sides[open_ones[0]] = Side.BUYER
    elif known == {Side.BUYER} and len(open_ones) == 1:
        sides[open_ones[0]] = Side.SELLER
    elif not known and len(open_ones) >= 2:
        _between(open_ones, leaning, sides)
    else:
        for speaker in open_ones:
            lean = leaning[speaker]
            sides[speaker] = Side.SELLER if lean > 1 else Side.BUYER if lean < 0 else Side.UNKNOWN
    return sides


def _between(speakers: list[str], leaning: dict[str, float], sides: dict[str, Side]) -> None:
    """No label tells: who sounds most like selling sells, and those who sound much like it too."""
    most = max(leaning.values())
    if most == min(leaning.values()):
        return
    first = next(s for s in speakers if leaning[s] == most)
    for speaker in speakers:
        also = leaning[speaker] > 1 and len(speakers) > 2
        sides[speaker] = Side.SELLER if speaker == first or also else Side.BUYER


def _by_label(speaker: str, about: Sequence[str], ours: list[str]) -> Side:
    label = fold(speaker)
    described = [label]
    bare = re.sub(r"\s*\(.*", "", label)
    for line in about:
        folded = fold(line)
        at = folded.find(bare) if len(bare) > 2 else -1
        if at >= 0:
            described.append(re.split(r"[;,]\s(?=[^()]*$)|\)|\band\b", folded[at + len(bare) : at + len(bare) + 60])[0])
    for text in described:
        if any(name in text for name in ours):
            return Side.SELLER
    # Whoever leads a sales team may well be the one who buys something for it.
    for text in (_LEADS_SALES.sub(" ", d) for d in described):
        words = set(re.findall(r"[^\W\d_]+(?:'s)?", text))
        if words & {"prospect", "customer", "client", "buyer"} and "success" not in words:
            return Side.BUYER
        if words & _SELLER or any(p in text for p in _SELLER_PHRASES):
            return Side.SELLER
        if words & _BUYER:
            return Side.BUYER
    return Side.UNKNOWN


def _leaning(turns: list[Turn], words: BantWords) -> float:
    """Above zero sounds like selling, per turn; questions lean that way too."""
    score = 0.0
    for turn in turns:
        folded = fold(turn.text)
        score += sum(words.search(p, folded) is not None for p in words.seller_cues)
        score -= sum(words.search(p, folded) is not None for p in words.buyer_cues)
        score += 0.5 * len(
            re.findall(r"\b(?:you|your|ihr\w*|sie|su|ustedes|vuestr\w+|vous|votre|vos)\b[^.?!]*\?", folded)
        )
    return score
