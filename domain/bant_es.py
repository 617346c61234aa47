"""What buyers and sellers say about budget, authority, need and timeline in Spanish. Folded: no accents."""

from domain.bant_words import BantKind, BantWords, phrases, words

B, A, N, T = BantKind.BUDGET, BantKind.AUTHORITY, BantKind.NEED, BantKind.TIMELINE
_COUNT = (
    r"(?:\d{1,3}|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|par de|un par de|unas"
    r"|unos|pocas|pocos)"
)

WORDS = BantWords(
    language="es",
    common=words(
        """
        al como con de del el en es esta este gracias hay hola la las lo los muy no nos nuestra nuestro para pero
        por que se si su tenemos un una y yo
        """
    ),
    numbers=(
        "uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|veinticinco|treinta"
        "|cuarenta|cincuenta|"
        "sesenta|setenta|ochenta|noventa|cien|ciento|doscientos|trescientos|quinientos|medio|un"
    ),
    scales="mil|millones|millon",
    after_amount=(
        r"\s*(?:[.,;:!?)–—-]|$|\b(?:al|a|por|para|en|de presupuesto|y|o|como|mas|anuales|mensuales|aprobad"
        r"|reservad|asignad|"
        r"disponible|aproximadamente|este|esta|si|pero|que|con|sin|iva|maximo|anual)\w*\b)"
    ),
    times=(
        r"(?:(?:el |la |los |principios? de |mediados de |finales de |final de |fin de |\d{1,2} de )*)(?:enero"
        r"|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)(?: (?:de"
        r"|del) (?:20\d\d|ano que viene|proximo ano))?",
        r"(?:(?:el |la |principios? |mediados |finales |final |fin |antes |cierre |de |del )*)(?:este |esta |el "
        r"|la |proximo |proxima |actual )?(?:primer |segundo |tercer |cuarto |ultimo |proximo )?(?:semana|mes"
        r"|trimestre|semestre|ano|ejercicio|primavera|verano|otono|invierno|temporada)(?: que viene| proximo"
        r"| proxima)?\b",
        r"q[1-4]",
        rf"(?:las? |los |proxim[oa]s |siguientes |unas |unos )*{_COUNT}(?: o {_COUNT}"
        rf"| a {_COUNT})? (?:dias|semanas|mes|meses|trimestres|anos)",
        r"20[2-4]\d",
        r"\d{1,2}[./]\d{1,2}(?:[./]\d{2,4})?",
        r"(?:navidad|navidades|semana santa|campana|black friday|vacaciones)",
    ),
    who=(
        r"(?:(?:el|la|los|las|mi|nuestro|nuestra|su) )?(?:(?:comite de) )?(?:director(?:a)?(?: (?:general"
        r"|financier[oa]|de \w+))?|gerente|gerencia|jef[ea](?: de \w+)?|consejo(?: de administracion)?|junta|"
        r"ceo|cfo|coo|cto|cio|direccion(?: general| financiera)?|compras|departamento (?:de compras|financiero"
        r"|legal)|financiero|finanzas|duen[oa]|propietari[oa]|soci[oa]s?|central|matriz|comite|presidente"
        r"|presidenta|administrador(?:a)?|responsable(?: de \w+)?)\b",
    ),
    stated={
        B: phrases(
            """
            presupuesto * <money>; <money> * presupuesto; <money> *
            aprobad~|reservad~|asignad~|apartad~|disponible~|destinad~;
            aprobad~|reservad~|asignad~|apartad~|destinad~|disponemos|contamos * <money>;
            hasta|maximo|tope|limite|entre <money>; maximo|tope|limite|techo * <money>; <money> * como?
            maximo|tope|limite; tenemos|tengo|hay|podemos|puedo|queremos|gastar|invertir| pagar|contamos * <money>;
            gastar|invertir|pagar * <money>; presupuesto esta|fue|ha|ya|quedo|sido|tenemos|lo *
            aprobad~|reservad~|asignad~|confirmad~|cerrad~|firmad~|disponible; presupuesto
            aprobad~|asignad~|reservad~|disponible|cerrado|propio;
            aprobado|asignado|reservado|aprobaron|tenemos|tengo|hay|contamos * presupuesto; dinero *
            esta|hay|aprobad~|reservad~; partida * presupuest~|aprobad~|reservad~; presupuestad~
            """
        ),
        A: phrases(
            """
            yo * decido|firmo|apruebo|mando; decido|firmo|apruebo yo; la? decision|ultima|final * mia|yo|tomo;
            depende de mi; tengo * ultima_palabra|decision|firma|autoridad; soy *
            quien|decide|decisor|decisora|responsable|due~|gerente| director~|encargad~; <who> *
            decide|deciden|aprueba|aprueban|firma|firman|ultima|autoriza|
            visto|palabra|decision|ok|aprobacion|aprobar~|decidir|firmar| aprobarlo;
            decide|deciden|aprueba|firma|autoriza|aprobar~|firmar~ * <who>;
            decision|aprobacion|firma|visto|ok|ultima_palabra * <who>;
            pasar~|pasa|consultar~|hablar~|hablarlo|comentar~|presentar~| llevar~|convencer * por|con|a|al
            <who>; consultar~|convencer <who>; <who> y yo; yo y|con <who>; junto con <who>; somos *
            quienes|decidimos
            """
        ),
        N: phrases(
            """
            necesitamos|necesito|necesitariamos|necesita|buscamos|busco| buscando|requerimos|hace_falta|hacen_falta;
            queremos|quiero|querriamos|gustaria|quisieramos *
            reducir|mejorar|automatizar|cambiar|dejar|controlar|ver|
            saber|tener|optimizar|evitar|ahorrar|eliminar|un|una| sustituir|reemplazar|algo|integrar;
            problema|reto|dolor|desafio|preocupacion|prioridad|objetivo| quebradero|cuello *
            es|principal|con|de|que|grande|mayor; principal|mayor|gran|verdadero *
            problema|reto|desafio|dolor|prioridad; a mano; manual~; excel|hojas|hoja de? calculo?; pizarra|papel;
            perdemos|perdiendo|perder|pierde * tiempo|horas|dinero|clientes|pedidos|ventas|dias|contratos|<money>;
            nos cuesta|cuestan|falta|faltan|lleva|quita; no podemos|puedo|funciona|sabemos|tenemos *
            visibilidad|control|saber|ver|seguir|crecer|escalar|bien| forma|manera|asi|donde|quien|integra~; no
            funciona|escala|da|se_integra; horas * al|a_la|cada dia|semana; horas * diarias|semanales;
            caos|desastre|lio|pesadilla|locura|agobi~; se nos va|va|viene|cae|escapa|pierde~|queda;
            errores|retrasos|quejas|duplicad~|reclamaciones|incidencias; cambiar|sustituir|reemplazar * de?
            proveedor|sistema|programa|herramienta|actual; obsolet~|anticuad~|antigu~|lento|lenta;
            nos_interesa|interesaria; crecido|creciendo|crecimiento; harto~|hartos|harta|cansad~
            """
        ),
        T: phrases(
            """
            antes|para|en|a|desde|durante|hasta|dentro|partir|tardar|hacia * de|del? <when>;
            en|para|dentro|hacia|antes|durante|este|esta|a <when>;
            arrancar|empezar|lanzar|implantar|implementar|decidir|firmar|
            comprar|cambiar|inicio|funcionando|listo|operativo|vence|
            termina|acaba|caduca|expira|renueva|renovacion|inaugur~| abrimos * <when>; fecha limite; plazo *
            es|de|maximo|<when>; lo antes posible; cuanto antes; urgente|urge|ya_mismo; inmediat~; <when> * como?
            tarde|limite|maximo
            """
        ),
    },
    denied={
        B: phrases(
            """
            no|sin|ningun|tampoco * presupuesto|dinero|fondos|partida; sin presupuesto|fondos; presupuesto *
            congelad~|agotad~|recortad~|cancelad~|gastad~|rechazad~|cero; no * podemos|puedo
            pagar|permitir~|gastar|invertir|asumir; no * esta|estaba|hay|tenemos|hemos
            presupuestad~|previst~|contemplad~|presupuesto; demasiado caro|cara; se_sale|fuera * de * presupuesto;
            no nos * permitir~|llega; no hay dinero|presupuesto|nada
            """
        ),
        A: phrases(
            """
            no soy * quien|decisor|la_persona|el_que|yo|responsable; no *
            decido|firmo|apruebo|depende_de_mi|esta_en_mi|puedo_decidir|
            puedo_firmar|tengo_la_ultima|es_decision_mia|mi_decision| me_corresponde|me_toca; yo no *
            decido|firmo|soy|apruebo|puedo; no puedo * decidir|firmar|aprobar|comprometer~; no se quien; no es *
            mi|mia decision|mia
            """
        ),
        N: phrases(
            """
            no * necesitamos|necesito|buscamos|hace_falta|nos_interesa|
            es_prioridad|es_prioritario|tenemos_problema~| tenemos_necesidad|vemos_necesidad|estamos_buscando|
            hay_necesidad; estamos|estoy|vamos * contentos|satisfechos|bien|servidos|cubiertos con|asi|como;
            contentos|satisfechos con; funciona|va|funcionan * bien|perfectamente|perfecto; ya tenemos|usamos *
            solucion|herramienta|cubierto|resuelto|uno|una|eso; solo|solamente|unicamente *
            mirando|curiosidad|curioseando|informand~; por curiosidad
            """
        ),
        T: phrases(
            """
            no|ninguna|ningun|sin|tampoco * prisa|urgencia|plazo|plazos|fecha|fechas|calendario|urgente; no *
            hay|corre|tenemos|tengo prisa|urgencia|plazo|fecha; no * este|esta ano|trimestre|mes|semestre; sin
            prisa|fecha|plazo|urgencia; mas_adelante|algun_dia; pospuesto|parado|aplazado|pausado|congelado; no * a
            corto plazo; nada * planificado|previsto|decidido|concreto
            """
        ),
    },
    open={
        B: phrases(
            """
            presupuesto * no|todavia|aun|pendiente|por|depende|falta|sin *
            aprobad~|aprobar|definid~|definir|cerrad~|confirmar|decidir| asignad~|confirmado;
            no|todavia|aun|falta|pendiente * aprobado|aprobacion|confirmado|definido|cerrado|concreto|cerrada|cifra
            * presupuesto|cifra; todavia|aun no * presupuesto|aprobado|aprobaron|definido;
            no_se|sabemos|sabria|conozco * presupuesto|cuanto|cifra; depende *
            precio|coste|oferta|propuesta|roi|presupuesto; pendiente * presupuesto|aprobacion;
            pedir|solicitar|buscar|conseguir * presupuesto|dinero|fondos; pagamos|gastamos|pago|pagando|cuesta *
            <money>; presupuesto * ajustado|limitado|justo|proximo|que_viene; no|sin * presupuesto *
            concreto|fijo|definido|cerrado|exacto; no tenemos|hay * presupuesto *
            concreto|fijo|definido|cerrado|exacto|cifra
            """
        ),
        A: phrases(
            """
            no|tampoco * se|claro|sabemos|seguro * quien; depende * importe|precio|<who>; tengo|tendria|tendriamos
            que * preguntar|averiguar
            """
        ),
        N: phrases(
            """
            no_se|estoy|estamos|tengo * seguro~|claro * necesit~|falta; quizas|quiza|tal_vez|a_lo_mejor|igual|
            podria~ * necesit~|interes~|util|queremos|venir; de_momento|por_ahora *
            mirando|comparando|viendo|informand~|explorando|evaluando
            """
        ),
        T: phrases(
            """
            no * se|sabemos|claro|decidido|definido|definida|seguro~ * cuando|fecha|plazo|plazos|calendario;
            no|hasta * hasta|antes <when>; depende * presupuesto|aprobacion|de; quizas|quiza|tal_vez|
            probablemente|seguramente|a_lo_mejor|igual|ojala * <when>; hablar~|volver|llam~|retom~ *
            en|para|despues <when>; mas adelante
            """
        ),
    },
    clear={
        B: phrases(
            """
            presupuesto|dinero|precio no|sera|es * problema|inconveniente|obstaculo|impedimento; no *
            problema|limite|inconveniente * presupuesto|dinero; no * pasar~|superar|gastar|pagar|exceder|pase|mas *
            de|los? <money>; no mas de <money>
            """
        ),
        A: phrases(
            """
            no necesito|hace_falta|tengo_que * permiso|aprobacion|preguntar|consultar|autorizacion|nadie; sin *
            consultar|aprobacion|permiso
            """
        ),
        N: phrases(
            """
            no * funciona|escala|integra|contentos|satisfechos|suficiente|sostenible; no podemos
            seguir|continuar|mas; no tenemos * visibilidad|control|forma|manera|sistema|herramienta|nada
            """
        ),
        T: phrases(
            """
            no mas tarde|despues de <when>; no puede|podemos|puedo * esperar|retrasar~
            """
        ),
    },
    ruled_out={
        B: phrases(
            """
            facturacion|facturamos|perdemos|perdido|multa|multas|ahorr~| ventas|salario~|clientes|pedidos; ano
            pasado|anterior|anos; si tuvieramos|hubiera
            """
        ),
        A: phrases(
            """
            su|vuestro jefe
            """
        ),
        N: phrases(
            """
            necesito * consultar|preguntar|hablar|irme|pensar|pensarlo|ver| comentar~|aprobacion|permiso|colgar; no
            hay problema; necesitamos * aprobacion|permiso|consultar|presupuesto; necesitas|necesitais
            """
        ),
        T: phrases(
            """
            desde hace; hace <when>; pasad~|anterior|ultim~|llevamos|fundad~; cada|diari~|semanal~|mensual~;
            llamada|reunion|llamar~|hablar~|reunir~|quedar~|demo|correo| enviar~|mandar~ * <when>; <when> *
            llamad~|llamar~|reunion|hablamos|quedamos|va_bien|viene_bien| libre|por_la_tarde;
            perdemos|tarda|tardamos|dedicamos|gastamos; buen|buena|feliz; a_la|por semana|mes|ano; al dia|mes|ano;
            de vacaciones
            """
        ),
    },
    asks={
        B: phrases(
            """
            presupuesto~; inversion|invertir|gastar|importe|dinero|cifra|partida|precio; cuanto
            """
        ),
        A: phrases(
            """
            quien|quienes; decision|decide|decides|decidir|decisiones|decisor|firma|
            aprueba|autoriza|aprobar|ultima_palabra; alguien mas; involucrad~|participa~|interviene~
            """
        ),
        T: phrases(
            """
            cuando; plazo|plazos|fecha|fechas|calendario|tiempos|cronograma| arrancar|empezar|implantar;
            prisa|urgencia|urgente|urge|limite
            """
        ),
        N: phrases(
            """
            problema~|reto~|desafio~|necesidad~|necesit~|busc~|objetivo~| dolor~|prioridad~|preocupa|mejorar; que
            os|les|le|te * trae|llevo|lleva|gustaria|motivo|motiva|cuesta; por que; como *
            actualmente|ahora|hoy|gestion~|hace~|trabaj~|planific~; cuenteme|cuentame|cuentenos|hableme|hablame
            """
        ),
    },
    himself=phrases("yo; yo mismo|misma; soy yo; a mi; conmigo; de mi"),
    yes=(
        r"(?:si|claro|correcto|exacto|exactamente|asi es|efectivamente|por supuesto|eso es|desde luego|cierto"
        r"|sip|ya)"
    ),
    no=(
        r"(?:no|que va|todavia no|aun no|de momento no|para nada|tampoco|en absoluto|ningun[oa]?|nadie"
        r"|lamentablemente no)"
    ),
    negations=phrases("no; nunca; tampoco; ni; sin; nadie; ningun; ninguna; nada; jamas"),
    hedges=phrases(
        """
        quizas; quiza; tal vez; a lo mejor; probablemente; puede que; podria; podriamos; creo que; creo; supongo; no
        se; no estoy seguro|segura; posiblemente; seguramente; depende; en principio; si todo va bien; ojala;
        esperamos; igual; si aprueban|aprueba; habria que; pendiente
        """
    ),
    contrast=phrases("pero; sino; aunque; sin embargo; no obstante; mientras que; en cambio; salvo"),
    corrections=phrases(
        """
        en realidad; perdon; corrijo; mejor dicho; al final; me equivoque; buenas noticias; acaban de
        """
    ),
    question_starts=phrases(
        """
        que; cuando; como; quien; por que; cual; donde; cuanto; tienen; tienes; teneis; hay alguien; podrian; puede
        usted; podeis
        """
    ),
    seller_cues=phrases(
        """
        nuestra|nuestro plataforma|producto|solucion|software|herramienta|clientes| precio~|programa;
        ofrecemos|ayudamos|trabajamos; podemos ayudar~|ofrecer|ensenar~|hacer; gracias por *
        tiempo|atender~|llamada|unir~; me gustaria|encantaria * ensenar~|mostrar~|saber|entender|conocer|preguntar;
        cual es|tienen|tienes|teneis|hay * presupuesto|plazo|fecha|decision; su|vuestro|tu
        presupuesto|equipo|empresa|proceso|situacion; cuenteme|cuentame|cuentenos|hableme; quien *
        decide|decision|mas; le|te|os llamo|escribo|envio|mando|enviare|mandare|ensen~;
        entiendo|perfecto|estupendo|genial|fantastico|comprendo; alguna|otra pregunta|duda; soy * de|desde; como *
        gestion~|hac~|planific~|trabaj~ * actualmente|ahora|hoy|ustedes
        """
    ),
    buyer_cues=phrases(
        """
        nosotros|actualmente usamos|tenemos|trabajamos|llevamos;
        tenemos|usamos|llevamos|perdemos|somos|necesitamos|buscamos| queremos|estamos; nuestro|nuestra|mi
        jefe|presupuesto|director~|gerente|equipo|flota|empresa| contrato|proveedor|jefa|socio; cuanto
        cuesta|costaria|vale|sale; su|vuestro|vuestra precio|producto|plataforma|programa|solucion;
        se_integra|integran; necesito|tengo|decido|firmo|quiero
        """
    ),
)
