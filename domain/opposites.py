"""Words that say in which direction something goes, side against side, in four languages and folded."""

import re

OPPOSITES: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...] = tuple(
    (re.compile(rf"\b(?:{one})"), re.compile(rf"\b(?:{other})"))
    for one, other in (
        (
            r"open(?:s|ed|ing)?\b|offne|eroffn|geoffnet|abr(?:e|i)|abiert|ouv(?:r"
            r"|ert)",
            r"clos(?:e|ing)|schliess|schloss|geschlossen|cerr|cierr|ferm",
        ),
        (
            r"ris(?:e|es|en|ing)\b|rose\b|gr[eo]w|increas|gain|climb|stieg|steig"
            r"|gestiegen|wuchs|wachs|erhoh|sub(?:e|io|ir)|aument|crec|augment|hauss"
            r"|progress",
            r"fall(?:s|en|ing)?\b|fell\b|decreas|declin|drop|shr[aiu]nk|reduc|sank"
            r"|sink|gesunken|fiel\b|schrumpf|senk|baj(?:a|o)|disminu|cay|baiss|dimin"
            r"|recul",
        ),
        (
            r"start|beg[aiu]n|launch|commenc|empez|empiez|comienz|inici|debut",
            r"end(?:s|ed|ing)?\b|finish|stop|endet|beendet|termin|acab|finit?\b",
        ),
        (r"w[io]n(?:s|ning)?\b|gewonn|gewinn|gewann|gan(?:a|o)|gagn", r"los[ets]|verlor|verlier|perd"),
        (
            r"bought|buys?\b|acquir|purchas|took over|takes over|kauf|erwarb|erworb"
            r"|ubern|compr|adqui|achet|acquis",
            r"sold\b|sells?\b|selling|verkauf|vend",
        ),
        (r"export", r"import(?!an)"),
        (r"before\b|antes de|avant\b|bevor\b", r"after\b|despues de|apres\b|nachdem\b"),
        (r"accept|annahm|angenomm|acept", r"declin|reject|refus|turned down|abgelehn|ablehn|lehn|rechaz"),
        (
            r"hir(?:e|ing)|recruit|einstell|eingestellt|contrat(?:a|o|e)|embauch"
            r"|recrut",
            r"dismiss|fir(?:ed|es|ing)\b|lay off|laid off|sack|entlass|entlie"
            r"|despi?d|licenci",
        ),
        (r"join|beigetreten", r"left\b|leaves?\b|leaving|quit|resign|verliess|verlasst"),
        (r"high|hoch\b|hohe|alt[oa]s?\b", r"low(?:er|est)?\b|niedrig|baj[oa]s?\b|bas(?:se)?s?\b"),
        (r"older|alter als|mas viej", r"younger|newer|junger|mas jov"),
        (r"online", r"offline"),
        (r"first\b|erste|primer|premier", r"last\b|letzte|ultim|dernier"),
        (r"profit|gewinn\b|benefici", r"loss|verlust|perdida|perte"),
        (r"succeed|success", r"fail"),
        (r"in favou?r|support", r"against\b|oppos"),
        (r"allow|permit|erlaub", r"forbid|forbade|prohibit|ban(?:s|ned)?\b|verbiet|verbot"),
        (r"same\b", r"different"),
        (r"best\b", r"worst\b"),
        (r"alive|surviv", r"died|dead|killed"),
        (r"north", r"south"),
    )
)
