"""What people write into a contact form: a situation and a request, in their own language and their own manner."""

from __future__ import annotations

from random import Random

_SITUATIONS: dict[str, tuple[str, ...]] = {
    "en": (
        "We run {v} vans out of {city} and still plan every morning on a whiteboard.",
        "Our planner retires in June and the routes are in his head.",
        "I manage {v} delivery vehicles; fuel is up 18% and I can't show my MD where it goes.",
        "lost two supermarket contracts over late slots this year, {v} trucks, {city} depot",
        "Looking at replacing an on-prem TMS from 2011. Roughly {v} vehicles, three depots.",
        "Our crews drive past each other all day, {v} of them, and nobody sees it until the fuel bill.",
        "Every third stop is a reschedule and the planner finds out from the driver.",
        "{v} trucks, some multi-temperature. Drivers hate the current app.",
        "Saw your talk at the logistics fair last week, the part about depot gates stuck with me.",
        "Following a merger we have two fleets ({v} vehicles together) on two different trackers.",
        "We have fixed delivery windows twice a day around {city} and miss one in nine.",
        "Our customers want an ETA by text message and we have nothing to send them.",
        "A big new contract starts in the autumn, {v} more vehicles than we have planners for.",
        "I've got a board meeting in three weeks and need a rough number for route software.",
        "At peak we hire forty subcontractors and lose sight of all of them.",
        "Yard is a mess: drivers wait 50 minutes on average before they get a bay.",
        "Small outfit, {v} vans, family run. Not sure we're big enough for you.",
        "We trialled another tool and the planners dropped it within a month, too many clicks.",
        "My boss asked me to collect three offers for telematics by Friday.",
        "All our planning is e-mail and a shared calendar, which went fine up to about {v} vehicles.",
    ),
    "es": (
        "Tenemos {v} furgonetas en {city} y planificamos las rutas a mano con Excel.",
        "Somos una empresa familiar y cada lunes es un caos en el muelle.",
        "Gestiono una flota de {v} camiones y el gasóleo se nos está yendo de las manos.",
        "Nos recomendó vuestro programa un cliente de {city}.",
        "Nuestra gente cruza media ciudad entre aviso y aviso, y lo vemos solo en la factura del gasóleo.",
        "Acabamos de abrir una segunda nave y necesitamos ordenar las cargas.",
        "Queremos cambiar de proveedor de localización antes de fin de año, contrato de {v} vehículos.",
    ),
    "de": (
        "Wir disponieren {v} Fahrzeuge ab {city}, bisher alles mit Excel und Telefon.",
        "Unsere Fahrer stehen morgens bis zu einer Stunde am Tor.",
        "Wir fahren jeden Tag fast dieselben Touren, aber eben nur fast.",
        "Unser Vertrag für die Ortung läuft im Herbst aus ({v} Lkw).",
        "Im Raum {city} fahren sich unsere Leute gegenseitig über den Weg ({v} Fahrzeuge).",
        "Ein Kollege aus Bremen hat mir Ihre Software empfohlen.",
    ),
    "fr": (
        "Nous exploitons {v} véhicules autour de {city} et nos tournées sont faites à la main.",
        "Nos clients de la grande distribution imposent des créneaux de trente minutes.",
        "Nous livrons deux fois par jour, sans aucune visibilité en temps réel.",
        "Notre logiciel actuel n'est plus maintenu depuis janvier.",
        "Je compare plusieurs solutions de suivi de flotte pour {v} camions.",
    ),
    "it": (
        "Abbiamo {v} mezzi a {city} e la pianificazione la fa una persona sola.",
        "Perdiamo troppo tempo in banchina, soprattutto il lunedì.",
        "Cerchiamo un sistema per seguire {v} furgoni, meglio se con app per gli autisti.",
        "Il nostro gestionale non parla con il tracker e reinseriamo tutto due volte.",
    ),
    "nl": (
        "Wij rijden met {v} bestelwagens vanuit {city} en plannen nog op papier.",
        "Onze chauffeurs wachten te lang bij het laden.",
        "We zoeken iets voor {v} wagens, een deel met temperatuurregistratie.",
        "Ons huidige pakket stopt eind dit jaar.",
    ),
    "pl": (
        "Mamy {v} samochodów w {city} i planujemy trasy ręcznie.",
        "Szukamy systemu do śledzenia floty, około {v} pojazdów.",
        "Klienci coraz częściej pytają o dokładną godzinę dostawy.",
    ),
}  # fmt: skip
_REQUESTS: dict[str, tuple[str, ...]] = {
    "en": (
        "Can someone show us what a normal day looks like in your planner?",
        "What does it cost per vehicle, ballpark?",
        "Do you integrate with SAP, and who does the work?",
        "Happy to send one day of orders if you can tell us what we'd save.",
        "Please don't call before 10, mornings are loading time.",
        "Need a demo for three people, ideally next week.",
        "Is there a trial? Our IT will ask about hosting in the EU as well.",
        "Mostly interested in whether drivers can use their own phones.",
        "How long until we'd be live? Contract decision is end of quarter.",
        "Could you send a reference in our line of business?",
        "no sales pitch pls, just the price list",
        "I'm only gathering information at this stage.",
        "Who covers our area? I'd rather talk to one person than fill in forms.",
        "Budget is approved, I need an offer I can sign off this month.",
        "Would also like to understand the depot part, gates and yard.",
        "Does the tracking work across borders without extra roaming fees?",
    ),
    "es": (
        "¿Podéis hacernos una demostración la semana que viene?",
        "Necesitaría un precio orientativo por vehículo.",
        "¿Se integra con Sage? Eso para nosotros es imprescindible.",
        "Mejor por correo, por teléfono estoy siempre en ruta.",
        "¿Cuánto se tarda en tenerlo funcionando?",
        "De momento solo estoy mirando opciones, gracias.",
        "Nos gustaría hablar con alguien que conozca el sector.",
    ),
    "de": (
        "Können Sie uns das einmal vorführen, gern online?",
        "Was kostet das pro Fahrzeug und Monat?",
        "Gibt es eine Schnittstelle zu unserer Warenwirtschaft?",
        "Bitte nur per E-Mail, ich bin selten am Platz.",
        "Wichtig ist uns, dass die Daten in der EU bleiben.",
        "Wir müssten bis Monatsende entscheiden.",
    ),
    "fr": (
        "Serait-il possible d'avoir une démonstration ?",
        "Pouvez-vous m'indiquer un ordre de prix par véhicule ?",
        "Qui est notre interlocuteur pour la région ?",
        "Nous devons choisir avant la fin du trimestre.",
        "Merci de me répondre en français, mes collègues lisent mal l'anglais.",
    ),
    "it": (
        "È possibile vedere una demo in italiano?",
        "Mi serve un preventivo indicativo entro venerdì.",
        "Per ora raccolgo solo informazioni.",
        "Vorrei capire i tempi di attivazione.",
    ),
    "nl": (
        "Kunnen we een demo inplannen?",
        "Wat zijn de kosten per voertuig?",
        "Graag eerst per mail wat informatie.",
        "Werkt het ook met Exact?",
    ),
    "pl": (
        "Czy możliwa jest prezentacja online?",
        "Proszę o orientacyjną cenę.",
        "Na razie zbieram informacje.",
    ),
}  # fmt: skip
_OPENINGS: dict[str, tuple[str, ...]] = {
    "en": ("Hi, ", "Hello,\n\n", "Good morning. ", "", "", "", "To whom it may concern: "),
    "es": ("Hola, ", "Buenos días.\n", "Buenas tardes, ", "", ""),
    "de": ("Guten Tag,\n\n", "Hallo, ", "Sehr geehrte Damen und Herren,\n\n", "", ""),
    "fr": ("Bonjour,\n\n", "Bonjour. ", "", "Madame, Monsieur,\n\n"),
    "it": ("Buongiorno, ", "Salve, ", ""),
    "nl": ("Goedemiddag, ", "Beste, ", ""),
    "pl": ("Dzień dobry, ", ""),
}


class MessagePool:
    """Deals situations and requests like cards, so that a pairing comes back as late as possible."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._decks: dict[tuple[str, int], list[str]] = {}

    def write(self, language: str, city: str, vehicles: int) -> str:
        """A message in `language`, or in English where nobody here writes it."""
        language = language if language in _SITUATIONS else "en"
        opening = self._random.choice(_OPENINGS[language])
        situation = self._deal(language, 0).format(v=vehicles, city=city)
        request = self._deal(language, 1)
        if self._random.random() < 0.12:
            return opening + request
        return f"{opening}{situation}{self._random.choice((' ', ' ', chr(10)))}{request}"

    def _deal(self, language: str, part: int) -> str:
        deck = self._decks.setdefault((language, part), [])
        if not deck:
            deck += (_SITUATIONS, _REQUESTS)[part][language]
            self._random.shuffle(deck)
        return deck.pop()
