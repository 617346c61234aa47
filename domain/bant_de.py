"""What buyers and sellers say about budget, authority, need and timeline in German. Folded: no umlauts."""

from domain.bant_words import BantKind, BantWords, phrases, words

B, A, N, T = BantKind.BUDGET, BantKind.AUTHORITY, BantKind.NEED, BantKind.TIMELINE
_COUNT = (
    r"(?:\d{1,3}|ein|eine|einem|einer|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|zwolf|paar"
    r"|ein paar|einigen|wenigen|mehreren)"
)
_DIGIT = (
    "ein|eine|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf|funfzehn|achtzehn|zwanzig"
    "|funfundzwanzig|dreissig|dreißig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig|hundert"
    "|zweihundert|dreihundert|hundertzwanzig|hundertfunfzig"
)

WORDS = BantWords(
    language="de",
    common=words(
        """
        auch auf bei bitte danke das dem den der die ein eine einen es fur guten haben ich im ist ja mit mochten
        nicht noch sie und uns unser unsere von was wie wir zu
        """
    ),
    numbers=_DIGIT + "|halbe|" + "|".join(f"{d}tausend" for d in _DIGIT.split("|")),
    scales="tausend|tsd|millionen|million|mio",
    after_amount=(
        r"\s*(?:[.,;:!?)–—-]|$|\b(?:pro|im|fur|zur|bis|und|oder|als|freigegeben|eingeplant|genehmigt|bewilligt"
        r"|reserviert|"
        r"budget|verfugung|maximal|ist|sind|waren|netto|brutto|jahrlich|monatlich|dafur|da|dieses|wenn|aber|das)\b)"
    ),
    times=(
        r"(?:(?:anfang|mitte|ende|im|bis|zum|ab|der|den|dem|\d{1,2}\.?|ersten|erste|spatestens) )*(?:januar"
        r"|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember|janner)(?: 20\d\d"
        r"| nachsten jahres| dieses jahres)?",
        r"(?:(?:anfang|mitte|ende|zum|im|das|des|der|den|dem|laufe|bis|ersten|zweiten|dritten|vierten|letzten"
        r"|kommenden|nachsten) )*(?:diese[rsmn]? |nachste[rsmn]? |kommende[rsmn]? |laufende[rsmn]? "
        r"|neue[rsmn]? )?(?:woche|monats?|quartals?|jahre?s?|geschaftsjahre?s?|halbjahre?s?|fruhjahrs?|fruhlings?"
        r"|sommers?|herbste?s?|winters?|saison|jahresende|quartalsende|monatsende|jahreswechsel|jahresanfang"
        r"|sommerpause)\b",
        r"(?:anfang |mitte |ende )?(?:q[1-4]|h[12])(?: 20\d\d| nachsten jahres)?",
        rf"(?:den |nachsten |kommenden |etwa |rund )*{_COUNT}(?: bis {_COUNT}| oder {_COUNT})? (?:tagen?"
        rf"|wochen?|monaten?|monat|quartalen?|jahren?)",
        r"20[2-4]\d",
        r"\d{1,2}\.\s?\d{1,2}\.?(?:\d{2,4})?",
        r"(?:weihnachten|ostern|weihnachtsgeschaft|black friday|feiertagen|messe)",
    ),
    who=(
        r"(?:(?:der|die|das|den|dem|unser|unsere|unserem|unseren|unserer|mein|meine|meinem|meinen"
        r"|meiner) )?(?:kaufmannische[rnm]? |technische[rnm]? )?(?:geschaftsfuhrung|geschaftsfuhrer(?:in|s)?"
        r"|geschaftsleitung|vorstand(?:s|e)?|chef(?:in|s)?|leiter(?:in)?|"
        r"it-leiter(?:in)?|it-leitung|einkauf(?:sleiter(?:in)?|sleitung)?|einkaufsabteilung|ceo|cfo|coo|cto|cio"
        r"|finanzchef(?:in)?|finanzabteilung|finanzleiter(?:in)?|vorgesetzte[rn]?|inhaber(?:in)?|gesellschafter"
        r"|aufsichtsrat|betriebsrat|controlling|zentrale|konzern|muttergesellschaft|abteilungsleiter(?:in)?"
        r"|bereichsleiter(?:in)?|logistikleiter(?:in)?|prokurist(?:in)?|leitung|partner|gremium|lenkungskreis"
        r"|logistikleitung)\b",
    ),
    stated={
        B: phrases(
            """
            budget * <money>; <money> * budget; <money> * freigegeben|eingeplant|genehmigt|bewilligt|reserviert|
            verfugung|zuruckgelegt|beiseite|veranschlagt|vorgesehen| zugesagt;
            freigegeben|eingeplant|genehmigt|bewilligt|reserviert| veranschlagt|vorgesehen * <money>; bis zu?
            <money>; maximal|hochstens|zwischen|rund * <money>; <money> * maximal|obergrenze|ausgeben|investieren;
            obergrenze|limit|rahmen|deckel * <money>;
            haben|hatten|stehen|konnen|wollen|konnten|ausgeben|investieren|gibt * <money>; budget
            ist|wurde|steht|haben|liegt|war * freigegeben|genehmigt|bewilligt|da|vorhanden|eingeplant|
            bereit|gesichert|zugesagt|verfugung|bestatigt; budget
            freigegeben|genehmigt|bewilligt|vorhanden|eingeplant|gesichert; haben|hatten|gibt|habe * budget;
            freigegebenes|genehmigtes|eigenes|bewilligtes budget; gelder|mittel|geld|investition *
            freigegeben|genehmigt|bewilligt|da|vorhanden|eingeplant|bereit
            """
        ),
        A: phrases(
            """
            ich * entscheide|unterschreibe|entscheiden|genehmige|bestimme|zeichne|gebe * frei?;
            entscheide|unterschreibe|genehmige * ich; liegt|liegen bei mir; meine entscheidung; entscheidung * bei_mir|
            ich|treffe; ich bin * entscheider|entscheiderin|verantwortlich|zustandig|
            geschaftsfuhrer~|inhaber~|budgetverantwortlich~|leiter~; budgetverantwortung|letzte_wort|
            unterschriftsberechtigt|prokura; <who> * entscheidet|entscheiden|unterschreibt|unterschreiben|
            genehmigt|genehmigen|freigeben|freigibt|gibt|zustimmen|
            zustimmt|absegnen|letzte|wort|entscheidung|freigabe|muss|ok| okay|mitreden;
            entscheidet|entscheiden|unterschreibt|genehmigt|freigabe|freigeben|genehmigen|unterschreiben|absegnen|bewilligen|
            entscheidung|zustimmung|segen|ok|okay|unterschrift * <who>; mit|bei|durch|uber|vor|von <who> *
            abstimmen|absprechen|besprechen|klaren|gehen|absegnen| vorstellen|rucksprache|abgestimmt;
            abstimmen|absprechen|besprechen|rucksprache|vorlegen| uberzeugen|vorstellen * <who>; muss|musste *
            zu|zum|zur|uber|durch|an <who>; <who> * uberzeugen|vorlegen|fragen|einbeziehen; <who> und ich; ich
            und|mit|gemeinsam|zusammen * <who>; gemeinsam|zusammen mit <who>
            """
        ),
        N: phrases(
            """
            brauchen|brauche|benotigen|benotige|brauchten|braucht|bedarf; suchen|suche *
            nach|eine|einen|ein|etwas|was|losung|system|anbieter|software; wollen|mochten|mussen|mochte|will|sollten
            * reduzieren|verbessern|automatisieren|wechseln|ablosen|
            ersetzen|senken|sparen|loswerden|vereinfachen|digitalisieren|
            optimieren|sehen|vermeiden|verkurzen|losen|andern|abschaffen| einsparen|umstellen;
            problem|herausforderung|schmerz|engpass|prioritat|ziel|sorge| schwierigkeit|baustelle *
            ist|mit|bei|dass|war|liegt; grosstes|grosste|hauptproblem|eigentliche|das_grosste|unser
            problem|herausforderung|schmerzpunkt; das|unser|hauptproblem|hauptthema * problem ist; von hand;
            handisch|manuell~; excel|tabellen|papier|zettel~|whiteboard|tafel;
            verlieren|verloren|verschwenden|vergeuden|kostet|kosten| dauert|brauchen *
            zeit|stunden|tage|geld|kunden|auftrage|minuten|uns|<money>; stunden|tage|stunde *
            pro|am|jeden|jede|in_der tag|woche|monat|morgen; stunden|tage|stunde * taglich; konnen|kann|wissen|
            sehen|haben *
            nicht|nichts|keine|keinen * sehen|verfolgen|planen|wissen|steuern|skalieren|uberblick|
            ubersicht|transparenz|auswertung|wo|wer|mehr|schnittstelle| sagen;
            funktioniert|lauft|skaliert|reicht|passt * nicht;
            chaos|katastrophe|albtraum|alptraum|durcheinander|nervt| frustrierend|muhsam|umstandlich|untragbar;
            fehleranfallig|fehler|beschwerden|reklamationen|doppelt| verspatungen|ausfalle;
            ablosen|ersetzen|wechseln|austauschen|ablosung|ablose; veraltet|abgekundigt|langsam|uberholt|alt;
            interessieren uns|mich; interessant fur; gewachsen|wachsen|wachstum; fehlt|fehlen uns; stehen|warten *
            stunde|stunden|minuten|lange|stau
            """
        ),
        T: phrases(
            """
            bis|vor|ab|im|in|innerhalb|binnen|zum|zu|ende|anfang|mitte| nach|spatestens|gegen|am|fur * <when>;
            <when> * spatestens|starten|live|fertig|entscheiden|beginnen|
            umstellen|einfuhren|loslegen|laufen|produktiv|aus|auslauft| endet|soll|mussen|wollen;
            starten|live|entscheiden|beginnen|einfuhren|lauft|endet|
            auslauft|umstellung|einfuhrung|start|deadline|frist|go-live| rollout|gekundigt|verlangert|stichtag *
            <when>; diese|dieses|diesen|nachste|nachstes|nachsten|nachster|kommendes
            woche|monat|quartal|jahr|sommer|herbst; so schnell|bald|rasch wie moglich;
            schnellstmoglich|umgehend|sofort|dringend|eilig|eilt|zeitnah|asap; deadline|stichtag
            """
        ),
    },
    denied={
        B: phrases(
            """
            kein|keine|keinen|keinerlei|ohne|nicht|null * budget|geld|mittel|gelder; budget~ * nicht|kein *
            vorhanden|da|eingeplant|vorgesehen|freigegeben|genehmigt; budget~ *
            eingefroren|gestrichen|aufgebraucht|gekurzt|ausgeschopft| gesperrt|weg|abgelehnt|verbraucht|verplant;
            budgetsperre|budgetstopp|ausgabenstopp|investitionsstopp| haushaltssperre; nicht|kaum *
            leisten|bezahlen|ausgeben|investieren|eingeplant|budgetiert|vorgesehen; zu teuer; nichts *
            eingeplant|budgetiert|ubrig|vorgesehen
            """
        ),
        A: phrases(
            """
            ich|bin|das * nicht * entscheider~|zustandig|entscheiden|befugt|berechtigt|
            derjenige|diejenige|unterschreiben|verantwortlich; entscheide|entscheiden|unterschreibe *
            nicht|nicht_allein|ich_nicht; nicht|keine|kein|keinen *
            meine_entscheidung|befugnis|entscheidungsbefugnis|
            mitspracherecht|einfluss|prokura|unterschriftsberechtigung; liegt nicht bei mir; nicht in meiner|meinen
            * hand|macht|bereich; weiss|keine * nicht|ahnung * wer; nur|bloss *
            informieren|sammeln|sammle|recherchier~|praktikant~|zuarbeite
            """
        ),
        N: phrases(
            """
            brauchen|benotigen|suchen|brauche|sehen * nicht|nichts|kein|keine|keinen|derzeit_nichts;
            kein|keinen|keinerlei * bedarf|interesse|problem|handlungsbedarf|anlass|grund; nicht *
            notig|prioritat|auf_der_suche|interessiert|relevant|noetig| gebraucht|erforderlich;
            zufrieden|glucklich|gut_versorgt|aufgestellt; lauft|funktioniert|klappt *
            gut|super|prima|einwandfrei|problemlos|bestens; haben|nutzen schon|bereits *
            losung|system|anbieter|tool|was|eine; nur|bloss * schauen|umschauen|umsehen|neugier~|mal_schauen; keine
            prioritat
            """
        ),
        T: phrases(
            """
            kein|keine|keinen|ohne|nicht * eile|zeitdruck|deadline|termin|zeitplan|druck|frist|
            zeitrahmen|eilig|dringend|stress|konkreten|konkrete; eilt|drangt * nicht; nicht *
            dieses|diesem|diesen|in_diesem|vor jahr|quartal|monat|sommer; auf eis;
            verschoben|zuruckgestellt|vertagt|pausiert; nichts * geplant|konkret~|entschieden; irgendwann; haben|hat
            * zeit; noch lange nicht; nicht so bald
            """
        ),
    },
    open={
        B: phrases(
            """
            <money> * beantragt|angemeldet;
            budget~ * noch|nicht|offen|unklar|muss|mussen|hangt|ware|musste|wird *
            nicht|freigegeben|genehmigt|klaren|beantragt|beantragen|
            verhandelt|ab|offen|geklart|verabschiedet|festgelegt| bewilligt|entschieden; noch
            kein|keine|keinen|nicht * budget|freigabe|zahl|summe|betrag|festgelegt|genehmigt|freigegeben;
            weiss|wissen|kenne * nicht|keine * budget|genau|summe|zahl; hangt * preis|angebot|budget|umfang|ab;
            budget * beantragen|beantragt|offen|unklar|klaren|nachstes|knapp|begrenzt|eng;
            beantragen|beantragt|anmelden * budget|mittel; zahlen|zahle|kostet|geben|ausgeben|bezahlen * <money>;
            kein|keine * festes|feste|konkretes|konkrete|genaues|fixes|fixe|definiertes budget|summe|zahl; freigabe
            * aussteht|aus|fehlt|noch
            """
        ),
        A: phrases(
            """
            weiss|unklar|nicht|offen|klaren * wer * entscheidet|unterschreibt|zustandig; hangt *
            summe|betrag|hohe|<who>; muss|musste * klaren|nachfragen|herausfinden * wer
            """
        ),
        N: phrases(
            """
            nicht * sicher|klar * brauchen|bedarf|notig|sinnvoll; vielleicht|eventuell|moglicherweise|konnte|konnten
            * brauchen|interessant|interesse|sinnvoll|hilfreich|etwas|spannend; erst|nur|noch *
            vergleichen|informieren|sondieren|evaluieren|orientieren|informationen; nice to have
            """
        ),
        T: phrases(
            """
            nicht|noch|keinen|kein|unklar|offen|weiss *
            wann|zeitpunkt|zeitplan|fest|festgelegt|termin|entschieden|zeitrahmen; nicht|erst * vor|ab|nach|im
            <when>; hangt * ab|davon|budget|freigabe; vielleicht|eventuell|voraussichtlich|wahrscheinlich|
            moglicherweise|hoffentlich|fruhestens|idealerweise| vermutlich * <when>; <when> *
            vielleicht|eventuell|fruhestens|wenn|hoffentlich; melden|sprechen|wieder|erneut|zuruckkommen * <when>
            """
        ),
    },
    clear={
        B: phrases(
            """
            budget|geld|preis|kosten ist|sind|ware|spielt|stellt|sollte|sind * kein|keine|nicht *
            problem|hindernis|thema|rolle|hurde|entscheidend; kein|keine * problem|hurde|hindernis|thema *
            budget|geld; nicht|nichts * mehr|uber * als? <money>; am budget * nicht|scheitert
            """
        ),
        A: phrases(
            """
            brauche|muss|mussen * niemanden|keine|kein|nicht *
            fragen|freigabe|genehmigung|zustimmung|absprechen|abstimmen; niemand * sonst|ausser_mir
            """
        ),
        N: phrases(
            """
            funktioniert|lauft|skaliert|reicht|passt * nicht; nicht *
            zufrieden|glucklich|gut|mehr_zeitgemass|tragbar|ausreichend| optimal|skalier~; nicht|so * so
            weiter|weitermachen|weitergehen; keine|keinen|kein *
            uberblick|ubersicht|transparenz|auswertung|schnittstelle| system|werkzeug|kontrolle|tool|ahnung
            """
        ),
        T: phrases(
            """
            nicht spater als <when>; nicht|kaum * warten|verschieben|spater; keine zeit * verlieren|mehr
            """
        ),
    },
    ruled_out={
        B: phrases(
            """
            umsatz|verlieren|verloren|strafe|bussgeld|sparen|einsparen|
            einsparung|gehalt|kunden|auftrage|gewinn|verlust; letztes|vergangenes|voriges jahr; vor jahren; wenn wir
            * hatten
            """
        ),
        A: phrases(
            """
            ihr|ihre|eure chef|geschaftsfuhrung
            """
        ),
        N: phrases(
            """
            muss|mussen * abstimmen|absprechen|nachfragen|klaren|uberlegen|weg|los| fragen|auflegen; kein problem;
            brauche|brauchen * freigabe|genehmigung|zustimmung|unterschrift|budget|termin; brauchen sie; nicht mehr
            lange
            """
        ),
        T: phrases(
            """
            seit; vor <when>; letzt~|vergangen~|vorig~|gegrundet|bisher|damals;
            jeden|jede|jedes|pro|taglich|wochentlich|monatlich;
            termin|anruf|anrufen|telefonieren|sprechen|meeting|treffen| demo|besprechung|schicken|senden|rufen *
            <when>; <when> * telefonieren|sprechen|anrufen|melden|passt|nachmittag|
            vormittag|uhr|demo|treffen|schicken; verlieren|dauert|brauchen|warten * <when>; schones|schone|guten; im
            urlaub; im monat|jahr; <when> nicht mehr?
            """
        ),
    },
    asks={
        B: phrases(
            """
            budget~; investition|investieren|ausgeben|betrag|summe|kosten|preis|geld|rahmen; wie viel|wieviel
            """
        ),
        A: phrases(
            """
            wer; entscheid~|entscheider~|unterschreib~|genehmig~|freigabe| freigibt|zustandig|mitreden; noch jemand;
            beteiligt|eingebunden|involviert; wen
            """
        ),
        T: phrases(
            """
            wann; zeitplan|zeitrahmen|zeitlich~|deadline|frist|termin| zeithorizont|start|starten|live; wie
            schnell|dringend|eilig|bald; bis wann; eile|zeitdruck
            """
        ),
        N: phrases(
            """
            herausforderung~|problem~|schmerz~|bedarf|brauchen|suchen|
            ziel~|engpass~|prioritat~|schwierig~|verbessern|wunsch~| baustelle~; was *
            fuhrt|bringt|beschaftigt|stort|fehlt|nervt|brennt|druckt; warum|wieso|weshalb; wie *
            derzeit|aktuell|heute|momentan|bisher|machen|planen|disponier~; erzahlen|beschreiben|schildern sie
            """
        ),
    },
    himself=phrases("ich; ich selbst|selber|allein; bei mir; das bin|mache ich; mir"),
    yes=(
        r"(?:ja|genau|richtig|stimmt|korrekt|jawohl|auf jeden fall|absolut|selbstverstandlich|naturlich|klar"
        r"|jep|jo|haben wir|ist es|sicher)"
    ),
    no=(
        r"(?:nein|ne|nee|(?:fur|in) dies\w{1,3} (?:jahr|quartal) nicht"
        r"|noch nicht|leider nicht|leider nein|eher nicht|nicht wirklich|kein|keine|keinen"
        r"|niemand|keiner|uberhaupt nicht|im moment nicht|derzeit nicht)"
    ),
    negations=phrases(
        """
        nicht; kein; keine; keinen; keiner; nie; ohne; niemand; nichts; weder; niemals
        """
    ),
    hedges=phrases(
        """
        vielleicht; eventuell; moglicherweise; wahrscheinlich; vermutlich; ich glaube; glaube; ich denke; denke;
        konnte sein; weiss nicht; nicht sicher; hoffentlich; unklar; kommt drauf an; hangt; mal sehen; ich schatze;
        wenn alles; voraussichtlich; unter umstanden; falls; sofern; theoretisch; abhangig
        """
    ),
    contrast=phrases("aber; allerdings; jedoch; sondern; obwohl; trotzdem; wobei; dafur; wahrend"),
    corrections=phrases(
        """
        eigentlich; korrektur; entschuldigung; ich korrigiere; inzwischen; mittlerweile; gute nachricht; vielmehr;
        genauer gesagt
        """
    ),
    question_starts=phrases(
        """
        was; wann; wie; wer; warum; welche; welcher; welches; wo; wieso; haben sie; gibt es; konnen sie; ist das;
        sind sie; durfte ich; konnten sie; wurden sie; wen
        """
    ),
    seller_cues=phrases(
        """
        unsere|unser|unserer|unserem plattform|produkt|losung|software|kunden|preise|preis|team|lizenz|demo; wir
        bieten|helfen|unterstutzen|arbeiten_mit|verkaufen|berechnen; vielen? dank|danke * zeit|gesprach|nehmen; ich
        wurde|mochte * zeigen|wissen|verstehen|fragen|vorstellen|erfahren; haben_sie|gibt_es|wie_hoch|welches *
        budget|zeitplan|termin|zeitrahmen; ihr|ihre|ihrem|ihren|ihrer
        budget|team|unternehmen|prozess|situation|seite|firma|haus| herausforderung; erzahlen|beschreiben sie; wer *
        entscheidet|noch|ausser; ich schicke|sende|zeige|melde|rufe; verstehe|alles_klar|super|perfekt|prima|
        sehr_gut; noch fragen; mein name ist; wie * derzeit|aktuell|heute|machen sie; rufe * an|wegen; darf ich
        """
    ),
    buyer_cues=phrases(
        """
        wir haben|nutzen|fahren|arbeiten|brauchen|suchen|verlieren|sind|
        planen|disponieren|mussen|zahlen|wollen|machen; unser|unsere|unserem|mein|meine|unseren
        chef~|geschaftsfuhr~|budget|fahrer|team|flotte|vertrag| vorstand|system|einkauf|disponent~|lager|anbieter;
        was kostet|wurde|kosten; ihre|ihr|ihrer software|losung|preis|produkt|plattform; gibt es * schnittstelle;
        bei uns; ich entscheide|muss|brauche|leite
        """
    ),
)
