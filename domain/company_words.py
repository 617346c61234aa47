"""Words that companies share: one spelling for the ways one word is abbreviated, inflected and translated. Data.

The first word of a line stands for all; a line's words say the same thing in a company's name. A word is listed only
where its reading is safe: `int` is always international, `gen` might be genetics.
When do you need to touch this? When two names differ only in a common word.
"""

_SAME = """
international intl int internl internatl internationale internationales internacional internazionale internacionais \
internationaux internationaal internationella mezhdunarodnyy mezhdunarodnaya interntl
technology technologies technologie technologien tech techs techn technol tecnologia tecnologias tecnologie \
technologia technologii teknoloji teknologi teknologia tekhnologii tehnologii tehnologije technologija tekhnologiya
group grp gruppe groupe grupo gruppo grupa gruppen groep gruppa hrupa grup skupina csoport konzern koncern konsern
holding holdings hldg hldgs hldng kholding
service services svc svcs serv svs servicios servizi servicos dienstleistungen
system systems sys systeme systemes sistemas sistemi systemer syst sistemy
solution solutions sol solns soluciones solucoes loesungen losungen
industry industries industrie industrien inds industria industrias industri indus industriya sanayi
industrial industriel industrielle industriell indl
manufacturing mfg manuf manufg manufacture
manufacturer manufacturers mfr mfrs
management mgmt mgt mngmt
development dev devel developments dvlpmt
engineering engr engrg engg ingenieria ingegneria engenharia
engineers engineer ingenieure
electric elec electrical elektrik elektrisch electrique
electronics electronic electron elektronik elettronica electronica electroniques elektronika
communications communication comm comms commun
telecommunications telecommunication telecom telecoms telco telekom telekommunikation telecomunicaciones \
telecommunicaties
pharmaceuticals pharmaceutical pharma pharm pharmaceutica pharmaceutique farma farmaceutica
chemical chemicals chem chemie chimie quimica chimica khimiya
laboratory laboratories lab labs laboratoire laboratoires laboratorios laboratori laboratorium
research res rsch
university univ universitaet universitat universite universidad universita universidade universiteit universitet \
uniwersytet univerzita yliopisto universitesi unversity
institute inst instituto institut istituto instytut
association assn assoc assocs associations
associates associate assocs
corporation corp corporacion corporacao korporatsiya korporacja
national natl nat nacional nationale nazionale
american amer
general genl
european europ europeenne europaeische europea europeen
europe europa evropa
central ctrl zentral
center centre ctr cntr centro zentrum tsentr
bank bk banque banco banca banka bankas bankasi
insurance ins insur versicherung versicherungen assurance assurances seguros assicurazioni verzekeringen strakhovaya
financial fin financiera financiere finanz
finance finances finanzas
investment investments invest inv invs investissement inversiones
capital cap
trading trdg
transport transports transportation transp trans transporte transportes trasporti
logistics logistic logistik logistica logistique logistyka logistika
construction constructions constr const construcciones costruzioni construcoes
production productions prodn
product products prod prods produkte productos
distribution distr distrib dist
distributors distributor distribuidora
equipment equip eqpt
machine machines mach maschinen
brothers bros gebrueder gebruder gebr hermanos hnos freres fratelli flli irmaos bratya
son sons soehne sohne fils hijos figli
society societe soc ste sociedad sociedade societa
company companies cos cie compagnie compania companhia cia
establishments etablissements etablissement ets
maatschappij mij mpij
department dept
government govt
federal fed
mount mt
saint st sankt
state
energy energie energia energi enerji energiya
power
oil
petroleum petrol petr
foods food alimentos alimentaire
restaurant restaurante ristorante restaurants
cafe caffe
hotel hotels
hospital hosp
school
motor motors
automotive auto automobile automobiles automobil automobili
steel stahl
software sw
publishing publ publishers publisher verlag
entertainment entmt
properties property props immobilien
real
consulting consult consultants consultancy beratung consultoria consulenza
marketing mktg
advertising advtg
design designs
aircraft
airlines airline airways
southern sthn
northern nthn
western
eastern
new
royal koninklijke konink koninkl koninklijk
factory fabrik fabriken fabrieken fabrique fabrica
works werke werk
nederland netherlands niederlande holland
germany deutschland allemagne alemania germania duitsland
france frankreich francia frankrijk
italy italia italien italie
spain espana spanien espagne
austria oesterreich osterreich autriche
switzerland schweiz suisse svizzera
poland polska polen
sweden sverige schweden
norway norge norwegen
denmark danmark daenemark
finland suomi finnland
belgium belgie belgique belgien
russia rossiya russland
brazil brasil
mexico
turkey turkiye tuerkei turkei
uk gb england britain
usa us america
first 1st
second 2nd
third 3rd
fourth 4th
fifth 5th
1 one
2 two
3 three
4 four
5 five
6 six
7 seven
8 eight
9 nine
10 ten
11 eleven
12 twelve
china zhongguo
japan nippon nihon
""".replace("\\\n", "")

CANONICAL: dict[str, str] = {
    word: words[0] for words in (line.split() for line in reversed(_SAME.strip().splitlines())) for word in words
}

_GENERIC_LISTED = """
    international technology group holding service system solution industry industrial manufacturing manufacturer
    management development engineering engineers electric electronics communications telecommunications pharmaceuticals
    chemical laboratory research university institute association associates corporation national american general
    european europe central center bank insurance financial finance investment capital trading transport logistics
    construction production product distribution distributors equipment machine brothers son society company department
    federal state energy power oil petroleum foods restaurant cafe hotel hospital school motor automotive steel software
    publishing entertainment properties real consulting marketing advertising design airlines southern northern western
    eastern new royal factory works global world digital data media network online web first united standard advanced
    applied security health healthcare medical care life home green city house bar grill club shop store market pizza
    steak steakhouse coffee bistro diner kitchen garden park palace tavern inn fish seafood noodle sushi thai
    ventures partners partner trade import export commercial enterprise enterprises office business team studio
    estate resources materials products tools labs limited plus one
"""
GENERIC = frozenset(_GENERIC_LISTED.split())
"""They say what a company does, not which one it is."""

_PLACES_LISTED = """
    nederland germany france italy spain austria switzerland poland sweden norway denmark finland belgium russia
    brazil mexico turkey uk usa china japan india canada australia ireland portugal greece hungary romania bulgaria
    czech ukraine croatia serbia slovenia slovakia estonia latvia lithuania singapore malaysia indonesia thailand
    vietnam korea taiwan israel egypt africa asia pacific emea apac latam americas iberia nordic baltic argentina chile
    peru colombia zealand scotland wales europe american european asian british german french italian spanish dutch
    swiss polish russian chinese japanese indian canadian australian irish north south east west northern southern
    eastern western london paris berlin munich hamburg frankfurt madrid barcelona milan rome vienna zurich amsterdam
    brussels dublin york chicago boston texas california dallas houston atlanta seattle toronto sydney melbourne tokyo
    shanghai beijing mumbai delhi moscow
"""
PLACES = frozenset(_PLACES_LISTED.split())
"""Where a branch or a sister company is: two names that differ in it are two companies of one family."""
