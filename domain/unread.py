"""Text that nobody here reads: in a script or a language that the playbook has no phrases for.

What is not read is not guessed at. It says so on the card, and a person answers.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

import pycountry

from domain.model import Value
from domain.playbook import Playbook
from domain.texts import fold, quotable
from domain.wording import FUNCTION

_FEW_LETTERS = 8
"""Fewer letters than this tell nothing: `ok`, a name, a number of an order."""
_FEW_SIGNS = 4
"""Of another script: a word there may be one sign."""
_FEW_WORDS = 4
_MANY_WORDS = 8
"""A text of so many words without a small word of its language is written in another."""
_PASSAGE = 20
"""Letters of another script within a text that is read otherwise: a passage, not the name of a company."""
_SCRIPTS = {
    "HIRAGANA": ("Japanese", "ja"), "KATAKANA": ("Japanese", "ja"), "HANGUL": ("Korean", "ko"),
    "CJK": ("Chinese", "zh"), "GREEK": ("Greek", "el"), "HEBREW": ("Hebrew", "he"), "THAI": ("Thai", "th"),
    "ARMENIAN": ("Armenian", "hy"), "GEORGIAN": ("Georgian", "ka"),
    "CYRILLIC": ("Cyrillic script", ""), "ARABIC": ("Arabic script", ""),
    "DEVANAGARI": ("Devanagari script", ""),
}  # fmt: skip
"""First word of a letter's Unicode name to what people call the writing, and its language where it has but one."""
_NEIGHBOURS: dict[str, tuple[str, frozenset[str]]] = {
    code: (name, frozenset(words.split()))
    for code, name, words in (
        ("it", "Italian", "il di che e per un una con non sono abbiamo siamo del della questo anche ma noi grazie "
         "nostro vorremmo vorrei serve mezzi salve buongiorno cerchiamo la le a fa entro"),
        ("pt", "Portuguese", "o a que e do da em um uma para com nao nos temos por mais como isso obrigado voces os "
         "gostaria queremos ola"),
        ("nl", "Dutch", "de het een en van ik wij we is niet dat zijn hebben voor met ook onze graag bij maar te wat "
         "kunnen beste iets mijn zoek"),
        ("pl", "Polish", "i w na z do nie to jest sie mamy ze jak ale dla dzien dobry tak o prosze czy szukamy"),
        ("sv", "Swedish", "och att det vi ar som en for med har inte av pa ett men om hej tack skulle"),
        ("da", "Danish", "og at det vi er som en for med har ikke af pa et men jeg hej tak"),
        ("fi", "Finnish", "ja on ei se etta me meilla olemme hei kiitos haluaisimme mutta kanssa"),
        ("cs", "Czech", "a je se na v ze to pro dobry den dekuji prosim mame nas jsme"),
        ("hu", "Hungarian", "a az es hogy nem van egy koszonom szeretnenk vagyunk jo napot"),
        ("ro", "Romanian", "si de la in cu pentru nu este avem dorim buna ziua multumesc sa"),
        ("tr", "Turkish", "ve bir bu icin ile merhaba tesekkurler istiyoruz var mi cok"),
    )
}  # fmt: skip
"""Languages in Latin letters, by the small words that they are made of."""


class Unread(Value):
    """A message, or a passage of one, that no rule reads. `language` is what it looks like, as people call it."""

    language: str
    """Empty where it looks like none that is known here."""
    code: str = ""
    """Its ISO code, where there is no doubt."""
    quote: str
    inquiry: int = 0
    """Position in the inquiries, oldest first."""
    whole: bool = True
    """False where the rest of the message is read."""


def unread_in(text: str, playbook: Playbook, said: str = "") -> Unread | None:
    """What of the text the playbook's languages do not reach; None where all of it is read or there is too little.

    `said` is the language code that came with it: believed for a text in words that are none of ours.
    """
    letters = [(at, c) for at, c in enumerate(text) if c.isalpha()]
    ours = _scripts(playbook)
    foreign = [(at, script) for at, c in letters if (script := _script(c)) not in ours]
    whole = len(foreign) * 2 > len(letters)
    if len(foreign) >= (_FEW_SIGNS if whole else _PASSAGE):
        start, end = foreign[0][0], foreign[-1][0] + 1
        name, code = _writing(script for _, script in foreign)
        return Unread(language=name, code=code, quote=quotable(text, start, end), whole=whole)
    found = _other_language(text, playbook, said) if len(letters) >= _FEW_LETTERS else None
    if found is None:
        return None
    name, code = found
    return Unread(language=name, code=code, quote=quotable(text, letters[0][0], letters[-1][0] + 1))


def _other_language(text: str, playbook: Playbook, said: str) -> tuple[str, str] | None:
    """Name and code of a language in letters that we read; empty where it is none that is known here."""
    words = re.findall(r"[^\W\d_]+", fold(text))
    best = max((sum(w in own for w in words) for own in _small_words(playbook).values()), default=0)
    known = {code: own for code, (_, own) in _NEIGHBOURS.items() if code not in playbook.languages}
    others = {code: sum(w in own for w in words) for code, own in known.items()}
    likely = max(others, key=lambda code: (others[code], code == said), default="")
    foreign = said if said and said not in playbook.languages else ""
    if likely and others[likely] >= 2 and (others[likely] > best or (likely == foreign and others[likely] >= best)):
        return _NEIGHBOURS[likely][0], likely
    if not best and (len(words) >= _MANY_WORDS or (foreign and len(words) >= _FEW_WORDS)):
        named = pycountry.languages.get(alpha_2=foreign) if foreign else None
        return (str(named.name) if named is not None else ""), foreign
    return None


def _small_words(playbook: Playbook) -> dict[str, frozenset[str]]:
    return {
        code: frozenset(fold(w) for w in (*rules.common_words, *FUNCTION.get(code, ())))
        for code, rules in playbook.languages.items()
    }


def _scripts(playbook: Playbook) -> frozenset[str]:
    """Latin, and what the words of the playbook's languages are written in."""
    words = (w for rules in playbook.languages.values() for w in rules.common_words)
    return frozenset({"LATIN", *(_script(c) for w in words for c in w if c.isalpha())})


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0] or "UNKNOWN"


def _writing(scripts: Iterable[str]) -> tuple[str, str]:
    """What most of it is written in; a few kana make Chinese characters Japanese."""
    counted = Counter(_SCRIPTS.get(script, ("", "")) for script in scripts)
    japanese = _SCRIPTS["HIRAGANA"]
    return japanese if counted[japanese] else counted.most_common(1)[0][0]
