"""What names in other writings have in common beyond their Latin spelling. Pure.

Chinese characters share readings, so equal readings are no equal names. Hebrew and Arabic write consonants, so their
Latin spelling lacks the vowels that somebody put into the English name.
"""

import re
from functools import lru_cache

from domain.transliteration import latin, romanised

_IDEOGRAPH = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_SYLLABLE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_GENERAL = re.compile("株式会社|有限会社|合同会社|股份|有限|责任|責任|公司")
_SHORTEST_SKELETON = 3


def ideographs(raw: str) -> str:
    """The Chinese characters of a name without those of its legal form."""
    return "".join(_IDEOGRAPH.findall(_GENERAL.sub("", raw)))


def holds_syllables(raw: str) -> bool:
    return _SYLLABLE.search(raw) is not None


@lru_cache(maxsize=4096)
def same_ideographs(one: str, other: str) -> bool:
    """One text in simplified and in traditional characters."""
    return len(one) == len(other) and (
        all(a == b or _is_pair(a, b) for a, b in zip(one, other, strict=True))
        or all(a == b or _is_pair(b, a) for a, b in zip(one, other, strict=True))
    )


def _is_pair(simplified: str, traditional: str) -> bool:
    """Of one reading, one character only in the mainland's set and one only in Taiwan's."""
    return (
        latin(simplified) == latin(traditional) and not _is_in(simplified, "big5") and not _is_in(traditional, "gb2312")
    )


def _is_in(character: str, encoding: str) -> bool:
    try:
        character.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@lru_cache(maxsize=16384)
def same_consonants(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """`svprsl` and `shufersal`. Far from a proof."""
    a, b = (_skeleton("".join(words)) for words in (one, other))
    return len(a) >= _SHORTEST_SKELETON and a == b


def _skeleton(word: str) -> str:
    bare = re.sub(r"[aeiouyvwh]", "", romanised(word)).replace("p", "f").replace("b", "f").replace("z", "s")
    return re.sub(r"(.)\1+", r"\1", bare)
