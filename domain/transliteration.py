"""One name in several alphabets and spellings: what makes `Щукин`, `Shchukin` and `Schukin` meet. Pure.

`latin` gives plain ASCII words. `romanised` reduces them further, to what the usual ways of writing Cyrillic, Greek
and umlauts in Latin letters agree upon; it joins more than a reader would, so equality there is evidence, not identity.
"""

import re
import unicodedata
from functools import lru_cache

from anyascii import anyascii

from domain.texts import clean, without_joiners

TEXT_LIMIT = 300
"""Characters of a name that are looked at; longer ones are cut, so that hostile input costs nothing."""
_UMLAUTS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "ß": "ss", "đ": "dj", "ё": "yo"}
)
_LAST_LATIN = 0x24F
_MORE_LATIN = range(0x1E00, 0x1F00)
_SPELLINGS = tuple(
    (re.compile(pattern), short)
    for pattern, short in (
        (r"shch|schtsch|chtch|stsch", "s"),
        (r"tsch|tch|dzh|dsch|dj", "h"),
        (r"sch|sh|sz", "s"),
        (r"ch|cz|kh|gh", "h"),
        (r"zh|tz|ts", "z"),
        (r"ph", "f"),
        (r"eo", "u"),
        (r"wh|hw", "v"),
        (r"th", "t"),
        (r"ck|qu|q|c", "k"),
        (r"x", "ks"),
        (r"w", "v"),
        (r"aeu|ae|aa|ai(?=$)", "a"),
        (r"oe|ou(?=[^aeiouy]|$)", "u"),
        (r"ue", "u"),
        (r"[yj]", "i"),
        (r"i+(?=[aeou])", ""),
        (r"ie|ei|ii", "i"),
        (r"o", "u"),
        (r"(.)\1+", r"\1"),
        (r"(?<=[^aeiu])er$", "r"),
    )
)


_KOREAN_SOUNDS = """
g,kk,n,d,tt,r,m,b,pp,s,ss,,j,jj,ch,k,t,p,h
a,ae,ya,yae,eo,e,yeo,ye,o,wa,wae,oe,yo,u,wo,we,wi,yu,eu,ui,i
,k,k,k,n,n,n,t,l,k,m,l,l,l,p,l,m,p,p,t,t,ng,t,t,k,t,p,t
"""
_KOREAN_FIRST, _KOREAN_VOWEL, _KOREAN_LAST = (line.split(",") for line in _KOREAN_SOUNDS.split())
_KOREAN_SYLLABLES = range(0xAC00, 0xAC00 + 19 * 21 * 28)


_GREEK = (
    (re.compile("([αε])[υύ](?=[θκξπσςτφχψ]|(?!\\w))"), r"\1f"),
    (re.compile("([αε])[υύ]"), r"\1v"),
    (re.compile("ο[υύ]"), "ou"),
)
"""Greek vowels that sound as one, where a letter by itself sounds otherwise."""


@lru_cache(maxsize=16384)
def latin(raw: str) -> str:
    """Lower-case ASCII letters, digits and single spaces. Accents fall off; other alphabets are transliterated.

    Text without a letter or digit in any alphabet (emoji alone) gives the empty string.
    """
    return _ascii(unicodedata.normalize("NFKC", clean(raw[: TEXT_LIMIT * 4], TEXT_LIMIT)).casefold())


@lru_cache(maxsize=16384)
def umlauts_written_out(raw: str) -> str:
    """The same, with `ü` as `ue`: the other spelling that German and Nordic names have in ASCII."""
    text = unicodedata.normalize("NFKC", clean(raw[: TEXT_LIMIT * 4], TEXT_LIMIT)).lower()
    return _ascii(text.translate(_UMLAUTS))


@lru_cache(maxsize=16384)
def romanised(word: str) -> str:
    """What the romanisations of one word share, of an ASCII word in lower case."""
    for pattern, short in _SPELLINGS:
        word = pattern.sub(short, word)
    return word


def is_foreign(raw: str) -> bool:
    """Holds letters beyond ASCII, so that its spelling in ASCII was somebody's choice."""
    return any(ord(c) > 127 and c.isalpha() for c in raw[: TEXT_LIMIT * 4])


def in_other_alphabet(raw: str) -> bool:
    """Holds letters that are not Latin ones, with accents or without."""
    return any(ord(c) > _LAST_LATIN and c.isalpha() and ord(c) not in _MORE_LATIN for c in raw[: TEXT_LIMIT * 4])


def _ascii(text: str) -> str:
    text = without_joiners(text)
    for pattern, sound in _GREEK:
        text = pattern.sub(sound, text)
    # An apostrophe belongs to its word (O'Brien); a symbol or emoji would come back as its English name.
    kept = "".join("" if c in "'’‘`´ʼ" else c if c.isalnum() or c == "&" or _is_mark(c) else " " for c in text)
    kept = "".join(_korean(ord(c)) if ord(c) in _KOREAN_SYLLABLES else c for c in kept)
    return " ".join(re.findall(r"[a-z0-9]+|&", anyascii(kept).lower().replace("'", "").replace("`", "")))


def _is_mark(c: str) -> bool:
    return unicodedata.category(c) in {"Mn", "Mc"}


def _korean(code: int) -> str:
    """One syllable in the Revised Romanisation, in which a final consonant sounds unlike an initial one."""
    first, rest = divmod(code - _KOREAN_SYLLABLES.start, 21 * 28)
    vowel, last = divmod(rest, 28)
    return _KOREAN_FIRST[first] + _KOREAN_VOWEL[vowel] + _KOREAN_LAST[last]
