"""What the template writer says to somebody with whom we were in touch before, per language.

When do you need to touch this? When a language is added to `phrases.py`, which holds everything else.
"""

from dataclasses import dataclass

from domain.drafting import ContactKind


@dataclass(frozen=True)
class FollowUpPhrases:
    """`back` takes the kind of contact as `back_to` words it, and the day; `subject` as `subjects` does."""

    back: str
    back_to: dict[ContactKind, str]
    subject: str
    subjects: dict[ContactKind, str]
    said: tuple[str, ...]
    offer: tuple[str, ...]
    months: tuple[str, ...]
    day: str


FOLLOW_UPS: dict[str, FollowUpPhrases] = {
    "en": FollowUpPhrases(
        back="I am coming back to {contact} of {day}.",
        back_to={
            ContactKind.EMAIL: "our e-mail", ContactKind.CALL: "our call", ContactKind.MEETING: "our meeting",
        },
        subject="{contact} of {day}",
        subjects={
            ContactKind.EMAIL: "Our e-mail", ContactKind.CALL: "Our call", ContactKind.MEETING: "Our meeting",
        },
        said=("You said then “{quote}”.", "You told us then “{quote}”."),
        offer=("Would {times} suit you?", "Shall we talk about it: {times}?"),
        months=(
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ),
        day="{day} {month} {year}",
    ),
    "es": FollowUpPhrases(
        back="Retomo {contact} del {day}.",
        back_to={
            ContactKind.EMAIL: "nuestro correo", ContactKind.CALL: "nuestra llamada",
            ContactKind.MEETING: "nuestra reunión",
        },
        subject="{contact} del {day}",
        subjects={
            ContactKind.EMAIL: "Nuestro correo", ContactKind.CALL: "Nuestra llamada",
            ContactKind.MEETING: "Nuestra reunión",
        },
        said=("Nos decía «{quote}».", "Usted nos decía «{quote}»."),
        offer=("¿Le vendría bien {times}?", "¿Hablamos {times}?"),
        months=(
            "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre",
            "noviembre", "diciembre",
        ),
        day="{day} de {month} de {year}",
    ),
    "de": FollowUpPhrases(
        back="Ich komme auf {contact} vom {day} zurück.",
        back_to={
            ContactKind.EMAIL: "unsere E-Mail", ContactKind.CALL: "unseren Anruf",
            ContactKind.MEETING: "unseren Termin",
        },
        subject="{contact} vom {day}",
        subjects={
            ContactKind.EMAIL: "Unsere E-Mail", ContactKind.CALL: "Unser Anruf", ContactKind.MEETING: "Unser Termin",
        },
        said=("Sie sagten damals „{quote}“.", "Damals haben Sie uns „{quote}“ gesagt."),
        offer=("Passt Ihnen {times}?", "Wollen wir darüber sprechen: {times}?"),
        months=(
            "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
            "November", "Dezember",
        ),
        day="{day}. {month} {year}",
    ),
    "fr": FollowUpPhrases(
        back="Je reviens sur {contact} du {day}.",
        back_to={
            ContactKind.EMAIL: "notre e-mail", ContactKind.CALL: "notre appel",
            ContactKind.MEETING: "notre rendez-vous",
        },
        subject="{contact} du {day}",
        subjects={
            ContactKind.EMAIL: "Notre e-mail", ContactKind.CALL: "Notre appel",
            ContactKind.MEETING: "Notre rendez-vous",
        },
        said=("Vous nous disiez alors « {quote} ».", "Vous nous avez dit alors « {quote} »."),
        offer=("Est-ce que {times} vous conviendrait ?", "Pouvons-nous en parler : {times} ?"),
        months=(
            "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
            "novembre", "décembre",
        ),
        day="{day} {month} {year}",
    ),
}  # fmt: skip


def day_in(phrases: FollowUpPhrases, iso: str) -> str:
    """`2026-03-12` as the language writes it."""
    year, month, day = (int(part) for part in iso.split("-"))
    return phrases.day.format(day=day, month=phrases.months[month - 1], year=year)
