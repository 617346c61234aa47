"""Untrusted text made safe to show and to compare, without losing where things stand in it."""

import unicodedata

HIDDEN = frozenset("\u200b\u200c\u200d\u2060\ufeff\u00ad\u180e\u2028\u2029") | frozenset(
    chr(c) for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080))
)
"""Characters that a reader does not see: zero-width, direction overrides, tags."""


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters without control or hidden ones."""
    visible = "".join(" " if c.isspace() else c for c in text if _printable(c))
    line = " ".join(visible.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def clean_block(text: str, limit: int) -> str:
    """The same for text of several lines: line ends stay."""
    visible = "".join(c for c in text.replace("\r\n", "\n").replace("\r", "\n") if c == "\n" or _printable(c))
    return visible if len(visible) <= limit else visible[: limit - 1] + "…"


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
