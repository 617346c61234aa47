"""Legal forms of companies: how they are written, and which of them can stand for each other. Data and its reader.

A form is written in its own language and alphabet; the table is folded the same way as the names it is applied to.
After a colon stand the forms that are its usual translation: `ООО` is written `LLC` or `Ltd` in English. Two companies
of one name whose forms cannot stand for each other (`GmbH` and `AG`, `GmbH` and `B.V.`) may be two companies.
When do you need to touch this? When a country's form is not recognised. `^` marks a form that also stands in front.
"""

import re
from functools import lru_cache
from itertools import pairwise

from cleanco.termdata import terms_by_country

from domain.transliteration import latin

_TABLE = """
inc: corp | Inc | Incorporated
corp: inc | Corp | Corporation | Corpn
ltd | Ltd | Limited | Ltd Co | Ltd Company | Private Company Limited by Shares | Lmtd | Limitd | Teoranta
coltd: ltd inc corp | Co Ltd | Co Limited | Company Limited | Company Ltd | Coy Ltd | Co Ltda | Corp Ltd | \
Corporation Ltd
^llc: ltdco | LLC | Limited Liability Company
llc: ltdco | Limited Liability Company | Limited Liability Co | LC | Ltd Liability Co | PLLC
ltdco: llc ltd | L L Co
plc | PLC | Public Limited Company | Public Ltd Co | Public Ltd Company | CCC
lp | LP | Limited Partnership
llp | LLP | Limited Liability Partnership | LLLP
pc | Professional Corporation | Prof Corp
cic | CIC | Community Interest Company
ulc | ULC | Unlimited Company | Unltd | Unlimited
ltee: ltd inc | Ltée | Limitée | Ltee
pty: ltd | Pty Ltd | Pty Limited | Proprietary Limited | Pty | Proprietary Ltd
pvt: ltd | Pvt Ltd | Private Limited | Pvt Limited | Private Ltd | P Ltd | Pvt | Pvt Ltd Co | Pvt Ltd Company
pte: ltd | Pte Ltd | Pte | Pte Limited
bhd | Bhd | Berhad
sdnbhd: ltd | Sdn Bhd | Sendirian Berhad | Sdn Berhad
^pt: ltd | PT | Perseroan Terbatas
pttbk: plc pt | Tbk | Persero Tbk
^gmbh | GmbH | Ges mbH | Gesellschaft mit beschränkter Haftung | Gesellschaft mbH | mbH | GesmbH | \
Gesellschaft m b Haftung | \
gem GmbH | gGmbH
gmbhkg | GmbH & Co KG | GmbH & Co | GmbH und Co KG | GmbH u Co KG | GmbH Co KG | GmbH & Cie KG | mbH & Co KG | \
GmbH & Compagnie KG | GmbH and Co KG | GmbH & Co Kommanditgesellschaft
agkg | AG & Co KG | AG & Co | AG und Co KG | SE & Co KG | UG & Co KG | AG & Co OHG | GmbH & Co OHG
kgaa | KGaA | Kommanditgesellschaft auf Aktien | AG & Co KGaA | SE & Co KGaA | GmbH & Co KGaA
ug | UG | UG haftungsbeschränkt | Unternehmergesellschaft | Unternehmergesellschaft haftungsbeschränkt
ag | AG | Aktiengesellschaft | Akt Ges | Aktienges
se | SE | Societas Europaea
kg | KG | Kommanditgesellschaft | Co KG | & Co KG
ohg | OHG | Offene Handelsgesellschaft | OG
gbr | GbR | Gesellschaft bürgerlichen Rechts
ek | e K | e Kfm | e Kfr | eingetragener Kaufmann | eingetragene Kauffrau | e U
ev | e V | eingetragener Verein
eg | eG | eingetragene Genossenschaft
^sa | S A | Société Anonyme | Sociedad Anónima | Sociedade Anônima | Sociedade Anónima | Spółka Akcyjna | \
Societate pe Acțiuni | \
Soc Anon | S A U | S A A | Sté Anonyme | Sociedad Anónima Unipersonal | Naamloze Vennootschap SA
sadecv: sa | SA de CV | S A B de C V | SAB | SAPI de CV | Sociedad Anónima de Capital Variable | S A P I | S A C | \
Sociedad Anónima Cerrada | Sociedad Anónima Bursátil de Capital Variable | SA de CV SOFOM ENR | SA C V
derl: sarl llc | S de RL de CV | S de R L | Sociedad de Responsabilidad Limitada de Capital Variable
^sarl: srl ltd llc | S à r l | SARL | Société à responsabilité limitée | EURL | S A R L U | SARLU | SAGL | Sàrl
sas | SAS | Société par actions simplifiée | SASU | Sociedad por Acciones Simplificada | S A S U
snc | S N C | Société en nom collectif | Società in nome collettivo
scs | S C S | Société en commandite simple | SCA | Société en commandite par actions | SCSp | SECS
sci | SCI | Société civile immobilière
scop | SCOP | SCIC | SCRL | Société coopérative
sprl: srl bv | SPRL | BVBA | Besloten vennootschap met beperkte aansprakelijkheid
cvba | CVBA | SCRLFS
asbl | ASBL | VZW | Association sans but lucratif
^bv: bvnl | B V | Besloten Vennootschap
^nv: sa | N V | Naamloze Vennootschap | Naaml Venn
vof | V O F | Vennootschap onder firma
cv | C V | Commanditaire Vennootschap
^srl: sarl sl ltd llc | Societate cu răspundere limitată | Societatea cu răspundere limitată
srl: sarl sl ltd llc | S R L | Società a responsabilità limitata | Sociedad de responsabilidad limitada | \
Societate cu răspundere limitată | SRLS | S R L S | Società responsabilità limitata | SRL Unipersonale | \
Soc a r l | SRLU
spa | S p A | Società per azioni | SpA Unipersonale | Soc per azioni | Sociedad por acciones
sapa | S a p A | Società in accomandita per azioni
scarl | S c a r l | Società cooperativa | Soc coop | SCPA | Società consortile
sl: srl slu | S L | Sociedad Limitada | S L U | Sociedad Limitada Unipersonal | S L L | SLNE | S L P | Soc Ltda
scoop | S Coop | Sociedad Cooperativa | S Coop Ltda
lda: ltda | Lda | Limitada | Unipessoal Lda | Sociedade Unipessoal Lda | Sociedade por quotas
ltda: lda ltd | Ltda | Sociedade Limitada | Ltda ME | Ltda EPP | EIRELI | Cía Ltda | S A Ltda
sgps | SGPS | SGPS SA
eirl | E I R L
^ab: abp | AB | Aktiebolag | Aktiebolaget | AB publ | Aktiebolag publ
abp: plc oyj | Abp | Publikt aktiebolag
hb | HB | Handelsbolag | Kommanditbolag | KB
^as: asa | A S | Aksjeselskap | Aktieselskab | Akciová společnost | Akciová spoločnosť | Anonim Şirketi | A Ş | \
A S publ | \
Aktsiaselts | Akciju sabiedrība | Akc spol | AŞ
asa: plc | ASA | Allmennaksjeselskap
^aps: ltd | ApS | Anpartsselskab | IVS | Iværksætterselskab
ks | K S | Kommanditselskab | Kommandittselskap
is | I S | Interessentskab | Ansvarlig selskap | ANS
amba | A m b a
^oy: oyab ltd | Oy | Osakeyhtiö | Oy Ab | Oy Ltd | Ab Oy | O Y | Aktiebolag Oy | Oy AB
oyj: plc | Oyj | Julkinen osakeyhtiö | Oyj Abp
ky | Ky | Kommandiittiyhtiö | Avoin yhtiö
hf: ltd plc | hf | Hlutafélag
ehf: ltd | ehf | Einkahlutafélag
^ou: ltd llc | OÜ | Osaühing | OUE
^sia: ltd llc | SIA | Sabiedrība ar ierobežotu atbildību
^uab: ltd llc | UAB | Uždaroji akcinė bendrovė
^abl: jsc | Akcinė bendrovė
mb | MB Mažoji bendrija | Mažoji bendrija
^spzoo: ltd llc | Sp z o o | Spółka z o o | Spółka z ograniczoną odpowiedzialnością | Sp zoo | Sp z oo | Spol z o o
^spk | Sp k | Spółka komandytowa | Sp z o o Sp k | Sp z o o Spółka komandytowa | Spółka z o o Sp k | SKA | \
Sp z o o S K A
spj | Sp j | Spółka jawna
sro: ltd llc | s r o | spol s r o | společnost s ručením omezeným | spoločnosť s ručením obmedzeným | spol sro
vos | v o s | k s
kft: ltd llc | Kft | Korlátolt felelősségű társaság
zrt: nyrt plc rt | Zrt | Zártkörűen működő részvénytársaság
nyrt: plc rt | Nyrt | Nyilvánosan működő részvénytársaság | Rt | Részvénytársaság
bt | Bt | Betéti társaság
doo: ltd llc | d o o | društvo s ograničenom odgovornošću | družba z omejeno odgovornostjo | д о о | j d o o | \
društvo sa ograničenom odgovornošću | d o o e l | дооел | друштво са ограниченом одговорношћу
dd: plc jsc ad | d d | dioničko društvo | delniška družba
ad: plc jsc dd | AD | а д | акционерско дружество | akcionarsko društvo | EAD | ЕАД | АД | акционарско друштво
^eood: ltd llc ood | ЕООД | EOOD | еднолично дружество с ограничена отговорност
^ood: ltd llc eood | ООД | OOD | дружество с ограничена отговорност
shpk: ltd llc | Sh p k | Shoqëri me përgjegjësi të kufizuar
sha: jsc | Sh a
ae: sa jsc | Α Ε | ΑΕ | A E | Ανώνυμη Εταιρεία | Ανώνυμος Εταιρεία | ABEE | ΑΒΕΕ | ΑΕΒΕ | AEBE | ATE | ΑΤΕ | \
Ανώνυμη Εταιρία
epe: ltd llc | ΕΠΕ | EPE | Εταιρεία Περιορισμένης Ευθύνης | Ε Π Ε | ΜΕΠΕ
ike: pc llc ltd | ΙΚΕ | IKE | Ιδιωτική Κεφαλαιουχική Εταιρεία | Ι Κ Ε
oe | Ο Ε | ΟΕ | Ομόρρυθμη Εταιρεία | ΕΕ | Ετερόρρυθμη Εταιρεία
^ooo: llc ltd too | ООО | OOO | Общество с ограниченной ответственностью | О О О | \
Obshchestvo s ogranichennoy otvetstvennostyu
^tov: llc ltd | ТОВ | TOV | Товариство з обмеженою відповідальністю | TzOV | ТзОВ
too: llc ltd | ТОО | TOO | Товарищество с ограниченной ответственностью | ЖШС
^zao: jsc cjsc ao | ЗАО | ZAO | Закрытое акционерное общество | ЗАТ | CJSC | Closed Joint Stock Company | \
Закрите акціонерне товариство | ПрАТ | PrAT | PrJSC | Приватне акціонерне товариство | Private Joint Stock Company
^pao: jsc pjsc oao ao | ПАО | PAO | Публичное акционерное общество | PJSC | Public Joint Stock Company | \
Публічне акціонерне товариство
^oao: jsc ojsc pao ao | ОАО | OAO | Открытое акционерное общество | OJSC | Open Joint Stock Company | \
Відкрите акціонерне товариство
^ao: jsc | Акционерное общество | JSC | Joint Stock Company | Joint-Stock Co | Акціонерне товариство | JSCo
ao: jsc | АО
nao: ao jsc | НАО | Непубличное акционерное общество
ip | ИП | Индивидуальный предприниматель | ФОП | Фізична особа підприємець
up | УП | Унитарное предприятие | ЧУП | ГУП | ФГУП | FGUP | МУП | Частное унитарное предприятие
^ltdsti: ltd llc | Ltd Şti | Limited Şirketi | Ltd Şirketi | Ltd Sti | Limited Sti
tas: as | Türk Anonim Şirketi | T A Ş | TAŞ | Sanayi ve Ticaret A Ş | San ve Tic A Ş
^kk: coltd inc corp ltd | K K | 株式会社 | Kabushiki Kaisha | Kabushiki Gaisha | Kabushikigaisha | Kabushikikaisha | KKK
^yk: coltd ltd llc | Y K | 有限会社 | Yugen Kaisha | Yugen Gaisha
^gk: llc | G K | 合同会社 | Godo Kaisha | Goudou Kaisha
^jusik: coltd inc corp ltd | 주식회사 | Jusik Hoesa | Chusik Hoesa | Jusikhoesa | Chusikhoesa
^yuhan: llc ltd coltd | 유한회사 | Yuhan Hoesa | 유한책임회사
cnltd: coltd ltd llc | 有限公司 | 有限责任公司 | 有限責任公司 | Youxian Gongsi | Youxian Zeren Gongsi
cnjsc: coltd corp plc jsc ltd inc | 股份有限公司 | 股份公司 | Gufen Youxian Gongsi | 集团股份有限公司
^vntnhh: coltd ltd llc | Công ty TNHH | TNHH | Công ty Trách nhiệm hữu hạn | Cong ty TNHH MTV
^vncp: jsc corp | Công ty Cổ phần | CTCP
thco: coltd ltd | จำกัด | บริษัทจำกัด
thplc: plc | จำกัด มหาชน | PCL | Public Company Limited | PLC Thailand
^thbr | บริษัท
bm: ltd | בע מ | בעמ | B M
sae: sa | S A E | ش م م | ش م ك | KSCP | KSC | Q S C | QPSC | SAOG | SAOC | SAL | ش م ل
wll: llc | W L L | ذ م م | FZE | FZCO | FZ LLC | FZC | FZ LLE | DMCC
^sharika | شركة
pjsp | PJS | Private Joint Stock | Sahami Khass
cc: ltd | CC Close Corporation | Close Corporation
rfpty: pty ltd | RF Pty Ltd | SOC Ltd
gte: ltd | Ltd Gte
jv | Joint Venture
stichting | Stichting | Stiftung | Fondation | Fundación | Fundação | Fondazione
"""
CONNECTING = frozenset({"&", "and", "und", "et", "y", "e", "i", "u", "og", "och", "ja", "ve", "the", "of", "de", "la"})
"""Words without weight in a name."""
_GENERIC_TAIL = frozenset(
    {"co", "company", "companies", "cos", "cie", "cia", "compagnie", "compania", "companhia", "coy"}
)
"""`& Co`: says that it is a company, in no country's law."""
_IN_FRONT_WITH = {"sc": frozenset({"srl", "sa"})}
"""Romanian firms put `S.C.` in front of a name that ends in its form; without one it is S. C. Johnson."""
_SHORTEST_LISTED = 3
_MOST_WORDS = 7


def _key(text: str) -> str:
    return latin(text).replace(" ", "")


def _read_table() -> tuple[dict[str, str], dict[str, frozenset[str]], frozenset[str]]:
    codes: dict[str, str] = {}
    stands_for: dict[str, frozenset[str]] = {}
    in_front: set[str] = set()
    for line in _TABLE.replace("\\\n", "").strip().splitlines():
        head, *spellings = (part.strip() for part in line.split("|"))
        name, _, others = head.removeprefix("^").partition(":")
        stands_for[name] = stands_for.get(name, frozenset()) | {name, *others.split()}
        for spelling in spellings:
            codes.setdefault(_key(spelling), name)
            if head.startswith("^"):
                in_front.add(_key(spelling))
    for terms in terms_by_country.values():
        for term in terms:
            key = _key(term)
            # Short ones are words or initials elsewhere; the table above has those that are safe.
            if len(key) > _SHORTEST_LISTED and key not in _GENERIC_TAIL and key not in codes:
                codes[key] = key
                stands_for[key] = frozenset({key})
    return codes, stands_for, frozenset(in_front)


_CODES, _STANDS_FOR, _IN_FRONT = _read_table()
_GLUED = re.compile(
    "株式会社|有限会社|合同会社|주식회사|유한회사|유한책임회사|股份有限公司|有限责任公司|有限責任公司|有限公司|"
    "บริษัท|จำกัด|㈱|㈲|\\(株\\)|（株）|\\(주\\)|㈜|\\(有\\)"
    r"|\b(?:АО|АТ|ПАТ|ВАТ|ТОО|НАО|ИП|ФОП)\b"
)
_SHORT_SIGNS = {
    "㈱": "株式会社", "(株)": "株式会社", "（株）": "株式会社", "㈲": "有限会社", "(有)": "有限会社",
    "㈜": "주식회사", "(주)": "주식회사",
    "АО": "Акционерное общество", "АТ": "Акціонерне товариство", "ПАТ": "Публічне акціонерне товариство",
    "ВАТ": "Відкрите акціонерне товариство", "ТОО": "TOO", "НАО": "NAO", "ИП": "", "ФОП": "",
}  # fmt: skip
"""Signs, and Cyrillic forms whose transliteration is somebody's initials in Latin letters (A. O. Smith)."""


_ON_THE_NAME = re.compile(r"(?<=[a-zß-ÿ])(?=(?:AG|SE|KG|GmbH|AB|AS|NV|BV|SA|SpA|LLC|Inc|Ltd)\W*$)")
"""`SiemensAG`: the capital shows where the name ends."""


def part_glued_forms(raw: str) -> str:
    """Forms that stand on the name without a space, parted from it."""
    return _GLUED.sub(lambda found: f" {_SHORT_SIGNS.get(found[0], found[0])} ", _ON_THE_NAME.sub(" ", raw))


@lru_cache(maxsize=16384)
def part_legal_form(words: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """The words of a name (see `latin`) without its legal forms, and the codes of these. One word always stays."""
    found: set[str] = set()
    rest = words
    while True:
        shorter, code = _without_tail(rest)
        if code is None:
            shorter, code = _without_front(rest)
        if code is None and len(rest) > 1 and rest[0] in _IN_FRONT_WITH and found & _IN_FRONT_WITH[rest[0]]:
            shorter, code = rest[1:], ""
        if code is None:
            return rest, frozenset(found)
        found.add(code)
        found.discard("")
        rest = shorter


def compatible(one: frozenset[str], other: frozenset[str]) -> bool:
    """Can the two sets of codes be forms of one company? Also where one gives none."""
    if not one or not other:
        return True
    return any(a in _STANDS_FOR[b] or b in _STANDS_FOR[a] for a in one for b in other)


def _without_tail(words: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        code = _CODES.get("".join(words[-count:]))
        if code is not None:
            return _trim(words[:-count]), code
    if len(words) > 1 and words[-1] in _GENERIC_TAIL:
        return _trim(words[:-1]), ""
    return words, None


def _without_front(words: tuple[str, ...]) -> tuple[tuple[str, ...], str | None]:
    for count in range(min(_MOST_WORDS, len(words) - 1), 0, -1):
        key = "".join(words[:count])
        if key in _IN_FRONT and (len(key) >= 2 or count > 1):
            return words[count:], _CODES[key]
    return words, None


def _trim(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without the `&` that a form leaves behind: `Müller & (Co. KG)`."""
    while len(words) > 1 and words[-1] in {"&", "and", "und", "et", "y", "e"}:
        words = words[:-1]
    return words


def joined_initials(words: list[str]) -> tuple[str, ...]:
    """`n v philips` gives `nv philips`: initials written apart are one word."""
    runs: list[str] = []
    open_run = False
    for before, word in pairwise(["", *words]):
        single = len(word) == 1 and word.isalpha()
        if single and open_run and len(before) == 1:
            runs[-1] += word
        else:
            runs.append(word)
        open_run = single
    return tuple(runs)
