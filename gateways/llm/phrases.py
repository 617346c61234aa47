"""What the template writer says, per language. Several ways to say one thing; the case decides which.

Braces are filled from evidence or from the request only. Every phrase without a brace is a courtesy.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """One language. Tuples are alternatives of equal meaning."""

    greeting: str
    greeting_formal: str
    thanks: tuple[str, ...]
    wrote: tuple[str, ...]
    wrote_more: tuple[str, ...]
    interest: tuple[str, ...]
    answer: tuple[str, ...]
    offer: tuple[str, ...]
    offer_join: str
    open_offer: tuple[str, ...]
    no_meeting: tuple[str, ...]
    introduction: tuple[str, ...]
    closing: str
    closing_formal: str
    subject_product: tuple[str, ...]
    subject_company: tuple[str, ...]


PHRASES: dict[str, Phrases] = {
    "en": Phrases(
        greeting="Hi {first},",
        greeting_formal="Dear {full},",
        thanks=("Thank you for your message.", "Thanks for getting in touch.", "Thank you for reaching out."),
        wrote=("You mentioned “{quote}”.", "In your note you wrote “{quote}”.", "You told us “{quote}”."),
        wrote_more=("You also wrote “{quote}”.", "And you said “{quote}”."),
        interest=("You asked about {product}.", "Your inquiry is about {product}."),
        answer=("I am happy to answer your questions.", "I would like to help with that."),
        offer=("Would {times} suit you for a first call?", "Shall we talk about it: {times}?"),
        offer_join=" or ",
        open_offer=(
            "Would a short call help? Simply reply with a time that suits you.",
            "If you like, we can talk it through. Which time would suit you?",
        ),
        no_meeting=("Simply reply to this mail with your questions.", "Please let me know what you need."),
        introduction=("I am {sender} from {seller}.", "This is {sender} at {seller}."),
        closing="Best wishes,\n{signature}",
        closing_formal="Kind regards,\n{signature}",
        subject_product=("{product} for {company}", "Your question about {product}"),
        subject_company=("Your message to {seller}", "{company} and {seller}"),
    ),
    "es": Phrases(
        greeting="Hola {first}:",
        greeting_formal="Buenos días, {full}:",
        thanks=("Gracias por su mensaje.", "Muchas gracias por escribirnos.", "Gracias por su consulta."),
        wrote=("En su mensaje menciona «{quote}».", "Nos ha escrito «{quote}».", "Nos cuenta «{quote}»."),
        wrote_more=("También escribe «{quote}».", "Y nos dice «{quote}»."),
        interest=("Se interesa por {product}.", "Su consulta es sobre {product}."),
        answer=("Con gusto respondo a sus preguntas.", "Con mucho gusto le ayudo."),
        offer=("¿Le vendría bien {times} para una primera llamada?", "¿Hablamos {times}?"),
        offer_join=" o ",
        open_offer=(
            "¿Le serviría una breve llamada? Basta con responder a este mensaje con una hora que le convenga.",
            "Si lo desea, podemos hablar. ¿Cuándo le vendría bien?",
        ),
        no_meeting=("Puede responder a este mensaje con sus preguntas.", "Quedo a su disposición."),
        introduction=("Soy {sender}, de {seller}.", "Le escribe {sender}, de {seller}."),
        closing="Un saludo,\n{signature}",
        closing_formal="Atentamente,\n{signature}",
        subject_product=("{product} para {company}", "Su consulta sobre {product}"),
        subject_company=("Su mensaje a {seller}", "{company} y {seller}"),
    ),
    "de": Phrases(
        greeting="Hallo {full},",
        greeting_formal="Guten Tag {full},",
        thanks=("vielen Dank für Ihre Nachricht.", "danke für Ihre Anfrage.", "vielen Dank für Ihr Interesse."),
        wrote=(
            "Sie schreiben „{quote}“.",
            "In Ihrer Nachricht erwähnen Sie „{quote}“.",
            "Sie haben uns „{quote}“ geschrieben.",
        ),
        wrote_more=("Außerdem schreiben Sie „{quote}“.", "Sie sagen auch „{quote}“."),
        interest=("Sie interessieren sich für {product}.", "Es geht Ihnen um {product}."),
        answer=("Gern beantworte ich Ihre Fragen.", "Dabei helfe ich Ihnen gern."),
        offer=("Passt Ihnen {times} für ein erstes Gespräch?", "Wollen wir darüber sprechen: {times}?"),
        offer_join=" oder ",
        open_offer=(
            "Wäre ein kurzes Gespräch hilfreich? Dann antworten Sie mir einfach mit einer Zeit, die Ihnen passt.",
            "Wenn Sie möchten, sprechen wir kurz. Wann passt es Ihnen?",
        ),
        no_meeting=(
            "Antworten Sie einfach auf diese Nachricht mit Ihren Fragen.",
            "Bitte sagen Sie mir, was Sie brauchen.",
        ),
        introduction=("Ich bin {sender} von {seller}.", "Hier schreibt {sender} von {seller}."),
        closing="Viele Grüße\n{signature}",
        closing_formal="Mit freundlichen Grüßen\n{signature}",
        subject_product=("{product} für {company}", "Ihre Frage zu {product}"),
        subject_company=("Ihre Nachricht an {seller}", "{company} und {seller}"),
    ),
    "fr": Phrases(
        greeting="Bonjour {first},",
        greeting_formal="Bonjour {full},",
        thanks=("Merci pour votre message.", "Je vous remercie de votre demande.", "Merci de nous avoir écrit."),
        wrote=(
            "Vous mentionnez « {quote} ».",
            "Dans votre message, vous écrivez « {quote} ».",
            "Vous nous dites « {quote} ».",
        ),
        wrote_more=("Vous écrivez aussi « {quote} ».", "Et vous dites « {quote} »."),
        interest=("Vous vous intéressez à {product}.", "Votre demande porte sur {product}."),
        answer=("Je réponds volontiers à vos questions.", "Je vous aide volontiers."),
        offer=("Est-ce que {times} vous conviendrait pour un premier échange ?", "Pouvons-nous en parler : {times} ?"),
        offer_join=" ou ",
        open_offer=(
            "Un bref échange vous serait-il utile ? Il suffit de me répondre avec un moment qui vous convient.",
            "Si vous le souhaitez, nous pouvons en parler. Quand cela vous conviendrait-il ?",
        ),
        no_meeting=("Vous pouvez répondre à ce message avec vos questions.", "Je reste à votre disposition."),
        introduction=("Je suis {sender}, de {seller}.", "Ici {sender}, de {seller}."),
        closing="Bien à vous,\n{signature}",
        closing_formal="Cordialement,\n{signature}",
        subject_product=("{product} pour {company}", "Votre question sur {product}"),
        subject_company=("Votre message à {seller}", "{company} et {seller}"),
    ),
}  # fmt: skip
