"""Where the sample companies sit, what people there are called, and how firms are named. Nobody here is real."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Place:
    """One country. Company patterns take {last}, {city} and {stem}; phone patterns take digits for each #.

    Phone numbers lie in ranges kept for fiction, or unassigned where a country keeps none.
    """

    iso: str
    country: str
    language: str
    phone: str
    cities: tuple[tuple[str, str, str], ...]  # city, state or province, postal code
    first: tuple[str, ...]
    last: tuple[str, ...]
    companies: tuple[str, ...]
    streets: tuple[str, ...]


SPAIN = Place(
    iso="ES",
    country="Spain",
    language="es",
    phone="+34 555 0## ###",
    cities=(
        ("Madrid", "Madrid", "28034"),
        ("Zaragoza", "Zaragoza", "50018"),
        ("Valencia", "Valencia", "46024"),
        ("Getafe", "Madrid", "28906"),
        ("Sabadell", "Barcelona", "08203"),
        ("Vitoria-Gasteiz", "Álava", "01015"),
        ("Murcia", "Murcia", "30169"),
    ),
    first=("Marta", "Íñigo", "Rocío", "Álvaro", "Nuria", "Gonzalo", "Leire", "Pablo", "Begoña", "Sergi"),
    last=("Ibarra", "Núñez", "Carrasco", "Ollero", "Pons", "Salinas", "Beltrán", "Quiroga", "Arroyo", "Vidal"),
    companies=(
        "Transportes {last} S.L.",
        "Logística {city} Sur S.A.",
        "Distribuciones {last} e Hijos S.L.",
        "Frío {stem} S.A.",
        "{stem} Mensajería S.L.",
        "Mantenimientos {last} S.L.",
        "Supermercados {stem} S.A.",
    ),
    streets=("Calle de la Noria {n}", "Avenida del Puerto Seco {n}", "Polígono Las Eras, nave {n}"),
)
GERMANY = Place(
    iso="DE",
    country="Germany",
    language="de",
    phone="+49 30 23125 ###",
    cities=(
        ("Bremen", "Bremen", "28197"),
        ("Kassel", "Hessen", "34123"),
        ("Dortmund", "Nordrhein-Westfalen", "44147"),
        ("Leipzig", "Sachsen", "04356"),
        ("Ulm", "Baden-Württemberg", "89079"),
    ),
    first=("Katrin", "Stefan", "Ayşe", "Holger", "Lena", "Jürgen", "Mareike", "Timo", "Birgit", "Dennis"),
    last=("Brandt", "Oehler", "Yıldız", "Petersen", "Krämer", "Voss", "Schuster", "Lorenz", "Hinrichs", "Groß"),
    companies=(
        "Spedition {last} GmbH",
        "Kühllogistik {city} GmbH & Co. KG",
        "{last} Gebäudetechnik GmbH",
        "{stem} Logistik AG",
        "Getränke {last} GmbH",
        "{stem} Paketdienst GmbH",
    ),
    streets=("Hafenstraße {n}", "Am Güterbahnhof {n}", "Industriestraße {n}"),
)
FRANCE = Place(
    iso="FR",
    country="France",
    language="fr",
    phone="+33 1 99 00 ## ##",
    cities=(
        ("Lyon", "Rhône", "69007"),
        ("Lille", "Nord", "59000"),
        ("Nantes", "Loire-Atlantique", "44300"),
        ("Orléans", "Loiret", "45100"),
    ),
    first=("Camille", "Julien", "Fatou", "Étienne", "Margaux", "Karim", "Solène", "Bastien"),
    last=("Garnier", "Lefort", "Diallo", "Chevrier", "Masson", "Benali", "Perrot", "Vasseur"),
    companies=(
        "Transports {last} SAS",
        "{stem} Messagerie SAS",
        "Froid {city} Logistique SA",
        "Établissements {last} SARL",
    ),
    streets=("{n} rue des Entrepôts", "{n} quai du Halage", "{n} zone des Quatre Vents"),
)
ITALY = Place(
    iso="IT",
    country="Italy",
    language="it",
    phone="+39 06 5550 ####",
    cities=(("Bologna", "BO", "40127"), ("Verona", "VR", "37135"), ("Bari", "BA", "70132")),
    first=("Giulia", "Matteo", "Elisa", "Davide", "Federica", "Luca"),
    last=("Marchetti", "Fontana", "Rinaldi", "Sartori", "Colombo", "De Santis"),
    companies=("Autotrasporti {last} S.r.l.", "{stem} Logistica S.p.A.", "Distribuzione {last} S.r.l."),
    streets=("Via dell'Interporto {n}", "Via dei Carri {n}"),
)
NETHERLANDS = Place(
    iso="NL",
    country="Netherlands",
    language="nl",
    phone="+31 20 555 0###",
    cities=(("Venlo", "Limburg", "5928"), ("Tilburg", "Noord-Brabant", "5047"), ("Rotterdam", "Zuid-Holland", "3089")),
    first=("Femke", "Daan", "Sanne", "Bram", "Noor", "Joris"),
    last=("de Wit", "Hoekstra", "van Leeuwen", "Smeets", "Bakker", "Dijkman"),
    companies=("{last} Transport B.V.", "{stem} Koeriers B.V.", "{stem} Versdistributie B.V."),
    streets=("Havenweg {n}", "Veldweg {n}"),
)
BRITAIN = Place(
    iso="GB",
    country="United Kingdom",
    language="en",
    phone="+44 20 7946 0###",
    cities=(("Leeds", "West Yorkshire", "LS10 1AB"), ("Bristol", "Bristol", "BS11 9DQ"), ("Daventry", "", "NN11 8QE")),
    first=("Oliver", "Priya", "Gemma", "Callum", "Siân", "Marcus", "Aoife", "Tariq"),
    last=("Hargreaves", "Patel", "Whitlock", "Doyle", "Pritchard", "Ashworth", "Iqbal", "Fenwick"),
    companies=("{last} Haulage Ltd", "{stem} Couriers Ltd", "{last} & Sons Lifts Ltd", "{stem} Fresh Foods plc"),
    streets=("{n} Wharf Road", "Unit {n}, Canal Trading Estate"),
)
POLAND = Place(
    iso="PL",
    country="Poland",
    language="pl",
    phone="+48 22 555 0# ##",
    cities=(("Łódź", "Łódzkie", "93-228"), ("Poznań", "Wielkopolskie", "61-371")),
    first=("Agnieszka", "Paweł", "Karolina", "Marcin"),
    last=("Zieliński", "Wrona", "Kubiak", "Sobczak"),
    companies=("{last} Spedycja Sp. z o.o.", "{stem} Logistyka S.A."),
    streets=("ul. Magazynowa {n}", "ul. Kolejowa {n}"),
)
STATES = Place(
    iso="US",
    country="United States",
    language="en",
    phone="+1 ###-555-01##",
    cities=(
        ("Columbus", "Ohio", "43207"),
        ("Memphis", "Tennessee", "38118"),
        ("Reno", "Nevada", "89502"),
        ("Omaha", "Nebraska", "68117"),
        ("Savannah", "Georgia", "31408"),
    ),
    first=("Megan", "Darnell", "Luis", "Kimberly", "Trevor", "Alicia", "Hank", "Joanna", "Priscilla", "Wes"),
    last=("Kowalski", "Freeman", "Ortega", "Lindqvist", "Barnes", "Nguyen", "Sutter", "McAllister", "Reyes", "Boyd"),
    companies=(
        "{last} Freight Lines Inc.",
        "{stem} Cold Chain LLC",
        "{last} Brothers HVAC Inc.",
        "{stem} Last Mile LLC",
        "{city} Beverage Distributors Inc.",
        "{stem} Grocers Inc.",
    ),
    streets=("{n} Terminal Way", "{n} Stockyard Blvd", "{n} Prologue Dr"),
)
CANADA = Place(
    iso="CA",
    country="Canada",
    language="en",
    phone="+1 ###-555-01##",
    cities=(("Mississauga", "Ontario", "L5T 2N7"), ("Calgary", "Alberta", "T2C 4X9"), ("Laval", "Quebec", "H7L 4S3")),
    first=("Noémie", "Graham", "Anjali", "Mathieu", "Heather", "Simon"),
    last=("Gagnon", "MacLeod", "Sidhu", "Bouchard", "Fraser", "Tran"),
    companies=("{last} Cartage Ltd.", "{stem} Logistics Inc.", "{last} Elevator Services Ltd."),
    streets=("{n} Intermodal Road", "{n} Grain Exchange Ave"),
)

# How often each country is drawn: a Madrid seller knows Spain best.
PLACES = (
    *(SPAIN,) * 7,
    *(GERMANY,) * 4,
    *(FRANCE,) * 3,
    *(ITALY,) * 2,
    *(NETHERLANDS,) * 2,
    *(BRITAIN,) * 3,
    POLAND,
    *(STATES,) * 5,
    *(CANADA,) * 2,
)
STEMS = (
    "Albora", "Brezo", "Calima", "Dunas", "Estela", "Faro", "Garbí", "Hito", "Istmo", "Jara", "Kairn", "Lumen",
    "Mareva", "Nortia", "Orion", "Pamir", "Quilla", "Rivera", "Solana", "Tramo", "Umbral", "Vega", "Waldis", "Xilo",
    "Yelmo", "Zenda", "Arvena", "Boreal", "Cumbria", "Delvo", "Entera", "Fjordis", "Galvia", "Helix", "Inverra",
)  # fmt: skip
# Industry of the CRM, what the firm does, and how many vehicles or technicians it has per hundred employees.
SECTORS = (
    ("Transportation", "regional road haulage", 60),
    ("Transportation", "parcel and same-day delivery", 70),
    ("Shipping", "port drayage and container transport", 45),
    ("Food & Beverage", "chilled and frozen food distribution", 35),
    ("Food & Beverage", "beverage wholesale to bars and restaurants", 40),
    ("Retail", "grocery chain with home delivery", 12),
    ("Retail", "furniture stores with two-person delivery", 15),
    ("Construction", "lift maintenance and repair", 55),
    ("Utilities", "meter reading and gas installation", 50),
    ("Healthcare", "pharmacy wholesale", 25),
    ("Environmental", "waste collection", 50),
)
TITLES = (
    "Operations Director", "Fleet Manager", "Head of Logistics", "Transport Planner", "Managing Director",
    "Supply Chain Manager", "Distribution Manager", "IT Manager", "Field Service Manager", "COO", "Depot Manager",
    "Purchasing Manager",
)  # fmt: skip
