"""What a password must be: long, and nothing that somebody would try first. No rules about kinds of characters."""

import re
import unicodedata
from collections.abc import Iterable

MIN_LENGTH = 12
MAX_LENGTH = 1_024
_FEWEST = 5
"""Different characters: what has fewer is one key held down, or two in turn."""
_RUNS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "0123456789")
_FIRST_GUESSES = ("password", "passwort", "countersign", "letmein", "welcome", "changeme", "salesforce")
_UNTYPED = ("Cc", "Cs", "Cn")
_SHORT_REST = 4
"""Letters beside what is known: fewer are an ending that is tried next."""


def weakness(password: str, about: Iterable[str] = ()) -> str:
    """Why it is not good enough, as a sentence that says what to do; empty where it is.

    `about` is what anybody knows of the person: login, name, addresses.
    """
    if len(password) < MIN_LENGTH:
        return f"it has {len(password)} characters; use at least {MIN_LENGTH}, for example four words"
    if len(password) > MAX_LENGTH:
        return f"it has more than {MAX_LENGTH} characters; use a shorter one"
    if any(unicodedata.category(character) in _UNTYPED for character in password):
        return "it holds a control character or no character at all, which nobody can type at the sign-in page"
    folded = password.casefold()
    if len(set(folded)) < _FEWEST:
        return "it repeats a few characters; use different ones"
    if any(folded in run * 3 or folded in run[::-1] * 3 for run in _RUNS):
        return "it is a row of keys; use words that do not belong together"
    rest, found = folded, ""
    for known in (*_said_about(about), *_FIRST_GUESSES):
        if known in rest:
            rest, found = rest.replace(known, ""), found or known
    if found and len(re.sub(r"[\W\d_]", "", rest)) < _SHORT_REST:
        return f"it is little more than “{found}”; use words that nobody would connect with the person"
    return ""


def _said_about(about: Iterable[str]) -> tuple[str, ...]:
    """Whole and in parts; what is shorter than three letters is in every other word."""
    whole = [text.casefold().strip() for text in about]
    parts = [part for text in whole for part in re.split(r"[\s@.\-_+]+", text)]
    return tuple(dict.fromkeys(sorted((t for t in (*whole, *parts) if len(t) >= 3), key=len, reverse=True)))
