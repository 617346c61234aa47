"""Call snippets of our own, labelled by hand: per matter the stance, and words that its best quote must hold."""

from typing import NamedTuple


class Call(NamedTuple):
    """`expected` maps a matter to `stance` or `stance: words of the quote or value`; what is not there is unknown."""

    name: str
    text: str
    expected: dict[str, str]


CALLS = (
    Call(
        "plain",
        "Rep: What's your budget?\nDana: We've set aside about $40,000 and it's approved.",
        {"budget": "stated: $40,000"},
    ),
    Call(
        "the_sellers_figure_is_not_the_prospects",
        "Sales: Most customers your size budget about 60k for this. Do you have something like that?\nProspect: "
        "I'd have to look into it.",
        {},
    ),
    Call(
        "a_denial_after_the_sellers_offer",
        "AE: So there's a budget of 50k approved, right?\nCustomer: No, nothing has been approved. We have no "
        "budget this year.",
        {"budget": "denied: no budget this year"},
    ),
    Call(
        "confirmed_claim",
        "AE: So you have around 50k set aside for this?\nBuyer: Yes, that's right.",
        {"budget": "stated: 50k"},
    ),
    Call(
        "refused_claim", "AE: So you have around 50k set aside for this?\nBuyer: No, not really.", {"budget": "denied"}
    ),
    Call(
        "hedged",
        "Rep: Is there a budget?\nTom: Maybe, I think something like 20 to 30k, not sure yet.\nRep: Thanks for "
        "sharing.",
        {"budget": "uncertain: 20 to 30k"},
    ),
    Call(
        "no_issue",
        "Rep: And budget?\nProspect: Budget isn't a problem, honestly.",
        {"budget": "stated: isn't a problem"},
    ),
    Call("frozen", "Prospect: All software budgets are frozen until further notice.", {"budget": "denied: frozen"}),
    Call("cannot_afford", "Prospect: We just can't afford another tool right now.", {"budget": "denied: can't afford"}),
    Call("ceiling", "Prospect: We can't go over 25k for the first year.", {"budget": "stated: 25k"}),
    Call(
        "spoken_numbers",
        "Rep: Any figure in mind?\nCustomer: Forty thousand pounds, give or take.",
        {"budget": "stated: Forty thousand pounds"},
    ),
    Call(
        "not_approved_yet",
        "Client: The budget hasn't been approved yet, finance decides on it in two weeks.",
        {"budget": "uncertain", "authority": "stated: finance"},
    ),
    Call("revenue_is_no_budget", "Prospect: We did 12 million in revenue last year.", {}),
    Call(
        "loss_is_a_need",
        "Prospect: We're losing about £20,000 a month because of late deliveries.",
        {"need": "stated: losing"},
    ),
    Call(
        "counts_are_no_money", "Rep: How big are you?\nProspect: We have forty thousand customers and 92 vehicles.", {}
    ),
    Call(
        "next_year_perhaps",
        "Prospect: We have no budget this year, but next year we have 50k earmarked.",
        {"budget": "uncertain"},
    ),
    Call(
        "i_decide",
        "Rep: Who makes the final call?\nMia: That's me. I sign off on anything under 100k.",
        {"authority": "stated"},
    ),
    Call(
        "not_the_decider",
        "Rep: Are you the decision maker?\nProspect: No, that's our COO.",
        {"authority": "stated: COO"},
    ),
    Call(
        "not_me_no_name",
        "Prospect: I'm not the decision maker here, I'm just gathering information.",
        {"authority": "denied: not the decision maker", "need": ""},
    ),
    Call("run_it_by", "Prospect: I'd have to run it by my boss and procurement.", {"authority": "stated: my boss"}),
    Call("board", "Customer: Anything above 50k has to go to the board.", {"authority": "stated: the board"}),
    Call(
        "nobody_else", "Rep: Is anyone else involved in the decision?\nProspect: No, just me.", {"authority": "stated"}
    ),
    Call(
        "who_knows",
        "Rep: Who signs this off?\nProspect: Honestly I don't know who decides that.",
        {"authority": "uncertain"},
    ),
    Call(
        "sellers_boss_does_not_count",
        "AE: I'll need to check that discount with my director.\nCustomer: Sure, no problem.",
        {},
    ),
    Call(
        "spreadsheets",
        "Rep: How do you plan today?\nProspect: Our planners do it by hand in Excel, three hours every morning.",
        {"need": "stated: by hand"},
    ),
    Call("happy_as_is", "Prospect: We're quite happy with what we have, to be honest.", {"need": "denied: happy with"}),
    Call("just_looking", "Prospect: I'm just browsing at this stage.", {"need": "denied: just browsing"}),
    Call("needs_to_go", "Prospect: Sorry, I need to jump to another call.", {}),
    Call(
        "open_question_about_pain",
        "Rep: What's the biggest challenge right now?\nProspect: Drivers arrive and the gate does not know about them.",
        {"need": "stated: gate"},
    ),
    Call(
        "seller_describes_the_pain",
        "Sales: Companies like yours struggle with manual planning and lose hours every day.\nProspect: Okay.",
        {},
    ),
    Call("replacing", "Client: We want to replace our TMS, it keeps crashing.", {"need": "stated: replace"}),
    Call(
        "end_of_quarter",
        "Rep: When do you want to go live?\nProspect: By the end of Q2 at the latest.",
        {"timeline": "stated: end of Q2"},
    ),
    Call("contract_ends", "Prospect: Our current contract expires on 30 June.", {"timeline": "stated: 30 June"}),
    Call(
        "no_rush",
        "Rep: Is there a deadline?\nProspect: No, there's no rush on our side.",
        {"timeline": "denied: no rush"},
    ),
    Call("not_before", "Prospect: Nothing will happen before Q4.", {"timeline": "uncertain: Q4"}),
    Call(
        "meeting_dates_are_no_timeline",
        "Rep: Shall we talk again?\nProspect: Call me next Tuesday, Thursday works too.",
        {},
    ),
    Call("the_past_is_no_timeline", "Prospect: We've been using this since 2019 and moved offices last year.", {}),
    Call("short_answer", "AE: What's your timeline?\nProspect: Six weeks, ideally.", {"timeline": "stated: Six weeks"}),
    Call(
        "asap",
        "Customer: We have to solve this as soon as possible.",
        {"timeline": "stated: as soon as possible", "need": "stated"},
    ),
    Call(
        "three_speakers",
        "Anna (Acme Sales): Thanks for joining. Who owns the budget?\nTom: I do the evaluation.\nPriya: I'm the "
        "CFO, I approve it. We have 80k allocated.",
        {"authority": "stated: CFO", "budget": "stated: 80k"},
    ),
    Call(
        "otter_layout",
        "Anna Berg  0:01\nThanks for taking the time. Do you have a budget in mind?\n\nTom Hill  0:07\nWe have "
        "sixty thousand euros\nearmarked for it.\n",
        {"budget": "stated: sixty thousand euros"},
    ),
    Call(
        "gong_layout",
        "0:01 | Anna\nThanks for your time. What's your timeline on your side?\n\n0:09 | Tom\nWe want to start "
        "in March.\n",
        {"timeline": "stated: March"},
    ),
    Call(
        "vtt_layout",
        "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Sales Rep>What budget do you have?</v>\n\n00:00:03.500 --> "
        "00:00:06.000\n<v Customer>We can spend up to 15k.</v>\n",
        {"budget": "stated: 15k"},
    ),
    Call(
        "srt_layout",
        "1\n00:00:01,000 --> 00:00:03,000\nAgent: Who decides?\n\n2\n00:00:03,500 --> 00:00:06,000\nCaller: Our "
        "managing director decides that.\n",
        {"authority": "stated: managing director"},
    ),
    Call(
        "bold_markdown",
        "**Rep:** Do you have a date in mind?\n**Prospect:** We must be live before Christmas.",
        {"timeline": "stated: before Christmas"},
    ),
    Call(
        "json_layout",
        '{"utterances": [{"speaker": "agent", "text": "What is your budget?"}, {"speaker": "customer", "text": '
        '"We have no money left for this."}]}',
        {"budget": "denied: no money left"},
    ),
    Call(
        "csv_layout",
        'time,speaker,text\n0:01,Rep,Who signs?\n0:05,Client,"I sign, together with our CEO."\n',
        {"authority": "stated: CEO"},
    ),
    Call(
        "names_only",
        "Laura: Thanks for taking the time, Ben. Could you walk me through how you currently plan? What budget "
        "do you have?\n"
        "Ben: We're using whiteboards. And we have 30k approved.\nLaura: Great, I'll send you our pricing.",
        {"need": "stated: whiteboards", "budget": "stated: 30k"},
    ),
    Call(
        "notes_with_headings",
        "Budget: 40k approved\nAuthority: CFO signs\nNeed: less manual planning\nTimeline: go-live in Q3",
        {"budget": "stated: 40k", "authority": "stated: CFO", "need": "stated", "timeline": "stated: Q3"},
    ),
    Call("notes_without_anything", "Budget: unknown\nAuthority: n/a\nTimeline: tbd", {}),
    Call(
        "notes_in_prose",
        "Spoke to Dana. They have a budget of 25k, CFO has to sign. Want to go live in May.",
        {"budget": "stated: 25k", "authority": "stated: CFO", "timeline": "stated: May", "need": ""},
    ),
    Call(
        "correction",
        "Prospect: The budget is 40k. Actually, sorry, the budget was cut, we have no budget left.",
        {"budget": "denied: no budget left"},
    ),
    Call(
        "es_presupuesto",
        "Comercial: ¿Tienen presupuesto?\nCliente: Sí, tenemos unos 30.000 euros aprobados.",
        {"budget": "stated: 30.000 euros"},
    ),
    Call(
        "es_sin_presupuesto",
        "Vendedor: ¿Y el presupuesto?\nCliente: Este año no tenemos presupuesto para esto.",
        {"budget": "denied: no tenemos presupuesto"},
    ),
    Call(
        "es_decision",
        "Asesora: ¿Quién toma la decisión?\nCliente: Lo tiene que aprobar el director financiero.",
        {"authority": "stated: director financiero"},
    ),
    Call(
        "es_no_decido", "Cliente: Yo no decido, solo estoy recopilando información.", {"authority": "denied: no decido"}
    ),
    Call(
        "es_plazo",
        "Comercial: ¿Para cuándo lo necesitan?\nCliente: Antes de septiembre, que abrimos la nave nueva.",
        {"timeline": "stated: septiembre"},
    ),
    Call(
        "es_necesidad",
        "Cliente: Llevamos las rutas a mano en Excel y perdemos muchas horas.",
        {"need": "stated: a mano"},
    ),
    Call(
        "es_contentos",
        "Cliente: La verdad es que estamos contentos con lo que tenemos. No hay prisa.",
        {"need": "denied: contentos", "timeline": "denied: No hay prisa"},
    ),
    Call(
        "de_budget",
        "Verkäufer: Gibt es ein Budget?\nKunde: Ja, 50.000 Euro sind freigegeben.",
        {"budget": "stated: 50.000 Euro"},
    ),
    Call("de_kein_budget", "Kunde: Für dieses Jahr haben wir kein Budget mehr.", {"budget": "denied: kein Budget"}),
    Call(
        "de_entscheider",
        "Vertrieb: Wer entscheidet bei Ihnen?\nKundin: Das entscheidet die Geschäftsführung, nicht ich.",
        {"authority": "stated: Geschäftsführung"},
    ),
    Call(
        "de_termin",
        "Kunde: Wir müssen bis Ende März live sein, der alte Vertrag läuft im April aus.",
        {"timeline": "stated"},
    ),
    Call(
        "de_bedarf",
        "Kunde: Unsere Disponenten planen alles von Hand, das kostet uns zwei Stunden am Tag.",
        {"need": "stated: von Hand"},
    ),
    Call(
        "de_keine_eile",
        "Verkäufer: Wie dringend ist es?\nKunde: Wir haben keine Eile. Eigentlich sind wir zufrieden mit unserem "
        "System.",
        {"timeline": "denied: keine Eile", "need": "denied: zufrieden"},
    ),
    Call(
        "de_vielleicht",
        "Kunde: Vielleicht bekommen wir ein Budget von 20.000 Euro, das ist noch offen.",
        {"budget": "uncertain: 20.000 Euro"},
    ),
    Call(
        "fr_budget",
        "Commercial : Quel est votre budget ?\nClient : Nous avons 35 000 euros validés.",
        {"budget": "stated: 35 000 euros"},
    ),
    Call("fr_pas_de_budget", "Client : Nous n'avons pas de budget cette année.", {"budget": "denied: pas de budget"}),
    Call(
        "fr_decideur",
        "Commercial : Qui décide ?\nClient : C'est notre directrice générale qui valide.",
        {"authority": "stated: directrice générale"},
    ),
    Call("fr_delai", "Client : Il faut que ce soit opérationnel avant fin juin.", {"timeline": "stated: fin juin"}),
    Call(
        "fr_besoin",
        "Client : On fait tout à la main sur Excel, nous perdons des heures chaque semaine.",
        {"need": "stated: à la main"},
    ),
    Call(
        "fr_rien_ne_presse",
        "Commercial : Vous avez une échéance ?\nClient : Non, rien ne presse.",
        {"timeline": "denied"},
    ),
    Call(
        "a_whole_discovery_call",
        (
            "Speaker 1: Hey Priya, thanks so much for hopping on. I know you're busy."
            "\n"
            "Speaker 2: No worries, happy to chat."
            "\n"
            "Speaker 1: So I saw you downloaded our routing guide. What prompted that?"
            "\n"
            "Speaker 2: Honestly, we're drowning. We have about sixty vans and our dispatcher does all "
            "the routes manually, and when she's on holiday everything falls apart."
            "\n"
            "Speaker 1: Oof. And what does that cost you, roughly?"
            "\n"
            "Speaker 2: Hmm, we reckon around 15 grand a month in overtime and missed slots."
            "\n"
            "Speaker 1: Wow. If you found the right tool, do you have money set aside for it?"
            "\n"
            "Speaker 2: Not officially. I'd need to put together a business case. But Mark, our ops "
            "director, mentioned he could free up maybe 30 to 40k out of the fleet budget."
            "\n"
            "Speaker 1: Got it. So Mark would be the one signing?"
            "\n"
            "Speaker 2: Him and finance, yeah. Anything over 25k goes to the CFO."
            "\n"
            "Speaker 1: And timing-wise, when would you ideally want this running?"
            "\n"
            "Speaker 2: Before peak season, so October at the latest. We can't go through another "
            "Christmas like the last one."
            "\n"
            "Speaker 1: Makes sense. How about I send over a proposal by Thursday?"
            "\n"
            "Speaker 2: Sounds good. Thursday works."
            "\n"
        ),
        {
            "budget": "uncertain: 30 to 40k",
            "authority": "stated: CFO",
            "need": "stated",
            "timeline": "stated: peak season",
        },
    ),
    Call(
        "notes_of_a_call",
        (
            "Notes from call with Bruno (Head of IT, Alpes Transport), 14 Nov"
            "\n"
            "- currently on a homegrown system from 2012, crashes weekly"
            "\n"
            "- no budget allocated in FY26, would have to go into FY27 planning"
            "\n"
            "- decision sits with the DSI and the board; Bruno only recommends"
            "\n"
            "- not before summer 2027"
            "\n"
            "- wants API docs"
            "\n"
        ),
        {
            "budget": "denied: no budget",
            "authority": "stated: the board",
            "need": "stated: crashes",
            "timeline": "uncertain: summer 2027",
        },
    ),
    Call(
        "a_cold_call",
        (
            "Agent: Good afternoon, this is Lucy from Acme. Is now a good time?"
            "\n"
            "Customer: Not really, what is it about?"
            "\n"
            "Agent: You asked about our telematics. Do you have a budget for this year?"
            "\n"
            "Customer: Look, money is not the problem. The problem is that my boss doesn't see the "
            "point."
            "\n"
            "Agent: I see. Who would make the decision?"
            "\n"
            "Customer: My boss. Well, and his boss."
            "\n"
            "Agent: When do you plan to decide?"
            "\n"
            "Customer: No idea. Sometime next year perhaps."
            "\n"
            "Agent: What would help you most?"
            "\n"
            "Customer: I don't need another dashboard. I need my drivers to stop calling me every five "
            "minutes."
            "\n"
        ),
        {
            "budget": "stated: not the problem",
            "authority": "stated: boss",
            "need": "stated",
            "timeline": "uncertain: next year",
        },
    ),
    Call(
        "ein_ganzes_gespraech",
        (
            "Vertrieb: Frau Krüger, danke für Ihre Zeit. Wie planen Sie denn aktuell Ihre Touren?"
            "\n"
            "Krüger: Ehrlich gesagt noch mit Excel. Zwei Kollegen sitzen jeden Morgen anderthalb "
            "Stunden daran."
            "\n"
            "Vertrieb: Und gibt es dafür ein Budget?"
            "\n"
            "Krüger: Für dieses Jahr ist nichts mehr eingeplant. Für 2027 haben wir aber 45.000 Euro "
            "beantragt."
            "\n"
            "Vertrieb: Wer muss das freigeben?"
            "\n"
            "Krüger: Unser Geschäftsführer, Herr Lang. Ich mache nur die Vorauswahl."
            "\n"
            "Vertrieb: Wann würden Sie gern starten?"
            "\n"
            "Krüger: Wenn das Budget durch ist, im ersten Quartal. Der alte Vertrag läuft Ende März "
            "aus."
            "\n"
        ),
        {
            "budget": "uncertain: 45.000 Euro",
            "authority": "stated: Geschäftsführer",
            "need": "stated: Excel",
            "timeline": "stated",
        },
    ),
    Call(
        "una_llamada_entera",
        (
            "[00:01] Comercial: Gracias por atenderme, Luis. ¿Cuál es el principal problema que tenéis "
            "ahora?"
            "\n"
            "[00:09] Luis: Pues que no sabemos dónde están las furgonetas, y los clientes llaman todo "
            "el día."
            "\n"
            "[00:20] Comercial: ¿Habéis pensado en un presupuesto?"
            "\n"
            "[00:24] Luis: Unos quince mil euros al año, como mucho. No podemos pasar de ahí."
            "\n"
            "[00:31] Comercial: ¿La decisión la tomas tú?"
            "\n"
            "[00:34] Luis: No, la toma mi jefa, yo solo hago la comparativa."
            "\n"
            "[00:40] Comercial: ¿Y hay alguna fecha límite?"
            "\n"
            "[00:43] Luis: Sí, nos vence el contrato el 31 de enero."
            "\n"
        ),
        {
            "budget": "stated: quince mil euros",
            "authority": "stated: mi jefa",
            "need": "stated",
            "timeline": "stated: 31 de enero",
        },
    ),
    Call(
        "un_appel_entier",
        (
            "Commerciale : Merci pour votre temps. Comment gérez-vous vos tournées aujourd'hui ?"
            "\n"
            "M. Petit : Sur Excel, et ça prend trois heures par jour à notre exploitant."
            "\n"
            "Commerciale : Avez-vous un budget pour ce projet ?"
            "\n"
            "M. Petit : Pas encore, il faut que je monte un dossier. Peut-être 20 000 euros."
            "\n"
            "Commerciale : Qui prend la décision finale ?"
            "\n"
            "M. Petit : C'est moi qui signe, avec l'accord de notre DAF."
            "\n"
            "Commerciale : Et l'échéance ?"
            "\n"
            "M. Petit : Il n'y a pas d'urgence, mais on aimerait démarrer à la rentrée."
            "\n"
        ),
        {
            "budget": "uncertain: 20 000 euros",
            "authority": "stated: DAF",
            "need": "stated: Excel",
            "timeline": "uncertain",
        },
    ),
)
