"""Who wrote what in an e-mail or a thread: headers, quoted lines and `On …, Anna wrote:` tell."""

import re
from collections.abc import Sequence
from typing import NamedTuple

_FROM = re.compile(r"[>\s]*\**(?:from|de|von)\**\s?:\**\s*\"?([^\"<(\[\n]{1,80}?)\"?\s*(?:[<(\[].*)?", re.IGNORECASE)
_HEAD = re.compile(
    r"[>\s]*\**(?:to|cc|bcc|date|sent|subject|reply-to|an|betreff|gesendet|datum|para|asunto|fecha|enviado|à|objet|envoyé)"
    r"\**\s?:.*",
    re.IGNORECASE,
)
_WROTE = re.compile(
    r"[>\s]*(?:on|am|el|le)\b.{4,160}?(?:[,\d]\s|\s(?:um|at|à)\s\S+\s)([^\W\d_][^,<>:\d]{1,60}?)\s*(?:<[^>]*>)?\s*"
    r"(?:wrote|schrieb|escribió|a écrit)\s?:\s*|[>\s]*am\b.{4,80}?\bschrieb\s+([^,<>:\d]{2,60}?)\s*(?:<[^>]*>)?\s?:\s*",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"\s*(?:>\s?)+")
_HEAD_LINES = 6


class Piece(NamedTuple):
    """A line that somebody wrote; `apart` where it begins a paragraph."""

    writer: str
    text: str
    start: int
    apart: bool


def mail_pieces(lines: Sequence[tuple[int, str]]) -> list[Piece]:
    """The lines of each writer, the oldest mail first; nothing where this is no mail."""
    if not _is_mail([line for _, line in lines]):
        return []
    blocks: list[list[Piece]] = []
    writer, quoted, announced = "", "", ""
    in_head, apart = False, True
    answered_below = False
    for start, line in lines:
        if found := _FROM.fullmatch(line):
            writer, in_head, apart = found[1].strip(), True, True
            blocks.append([])
        elif in_head and _HEAD.fullmatch(line):
            continue
        elif found := _WROTE.fullmatch(line):
            announced = (found[1] or found[2]).strip()
        elif not line.strip(" >\t"):
            in_head, apart = False, True
        else:
            in_head = False
            mark = _QUOTED.match(line)
            if announced:
                quoted, writer = (announced, writer) if mark else (quoted, announced)
                announced = ""
                blocks.append([])
            who = (quoted or "quoted") if mark else writer
            if not blocks or (blocks[-1] and blocks[-1][-1].writer != who):
                # Their own words below quoted ones answer them, line for line: the thread runs downwards.
                answered_below = answered_below or (bool(blocks) and not mark and blocks[-1][-1].writer == quoted)
                blocks.append([])
            cut = mark.end() if mark else 0
            blocks[-1].append(Piece(who, line[cut:], start + cut, apart))
            apart = False
    ordered = blocks if answered_below else blocks[::-1]
    return [piece for block in ordered for piece in block]


def _is_mail(lines: Sequence[str]) -> bool:
    for place, line in enumerate(lines):
        if _WROTE.fullmatch(line):
            return True
        if _FROM.fullmatch(line) and any(_HEAD.fullmatch(n) for n in lines[place + 1 : place + _HEAD_LINES]):
            return True
    return False
