"""Personal data out of a case, consistently: one person, company, address or number is one pseudonym everywhere.

What a field names gets a pseudonym. Of free text only what is known to be ordinary stays: a word that the vocabulary
does not hold becomes `xxx`, whoever it names and however it is inflected. Fields that say neither stay as they are;
a field that nobody foresaw is free text.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from domain.company_names import read_company_name
from domain.errors import InputError
from domain.naming import is_role_mailbox, mailbox, registrable_domain
from domain.wording import fold, words_of
from evals.suite.vocabulary import only_in_small_letters

UNKNOWN = "xxx"
_FIRST = ("Alba", "Bruno", "Celia", "Dario", "Elisa", "Fabio", "Greta", "Henri", "Iris", "Jonas", "Katia", "Lorenz")
_LAST = (
    "Arden",
    "Belmont",
    "Corvin",
    "Delmar",
    "Esker",
    "Falk",
    "Garrick",
    "Holt",
    "Ivers",
    "Jarrow",
    "Keller",
    "Lund",
)
_COMPANY = ("Altavia", "Borento", "Cormida", "Dravena", "Elmora", "Fontara", "Galvena", "Hestoria", "Ilmara", "Jovanta")
_FORM = re.compile(
    r"[\s,]+((?:GmbH(?: & Co\.? KG)?|AG|SE|KG|S\.?\s?A\.?(?:\s?U\.?)?|S\.?\s?L\.?(?:\s?U\.?)?|S\.?A\.?S\.?"
    r"|SARL|S\.?r\.?l\.?|S\.?p\.?A\.?|Ltd\.?|Limited|Inc\.?|LLC|PLC|Corp\.?|B\.?V\.?|N\.?V\.?|A/S|ApS|AB|Oy))$",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[^\s@<>\"'(),;:\[\]]+\s?(?:@|\(at\)|\[at\])\s?[^\W_][\w-]*(?:\.[\w-]+)+", re.IGNORECASE)
_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')]+|\b(?:[^\W_][\w-]*\.)+[^\W\d_]{2,}(?:/[^\s<>\"')]*)?(?=[\s),;:!?\"'.]|$)",
    re.IGNORECASE,
)
_DAY = re.compile(r"\b20\d\d-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?\b")
_PHONE = re.compile(r"(?<![\w-])\+?\(?\d(?:[\s()./-]{0,3}\d){6,16}(?!\w)")
_RECORD = re.compile(r"\b(?=[A-Za-z]*\d)[a-zA-Z0-9]{15}(?:[A-Z0-9]{3})?\b")
_TOKEN = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SIGN_OFF = re.compile(
    r"(?:regards|wishes|thanks|cheers|sincerely|best|saludos|gracias|atentamente|grussen?|grusse|danke|cordialement|merci)"
    r"\s*[,.!]?\s*$"
)

PERSON = frozenset({"first_name", "FirstName", "last_name", "LastName"})
FULL_NAME = frozenset({"to_name", "from_name", "lead_name", "owner_name"})
COMPANY = frozenset({"company", "Company", "Name"})
MAIL = frozenset({"email", "Email", "to_address", "from_address"})
SITE = frozenset({"website", "Website"})
PHONE = frozenset({"phone", "Phone", "MobilePhone"})
PLAIN = frozenset(
    """
    as object days_ago source country Country State BillingState BillingCountry MailingState MailingCountry
    language Status LeadSource Rating Type StageName CloseDate Preferred_Language__c Product_Interest__c
    product_interest kind key field action_key reason_code priority due_date before_status after_status disqualify
    risk no_actions evidence consent trusted mail sent after_mail opt_in strategic first_assignment
    verdict id Industry fit
    """.split()  # noqa: SIM905
)
"""Say nothing about who somebody is: values of lists, codes and days."""


class Pseudonyms:
    """Learns who is in a case, then replaces.

    `kept` are addresses of made-up people that cases may name. `host_of` gives the host that stands for a public one,
    such as free mail; empty for all others.
    """

    def __init__(
        self,
        vocabulary: frozenset[str],
        *,
        kept: Iterable[str] = (),
        host_of: Callable[[str], str] = lambda _: "",
    ) -> None:
        self._vocabulary = vocabulary
        self._kept = frozenset(a.casefold() for a in kept)
        self._host_of = host_of
        self._for: dict[tuple[str, str], str] = {}
        self._names: dict[str, str] = {}
        """Folded word of a name to its pseudonym, for free text."""

    # ---- learning

    def learn(self, values: Mapping[str, Any]) -> None:
        """Whoever a record or an inquiry names."""
        said = {k: v for k, v in values.items() if isinstance(v, str) and v.strip()}
        for field, value in said.items():
            if field in PERSON:
                self._first_or_last(field, value)
            elif field in COMPANY and not (field == "Name" and "LastName" in values):
                self._company(value)
        # Companies first: a domain that is called like one takes its pseudonym.
        for field, value in said.items():
            if field in MAIL:
                self._mail(value)
            elif field in SITE:
                self._host(value)

    def learn_name(self, full: str) -> None:
        """Somebody whose name may stand in a text, such as an owner."""
        for word in words_of(full):
            if not only_in_small_letters(word):
                self._names.setdefault(word, UNKNOWN)

    # ---- replacing

    def replaced(self, tree: dict[str, Any]) -> dict[str, Any]:
        """A copy of it. Raises `InputError` where a name that was learnt would be left."""
        made = self._walk(tree, "")
        left = sorted(set(self._left(made)))
        if left:
            raise InputError(f"{len(left)} of the original names would be left in the case; it is not written")
        return dict(made)

    def _walk(self, tree: Any, field: str) -> Any:
        match tree:
            case str():
                return self._value(tree, field)
            case dict():
                named = str(tree["field"]) if isinstance(tree.get("field"), str) else ""
                return {
                    k: self._walk(v, named if named and k in {"before", "after", "value"} else k)
                    for k, v in tree.items()
                }
            case list() | tuple():
                return [self._walk(item, field) for item in tree]
            case _:
                return tree

    def _value(self, text: str, field: str) -> str:
        if not text.strip() or field in PLAIN or text.casefold() in self._kept:
            return text
        if field in PERSON:
            return self._first_or_last(field, text)
        if field in FULL_NAME:
            first, _, last = text.strip().rpartition(" ")
            made = (first and self._first_or_last("first_name", first), self._first_or_last("last_name", last))
            return " ".join(part for part in made if part)
        if field in COMPANY:
            return self._company(text)
        if field in MAIL:
            return self._mail(text)
        if field in SITE:
            return self._host(text)
        if field in PHONE:
            return self._phone(text)
        if field.endswith(("Id", "_id")):
            return text if "@" not in text and not _RECORD.fullmatch(text) else self._id(text)
        return self.text(text)

    def text(self, text: str) -> str:
        """Free text, piece by piece: addresses, links, days, numbers, then word by word."""
        kinds = (
            (_MAIL, lambda found: self._mail(re.sub(r"\s?(?:\(at\)|\[at\]|@)\s?", "@", found, flags=re.IGNORECASE))),
            (_DAY, lambda found: found),
            (_LINK, lambda found: f"https://{self._host(found)}"),
            (_RECORD, self._id),
            (_PHONE, self._phone),
        )
        pieces: list[tuple[str, bool]] = [(text, False)]
        for pattern, answer in kinds:
            cut: list[tuple[str, bool]] = []
            for piece, done in pieces:
                if done:
                    cut.append((piece, True))
                    continue
                at = 0
                for found in pattern.finditer(piece):
                    cut += [(piece[at : found.start()], False), (answer(found.group()), True)]
                    at = found.end()
                cut.append((piece[at:], False))
            pieces = cut
        return "".join(piece if done else self._words(piece) for piece, done in pieces)

    def _words(self, text: str) -> str:
        lines = text.split("\n")
        return "\n".join(self._line(line, lines[place - 1] if place else "") for place, line in enumerate(lines))

    def _line(self, line: str, above: str) -> str:
        # Whoever signs stands alone under the greeting, in whatever letters.
        signs = bool(_SIGN_OFF.search(fold(above))) and len(line.split()) <= 4
        return _TOKEN.sub(lambda found: self._word(found.group(), line[: found.start()], signs), line)

    def _word(self, word: str, before: str, signs: bool) -> str:
        parts = words_of(word)
        known = next((self._names[p] for p in (fold(word), *parts) if p in self._names), "") or self._inflected(
            fold(word)
        )
        if known:
            return known
        if word.isdigit():
            # What counts or costs is short or round; anything else may be somebody's number.
            plain = len(word) <= 4 and not re.fullmatch(r"19\d\d", word)
            return word if plain or (len(word) <= 9 and word.endswith("00")) else UNKNOWN
        ordinary = all(p in self._vocabulary for p in parts)
        starts = not before.strip() or before.rstrip().endswith((".", "!", "?", ":", "-", "“", '"', "„", "«", "¡", "¿"))
        named = word[:1].isupper() and (signs or any(only_in_small_letters(p) for p in parts))
        said_after_sign_off = signs or (not starts and _SIGN_OFF.search(fold(before.rstrip(" ,"))) is not None)
        return word if ordinary and not named and not (said_after_sign_off and word[:1].isupper()) else UNKNOWN

    def _inflected(self, word: str) -> str:
        """`Bergs`, `Ruiz's`, `Müllersche`: the name with up to four letters behind it."""
        for end in range(1, 5):
            stem = word[:-end]
            if len(stem) >= 4 and stem in self._names:
                return self._names[stem]
        return ""

    # ---- pseudonyms by kind

    def _first_or_last(self, field: str, name: str) -> str:
        first = field.casefold().startswith("first")
        made = self._new("first" if first else "last", fold(name), _FIRST if first else _LAST, words_of(name))
        for word in words_of(name):
            self._names.setdefault(word, made)
        return made

    def _company(self, name: str) -> str:
        form = _FORM.search(name.strip())
        read = read_company_name(name)
        core = " ".join(read.words) or fold(name)
        made = self._new("company", core, _COMPANY, words_of(name))
        for word in (*words_of(" ".join(read.plain)), *words_of(core)):
            if word not in self._vocabulary and len(word) > 1:
                self._names.setdefault(word, made)
        return f"{made} {form.group(1)}" if form else made

    def _mail(self, address: str) -> str:
        if address.casefold() in self._kept:
            return address
        local, _, host = (mailbox(address) or address.casefold()).partition("@")
        fresh = f"{local}@{host}"
        if not is_role_mailbox(fresh):
            fresh = self._new("mail", fresh, ("person",))
            for word in re.split(r"[^a-z]+", fold(local)):
                if len(word) > 3 and word not in self._vocabulary:
                    self._names.setdefault(word, UNKNOWN)
            local = fresh
        return f"{local}@{self._host(host)}"

    def _host(self, link: str) -> str:
        """One name per registrable domain; that of a company where the domain is called like it."""
        whole = re.sub(r"^(?:https?://)?(?:www\.)?|[/?#].*$|[.,;:!?]+$", "", link.strip().casefold())
        domain = registrable_domain(whole) or whole
        if stands := self._host_of(whole) or self._host_of(domain):
            return stands
        label = fold(domain.partition(".")[0])
        squeezed = re.sub(r"[^a-z0-9]", "", label)
        cores = ((_squeezed(core)[:12], m) for (kind, core), m in self._for.items() if kind == "company")
        called = next((m for core, m in cores if core and squeezed.startswith(core)), "")
        made = (called or self._new("company", f"@{domain}", _COMPANY)).casefold()
        self._for.setdefault(("host", domain), made)
        for word in re.split(r"[^a-z]+", label):
            if len(word) > 3 and word not in self._vocabulary:
                self._names.setdefault(word, called or UNKNOWN)
        sub = whole.removesuffix(domain).strip(".")
        return f"{'sub.' if sub else ''}{self._for[('host', domain)]}.example"

    def _phone(self, number: str) -> str:
        digits = re.sub(r"\D", "", number)
        # The last nine are the same with and without the country's code. Numbers kept free for fiction.
        return self._new("phone", digits[-9:], ("+44 20 7946 0",))

    def _id(self, text: str) -> str:
        return text if text.casefold() in self._kept else self._new("record", text[:15], ("record",))

    def _new(self, kind: str, key: str, names: tuple[str, ...], not_these: Sequence[str] = ()) -> str:
        if (kind, key) not in self._for:
            number = sum(1 for k, _ in self._for if k == kind)
            while True:
                stem, again = names[number % len(names)], number // len(names)
                if kind == "phone":
                    made = f"{stem}{number:03d}"
                elif len(names) == 1:
                    made = f"{stem}{number + 1}"
                else:
                    made = f"{stem}{again + 1}" if again else stem
                if not any(w in self._names or w in not_these for w in words_of(made)):
                    break
                number += 1
            self._for[(kind, key)] = made
        return self._for[(kind, key)]

    # ---- proof

    def _left(self, tree: Any, field: str = "") -> Iterator[str]:
        if isinstance(tree, dict):
            for key, value in tree.items():
                yield from self._left(value, key)
        elif isinstance(tree, list | tuple):
            for value in tree:
                yield from self._left(value, field)
        elif isinstance(tree, str) and field not in PLAIN and tree.casefold() not in self._kept:
            made = {fold(m) for m in self._for.values()}
            for word in words_of(tree):
                if word in self._names and len(word) > 2 and not any(word in m for m in made):
                    yield word


def _squeezed(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))
