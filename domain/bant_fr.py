"""What buyers and sellers say about budget, authority, need and timeline in French. Folded: no accents."""

from domain.bant_words import BantKind, BantWords, phrases, words

B, A, N, T = BantKind.BUDGET, BantKind.AUTHORITY, BantKind.NEED, BantKind.TIMELINE
_COUNT = (
    r"(?:\d{1,3}|un|une|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quelques|quinzaine de"
    r"|une quinzaine de)"
)

WORDS = BantWords(
    language="fr",
    common=words(
        """
        a avec bonjour c'est ce dans de des du en est et il j'ai je l'annee la le les mais merci ne nos notre nous
        on oui pas pour que qui sur un une votre vous
        """
    ),
    numbers=(
        "un|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|quinze|vingt|trente|quarante|cinquante|soixante|"
        "soixante-dix|quatre-vingt|quatre-vingts|quatre-vingt-dix|cent|cents"
    ),
    scales="mille|millions|million|k",
    after_amount=(
        r"\s*(?:[.,;:!?)–—-]|$|\b(?:par|pour|de budget|sur|et|ou|a|valides?|alloues?|prevus?|reserves?|maximum|max"
        r"|ht|ttc|"
        r"cette|environ|disponibles?|mais|si|que|budget|annuels?)\b)"
    ),
    times=(
        r"(?:(?:debut|mi|fin|le|la|au|mois de|du|\d{1,2}(?:er)?)[ -]|d')*(?:janvier|fevrier|mars|avril|mai|juin"
        r"|juillet|aout|septembre|octobre|novembre|decembre)(?: 20\d\d| prochain)?",
        r"(?:(?:la |le |les |l'|debut |fin |milieu |de |du |d'|cette |ce |cet |au |prochain |prochaine |premier "
        r"|deuxieme |troisieme |quatrieme |dernier )*)(?:semaine|mois|trimestre|semestre|annee|exercice|ete"
        r"|automne|hiver|printemps|rentree|saison)(?: prochaine?| en cours)?\b",
        r"(?:debut |fin |mi-)?(?:q[1-4]|t[1-4]|s[12])",
        rf"(?:les |prochains |prochaines |environ )*{_COUNT}(?: a {_COUNT}| ou {_COUNT})? (?:jours?"
        rf"|semaines?|mois|trimestres?|ans|annees?)",
        r"20[2-4]\d",
        r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?",
        r"(?:noel|paques|black friday|vacances|les fetes)",
    ),
    who=(
        r"(?:(?:le|la|les|l'|mon|ma|mes|notre|nos|du|de la) ?)?(?:direct(?:eur|rice)(?: (?:general|generale"
        r"|financier|financiere|des \w+|de \w+|logistique|technique|informatique))?|direction(?: (?:generale"
        r"|financiere|informatique|des achats|achats))?|daf|dg|dsi|drh|pdg|ceo|cfo|coo|cto|patron(?:ne)?"
        r"|chef(?:fe)?|responsable(?: (?:\w+|des \w+))?|"
        r"conseil(?: d'administration)?|comite(?: (?:de direction|d'investissement))?|codir|comex|achats"
        r"|service achats|juridique|siege|maison mere|president(?:e)?|gerant(?:e)?|associes?|actionnaires"
        r"|proprietaire|finance|superieur(?:e)?|manager|board)\b",
    ),
    stated={
        B: phrases(
            """
            budget * <money>; <money> * budget; <money> *
            valide~|alloue~|prevu~|reserve~|approuve~|debloque~|de_cote| disponible~;
            valide|alloue|prevu|reserve|approuve|debloque|mis * <money>; jusqu'a|maximum|entre|plafond|enveloppe *
            <money>; <money> * maximum|max|plafond|grand;
            avons|a|ai|peut|pouvons|disposons|depenser|investir|mettre|dispose * <money>; budget
            est|a|etait|vient|ete|deja|d'etre * valide|approuve|alloue|debloque|vote|acquis|accorde|reserve|
            la|disponible|securise|prevu; budget valide|approuve|alloue|debloque|vote|disponible|dedie|prevu;
            avons|ai|a|dispose|disposons * un|le|du budget; enveloppe * valide~|prevue|reservee|allouee; c'est
            budgete~; budgete|budgetise
            """
        ),
        A: phrases(
            """
            je|j' * decide|signe|valide|tranche|approuve; c'est_moi|je * decide|signe|valide|tranche|decideur|
            decideuse|responsable; c'est * ma decision; decision *
            me|moi|revient|appartient; dernier mot; je suis * decideur|decideuse|decisionnaire|responsable|gerant~|
            directeur|directrice|pdg|dirigeant~; j'ai * pouvoir|signature|dernier; <who> *
            decide|decident|valide|valident|signe|signent|tranche|
            approuve|approuvent|donne|accord|validation|mot|decision| doit|signera|validera;
            decide|valide|signe|approuve|validation|accord|decision| signature|feu|aval * <who>;
            passer|passe|presenter|voir|parler|soumettre|discuter| convaincre|valider *
            par|a|au|avec|devant|aupres|chez <who>; convaincre|consulter|impliquer * <who>; <who> et moi; moi
            et|avec <who>; avec <who>
            """
        ),
        N: phrases(
            """
            avons|ai|a|aurions besoin; besoin de|d'un|d'une; il nous faut|faudrait;
            cherchons|cherche|recherchons|recherche; voulons|voudrions|souhaitons|veux|aimerions|voudrait|souhaite *
            reduire|ameliorer|automatiser|changer|remplacer|suivre|voir|
            savoir|gagner|optimiser|eviter|arreter|centraliser|avoir|un| une|simplifier|supprimer;
            probleme|defi|difficulte|enjeu|souci|priorite|objectif|frein *
            est|c'est|avec|de|que|principal|majeur|numero; principal|gros|vrai|plus_grand|notre *
            probleme|defi|souci|enjeu; a la main; manuel~; excel|tableur~|papier|tableau_blanc;
            perdons|perd|perdu|perdre|gaspille~|gaspillons * temps|heures|argent|clients|commandes|<money>;
            coute|coutent * cher|temps|nous|<money>; ne|n' *
            peut|pouvons|marche|fonctionne|savons|suit|s'integre| arrive|arrivons * pas|plus|aucune|aucun;
            heures|jours|heure * par|chaque|tous jour|semaine|mois|jours;
            cauchemar|galere|chaos|catastrophe|ingerable|penible|bazar;
            erreurs|retards|reclamations|doublons|plaintes; remplacer|changer * de?
            logiciel|outil|systeme|prestataire|solution|fournisseur|actuel;
            obsolete|vieillissant|depasse|lent|plus_maintenu; nous interesse; m'interesse; croissance|grandi|
            grandissons;
            marre|manque|manquent; aucune visibilite|vue
            """
        ),
        T: phrases(
            """
            avant|d'ici|en|pour|a_partir|des|fin|debut|dans|sous|courant|au|a|vers|jusqu'a * de? <when>;
            demarrer|lancer|decider|signer|deployer|commencer|mettre|
            choisir|lancement|demarrage|deploiement|operationnel|
            echeance|expire|termine|arrive|renouvellement|fin|contrat| production * <when>; <when> * au
            plus_tard|dernier|maximum|delai; ce|cette|prochain|prochaine mois|trimestre|annee|semaine|ete; des_que|
            le_plus_vite|le_plus_tot * possible; au plus vite|tot; urgent~|immediat~|rapidement|tout_de_suite; date
            limite; echeance|deadline
            """
        ),
    },
    denied={
        B: phrases(
            """
            pas|aucun|aucune|sans|plus|ni|zero * budget|argent|moyens|fonds|enveloppe; budget~ *
            gele~|coupe~|epuise~|supprime~|refuse~|depense~|reduit_a_zero|bloque~; pas|plus *
            les_moyens|budgete|prevu|finance~; ne|n' * peut|pouvons|permettre * pas *
            payer|permettre|depenser|investir|investissement; trop cher|chere; hors budget; gel des
            budgets|depenses|investissements; rien * prevu|budgete|alloue
            """
        ),
        A: phrases(
            """
            ne|n' * pas * decideur|decisionnaire|decide|signe|valide|decider|signer|
            bon_interlocuteur|personne_qui|mon_ressort|ma_decision| moi_qui|pouvoir; pas moi *
            qui|decide|signe|tranche; ce n'est pas * moi|ma|mon; pas de? *
            pouvoir|decisionnaire|mon_ressort|ma_decision|mon_niveau; ne|n'en sais pas qui; ne|n'en sais rien; simple|
            seulement|juste *
            utilisateur|stagiaire|renseigne|renseigner|collecte
            """
        ),
        N: phrases(
            """
            pas|aucun|plus * besoin|probleme|interesse~|priorite|necessaire|utile|recherche; ne|n' *
            cherchons|cherche|recherche * pas|rien; contents|satisfaits|tres_bien|content|satisfait *
            de|avec|comme|ce; fonctionne|marche|marchent * bien|parfaitement|tres_bien; avons|utilisons|on_a deja *
            solution|outil|ce_qu'il|un|une|quelque; juste|simplement|seulement * regarde~|curiosite|curieux|jette;
            par curiosite; pas de probleme|besoin|souci
            """
        ),
        T: phrases(
            """
            pas|aucun|aucune|sans|ni * urgence|presse~|deadline|delai|echeance|date|calendrier|
            urgent|precipitation|planning; rien ne presse; pas * cette|ce annee|trimestre|mois|semaine; pas avant
            longtemps; pas * tout_de_suite|dans_l'immediat|maintenant; rien * prevu|planifie|decide;
            reporte|suspendu|en_pause|gele; un jour; plus tard
            """
        ),
    },
    open={
        B: phrases(
            """
            budget * pas|encore|reste|attente|depend|doit|discussion|cours *
            encore|valide|definir|fixe|arrete|vote|approuve|confirme| valider|discuter|defini|confirmer|validation;
            pas|attendons|attente|attend * encore|validation|valide|accord|chiffre|precis|defini|arrete *
            budget|chiffre|montant; pas encore * budget|valide|defini|chiffre; sais|sait|connais|savons pas *
            budget|combien|montant; depend * prix|cout|offre|devis|roi|budget;
            demander|obtenir|trouver|debloquer|monter * budget|financement|dossier;
            payons|paye|depense|depensons|coute|paie * <money>; budget * serre|limite|restreint|prochain; pas * de?
            budget * precis|fixe|defini|arrete|dedie|particulier
            """
        ),
        A: phrases(
            """
            ne|pas * sais|sur|certain|savons * qui; depend * montant|prix|<who>; dois|faut|il_faudrait_que *
            demande|renseigne
            """
        ),
        N: phrases(
            """
            pas * sur|certain|convaincu * besoin|utile|necessaire; peut-etre|eventuellement|pourrait|pourrions *
            besoin|interessant|interesser|utile|servir|quelque; encore|juste|seulement|pour_l'instant *
            compare~|comparer|renseigne|explore|explorons|evaluons|informations
            """
        ),
        T: phrases(
            """
            pas|ne|encore|rien * sais|fixe|decide|sur|defini|precis|arrete * quand|date|calendrier|delai|planning;
            pas avant <when>; depend * budget|de|validation; peut-etre|probablement|sans_doute|eventuellement|
            j'espere * <when>; <when> * peut-etre|si|sans_doute; reparler|
            recontacter|rappeler|revenir|reprendre * <when>; plus tard * annee
            """
        ),
    },
    clear={
        B: phrases(
            """
            budget|argent|prix n'est|ne|n'est|sera * pas|aucun * probleme|souci|obstacle|question|frein; pas|aucun *
            probleme|souci * de? budget|argent; pas plus|depasser|au-dela|exceder * de? <money>; ne|n' *
            depasser|depasse|peut|plus|aller * <money>
            """
        ),
        A: phrases(
            """
            pas besoin|n'ai_pas * accord|validation|autorisation|demander|consulter; personne d'autre; sans *
            consulter|validation|accord
            """
        ),
        N: phrases(
            """
            ne|n' * marche|fonctionne|suffit|suit|tient|convient|s'integre * pas|plus; pas *
            satisfaits|contents|satisfait|content|suffisant|tenable|adapte|viable; ne|on peut|pouvons * plus|pas
            continuer; pas|aucun|aucune|plus * visibilite|vue|outil|systeme|controle|suivi|moyen_de
            """
        ),
        T: phrases(
            """
            pas plus_tard|apres * <when>; ne|peut|pouvons|pouvons * pas|plus attendre; pas de temps a perdre
            """
        ),
    },
    ruled_out={
        B: phrases(
            """
            chiffre_d'affaires|perdons|perdu|amende|penalite~|economiser|
            economies|salaire~|clients|commandes|ventes; annee derniere|dernier|passe~; si on avait|nous avions
            """
        ),
        A: phrases(
            """
            votre directeur|directrice|patron|direction
            """
        ),
        N: phrases(
            """
            besoin * accord|validation|signature|autorisation|reflechir|temps|
            consulter|demander|parler|y_aller|minute; pas de souci|probleme; vous avez besoin; besoin de votre
            """
        ),
        T: phrases(
            """
            depuis; il y a; derniere|dernier|passe|passee|fonde~|ancien~; chaque|tous_les|par;
            appel|reunion|rendez-vous|rappel~|appeler|parler|demo|mail| envoyer|presentation|voir * <when>; <when> *
            appel|rappel~|reunion|rendez-vous|rappeler|convient|matin| apres-midi|heures|disponible;
            perdons|passons|prend|passe; bonne|bon; en vacances; par mois|an|semaine
            """
        ),
    },
    asks={
        B: phrases(
            """
            budget~; investissement|investir|depenser|montant|enveloppe|prix|cout| argent|chiffre; combien
            """
        ),
        A: phrases(
            """
            qui; decision|decide~|decideur~|valide|signe|signature| decisionnaire|tranche|valider; quelqu'un
            d'autre; implique~|participe~|intervient
            """
        ),
        T: phrases(
            """
            quand; delai~|calendrier|date|echeance|planning|deadline|timing| demarrer|demarrage|horizon;
            urgence|urgent|presse~; d'ici
            """
        ),
        N: phrases(
            """
            probleme~|defi~|besoin~|difficulte~|enjeu~|objectif~|
            priorite~|cherchez|recherchez|attente~|ameliorer|douleur~; qu'est-ce * amene|motive|gene|manque|pousse;
            pourquoi; comment * actuellement|aujourd'hui|faites|gerez|travaillez|planifiez|organisez;
            parlez-moi|racontez|expliquez|decrivez~
            """
        ),
    },
    himself=phrases("moi; moi-meme; c'est moi; moi seul|seule"),
    yes=(
        r"(?:oui|ouais|exact|exactement|tout a fait|absolument|c'est ca|c'est exact|effectivement|bien sur"
        r"|d'accord|en effet|voila|correct)"
    ),
    no=(
        r"(?:non|pas encore|pas vraiment|pas du tout|malheureusement (?:pas|non)|pas pour l'instant"
        r"|pas pour le moment|aucun[e]?|personne|toujours pas)"
    ),
    negations=phrases("pas; ne; n'; jamais; aucun; aucune; sans; ni; personne; rien"),
    hedges=phrases(
        """
        peut-etre; probablement; je pense; je crois; sans doute; eventuellement; pas sur|sure|certain; je ne sais
        pas; sais pas; on verra; ca depend; depend; j'espere; normalement; a priori; en principe; je suppose; il se
        peut; possible; pourrait; si le|la|tout|on|nous; sous reserve; a confirmer
        """
    ),
    contrast=phrases(
        """
        mais; cependant; toutefois; par contre; en revanche; alors que; sauf; pourtant; bien que
        """
    ),
    corrections=phrases(
        """
        en fait; pardon; je corrige; plutot; finalement; entre-temps; bonne nouvelle; je me suis trompe~
        """
    ),
    question_starts=phrases(
        """
        que; quand; comment; qui; pourquoi; quel; quelle; quels; quelles; combien; est-ce que; avez-vous; y a-t-il;
        pouvez-vous; pourriez-vous; etes-vous; qu'est-ce
        """
    ),
    seller_cues=phrases(
        """
        notre|nos plateforme|produit|solution|logiciel|clients|tarifs|outil|offre|equipe_peut|prix|licence~; nous|on
        proposons|aidons|travaillons_avec|offrons|propose|aide|facturons; merci *
        temps|disponibilite|d'avoir|accepte; j'aimerais|je_voudrais|je_souhaiterais *
        montrer|savoir|comprendre|presenter|demander; avez-vous|quel_est|y_a-t-il *
        budget|delai|calendrier|echeance|date; votre|vos budget|equipe|entreprise|processus|situation|besoins|cote|
        activite|societe|problematique~; parlez-moi|racontez-moi|expliquez-moi; qui * decide|d'autre|valide|prend;
        je vous envoie|montre|appelle|enverrai|propose|rappelle; je_comprends|tres_bien|parfait|super|d'accord|
        je_vois; d'autres questions; je suis * de chez|chez; comment * actuellement|aujourd'hui|faites-vous|
        gerez-vous
        """
    ),
    buyer_cues=phrases(
        """
        nous avons|utilisons|perdons|cherchons|sommes|devons|payons| exploitons|voulons;
        on_a|utilise|perd|cherche|est|doit|paie|veut; notre|nos|mon|ma
        directeur|directrice|patron|daf|budget|flotte|equipe|contrat|
        prestataire|chauffeurs|entrepots|dsi|systeme|direction| fournisseur; combien coute|ca coute|couterait;
        votre|vos logiciel|solution|produit|tarifs|plateforme|outil; chez nous; je decide|dois|dirige|gere|signe;
        c'est moi
        """
    ),
)
