"""What in a text speaks to a machine: cues, each with its weight.

When do you need to touch this? When a way of writing instructions is not recognised, or ordinary mail is. A cue that no
honest mail contains weighs enough alone; one that does now and then weighs less and needs another beside it; what only
honest mail says weighs against. Patterns read folded text: lower case, without accents (`domain.texts.fold`).
`python -m evals.injection` shows what a change does.
"""

import re
from typing import NamedTuple

from domain.injection_acts import ACTS
from domain.injection_answers import ANSWERS
from domain.injection_forms import FORMS
from domain.injection_hints import HINTS
from domain.injection_rules import RULES
from domain.injection_wishes import WISHES

DECISIVE = 0.75
"""A passage that weighs so much is suspected."""


class Cue(NamedTuple):
    rule: str
    weight: float
    pattern: re.Pattern[str]


_HONEST: tuple[tuple[str, float, str], ...] = (
    (
        "of_their_own_people",
        -0.5,
        r"\b(?:our|my|their|his|her|unsere?\w*|nuestr\w+|notre|nos) (?:\w+ )?(?:drivers?|team|staff|customers?"
        r"|clients?|users?|people|policy|game|theme|app|product|colleagues?|employees|students?|admins?"
        r"|hackathon|mdm|tasks?|side|company|software|system|website|platform|fahrer|kunden|mitarbeiter)\b",
    ),
    (
        "asks_about_a_product",
        -0.5,
        r"\b(?:does|do|can|could|will|would|is) (?:your|the|this) (?:app|tool|product|software|platform"
        r"|system(?! prompt| message)|integration|service|solution|company|mobile)\b"
        r"|\b(?:can|could|may) (?:a|an|our|any) (?:manager|user|admin\w*|reviewer|team|driver)\b|\b(?:your"
        r"|the) (?:mobile app|integration|dashboard|api|onboarding)\b|\b(?:do|can) you (?:support|offer|have"
        r"|provide|integrate)\b|\bcan your\b|\bdo you offer\b",
    ),
    (
        "asks_how",
        -0.5,
        r"\b(?:how|when|why|where) (?:do|can|could|should|does|to|would|might|is|are)\b|\b(?:can|should|may"
        r"|could) (?:i|we|one)\b|\bwhat (?:does|do|is|are) (?:the )?(?:best|difference|meaning|steps|ways?"
        r"|some|your (?:guidelines|rules) for)\b|\b(?:explain|describe|discuss|analy[sz]e|help me understand"
        r"|what are (?:the|some))\b",
    ),
    (
        "about_what_was_sent",
        -0.6,
        r"\b(?:my|our|meine?|mi|mon|ma|the attached|the wrong) (?:\w+ )?(?:previous|last|earlier|first|other"
        r"|old|wrong|letzte|erste|vorige|anterior|premier|attached)? ?(?:e-?mails?|message|attachment|inquiry"
        r"|quote|invoice|nachricht|anfrage|anlage|correo|mensaje|courriel|file|contract|offer|angebot)\b",
    ),
    (
        "about_oneself",
        -0.5,
        r"\b(?:i|we|ich|wir|je|nous|j') ?(?:'ve |have |habe[n]? )?(?:forgot|forget|ignored|must|moved|found"
        r"|decided|olvid\w+|oublie|vergessen|would like|want to|run|use|train|are looking)\b|\babout (?:june"
        r"|may|july|the (?:fleet|price|date))\b",
    ),
    (
        "polite_business",
        -0.2,
        r"\b(?:best regards|kind regards|let me know|looking forward|thank you for|please find|meeting"
        r"|schedule|call us|mit freundlichen)\b",
    ),
)

CUES: tuple[Cue, ...] = tuple(
    Cue(rule, weight, re.compile(pattern))
    for rule, weight, pattern in (*RULES, *ANSWERS, *ACTS, *HINTS, *WISHES, *FORMS, *_HONEST)
)
