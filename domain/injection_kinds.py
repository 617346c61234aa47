"""Kinds of words that `domain.injection_model` counts alike, in English, German, Spanish and French.

A word belongs to the first kind that names it. Words are folded: lower case, without accents. A change here asks for
new weights: `python -m evals.injection.train`.
"""

_KINDS: tuple[tuple[str, str], ...] = (
    (
        "ANSWER",
        "answer answers response responses reply replies output draft drafts summary summaries brief text "
        "wording antwort antworten entwurf zusammenfassung ausgabe respuesta respuestas contestacion resumen "
        "borrador salida reponse reponses brouillon resume sortie",
    ),
    (
        "WRITE",
        "write writing compose composing draft drafting say saying state stating print output produce "
        "generate generating respond responding reply replying answer answering mention mentioning tell add "
        "adding include insert append embed integrate weave slip recite repeat word phrase schreibe schreib "
        "verfasse formuliere antworte sage sag nenne erwahne fuge ergange ergangze baue escribe redacta "
        "responde contesta di menciona incluye anade inserta ecris ecrivez redige redigez reponds repondez "
        "dis dites mentionne mentionnez ajoute ajoutez insere glisse",
    ),
    (
        "MACHINE",
        "ai llm gpt chatgpt bot chatbot robot assistant assistants agent model system engine algorithm "
        "machine automation autoresponder responder responders parser crawler summarizer summariser generator "
        "assessor classifier scorer pipeline component copilot ki assistent assistenten sprachmodell modell "
        "maschine ia asistente modelo sistema maquina assistante modele systeme automate",
    ),
    (
        "JUDGE",
        "score rate rating rank grade classify qualify prioritise prioritize label flag mark treat tag tier "
        "band priority qualified hot bewerte bewertung einstufen einzustufen eingestuft punktzahl prioritat "
        "puntuacion califica prioridad clasifica puntua note notez classe classez priorite qualifie",
    ),
    (
        "ACT",
        "send forward export delete erase drop transfer copy bcc cc email upload post call execute run invoke "
        "assign reassign approve grant unlock issue book cancel update set change remove disable sende leite "
        "leiten losche exportiere uberweise genehmige weise andere envia reenvia borra elimina exporta "
        "aprueba asigna transfiere cambia envoie envoyez transfere transferez supprime supprimez exporte "
        "approuve attribue modifie",
    ),
    (
        "SECRET",
        "prompt prompts instructions instruction rules guidelines configuration secret secrets password "
        "passwords key keys credentials token tokens internal hidden tools functions memory context "
        "anweisungen regeln vorgaben passwort schlussel interne instrucciones reglas contrasena clave "
        "internas consignes regles cle internes",
    ),
    (
        "LIFT",
        "ignore disregard forget override bypass skip neglect discard omit suspend disable cancel ignoriere "
        "vergiss missachte uberspringe ignora olvida omite salta descarta ignorez oublie oubliez neglige "
        "contourne",
    ),
    (
        "EARLIER",
        "previous prior above earlier preceding former existing foregoing original vorherigen bisherigen "
        "obigen vorigen anteriores anterior previas precedentes precedente anterieures",
    ),
    (
        "DATA",
        "contacts contact leads lead records record customers customer accounts account database crm "
        "opportunities conversations emails inbox list kontakte kunden datensatze datenbank contactos "
        "clientes registros datos clients donnees enregistrements",
    ),
    (
        "PLAY",
        "poem haiku limerick story joke song recipe essay riddle lyrics homework trivia capital translate "
        "translation python gedicht witz rezept aufsatz geschichte poema chiste receta cuento ensayo poeme "
        "blague recette histoire",
    ),
    (
        "FORM",
        "letter letters vowels spaces emoji emojis base64 reverse reversed backwards cipher morse binary "
        "rhyme rhymes caps uppercase typos misspell anagram pirate klingon latin words buchstaben ruckwarts "
        "reim letras mayusculas rima reves lettres majuscules rimes envers",
    ),
    (
        "ROLE",
        "pretend imagine roleplay act play persona character mode simulate rolle modus papel finge imagina joue",
    ),
    (
        "YOU",
        "you your yours du dein deine deinen deiner sie ihr ihre ihren tu tus te su sus usted ton ta tes vous "
        "vos votre",
    ),
    (
        "ASKED",
        "price prices quote quotation offer invoice catalogue catalog brochure datasheet sheet certificate "
        "delivery sample samples availability lead-time discount terms stock demo trial preis preise angebot "
        "katalog lieferung muster precio precios oferta presupuesto catalogo entrega prix devis livraison",
    ),
)
KIND_OF = {word: kind for kind, words in reversed(_KINDS) for word in words.split()}
