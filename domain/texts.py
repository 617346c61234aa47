"""Untrusted text made safe to show and to compare, without losing where things stand in it."""

import re
import unicodedata

HIDDEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u2028\u2029") | frozenset(
    chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
)
"""Characters that a reader does not see: zero-width, direction overrides, tags."""

QUOTED = re.compile(r"[“„\"«‹]([^”“\"»›]*)[”“\"»›]")
"""Words in quotation marks of any language we write in; its group is what stands between them."""

_JOINERS = frozenset("\u200c\u200d")
_WRITINGS = "\u0600-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u18af\ua840-\ua8ff\ua9e0-\uaaff\ufb50-\ufdff\ufe70-\ufefc"
"""Arabic, the scripts of India and South-East Asia, Mongolian: a joiner in a word changes its letters."""
_PICTURES = "\u2190-\u2bff\u3030\u303d\ufe0f\U0001f000-\U0001faff"
_JOINED = re.compile(f"(?<=[{_WRITINGS}])[\u200c\u200d](?=[{_WRITINGS}])|(?<=[{_PICTURES}])\u200d(?=[{_PICTURES}])")
_VIRAMA = 9
"""The combining class of the sign that takes a consonant's vowel; a joiner behind it shows the consonant's half."""


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters without control or hidden ones. Joiners stay where they make the word."""
    visible = "".join(" " if c.isspace() else c for c in _seen(text))
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip(" \u200c\u200d") + "…"


def clean_block(text: str, limit: int) -> str:
    """The same for text of several lines: line ends stay."""
    visible = _seen(text.replace("\r\n", "\n").replace("\r", "\n"))
    return visible if len(visible) <= limit else visible[: limit - 1] + "…"


def without_joiners(text: str) -> str:
    """For keys to compare by: one word with and without its joiners."""
    return text.replace("\u200c", "").replace("\u200d", "")


def _seen(text: str) -> str:
    if not _JOINERS & set(text):
        return "".join(c for c in text if _printable(c))
    text = "".join(c for c in text if c in _JOINERS or _printable(c))
    kept = {found.start() for found in _JOINED.finditer(text)}
    return "".join(c for at, c in enumerate(text) if c not in _JOINERS or at in kept or _shows_half(text, at))


def _shows_half(text: str, at: int) -> bool:
    return text[at] == "\u200d" and at > 0 and unicodedata.combining(text[at - 1]) == _VIRAMA


def _printable(c: str) -> bool:
    return c.isspace() or (c not in HIDDEN and unicodedata.category(c) not in {"Cc", "Cs", "Co", "Cn"})


def fold(text: str) -> str:
    """Lower case without accents, of the same length: an index into it is an index into the text."""
    return "".join(_fold_char(c) for c in text)


def _fold_char(c: str) -> str:
    if c in "’‘´`":
        return "'"
    base = unicodedata.normalize("NFKD", c)[:1].lower() or c
    return base if len(base) == 1 else c


def quotable(text: str, start: int, end: int, limit: int = 240) -> str:
    """The sentence around a span, exactly as it stands; the span alone (cut at `limit`) where that is too long."""
    left = max((text.rfind(mark, 0, start) for mark in ".!?\n"), default=-1) + 1
    stops = [i for i in (text.find(mark, end) for mark in ".!?\n") if i >= 0]
    right = min(stops) if stops else len(text)
    sentence = text[left:right].strip()
    return sentence if 0 < len(sentence) <= limit else text[start:end][:limit]
