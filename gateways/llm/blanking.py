"""E-mail addresses and telephone numbers in other people's words are needed by no model: they are blanked, in place."""

import re

_PRIVATE = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+|\+?\d[\d ()/.-]{7,20}\d")


def blanked(text: str) -> str:
    """The text, as long as it was, so that a place in it is a place in the source."""
    return _PRIVATE.sub(lambda m: m[0] if _is_money(m[0]) else "█" * len(m[0]), text)


def _is_money(text: str) -> bool:
    """`1.200.000` looks like a telephone number and is none."""
    return bool(re.fullmatch(r"\d{1,3}(?:[., ]\d{3})+(?:[.,]\d{2})?", text))
