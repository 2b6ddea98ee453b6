"""What composed pages are made of: sentences, titles, places and the forms of datelines; all of our own writing."""

from typing import NamedTuple


class Sentences(NamedTuple):
    """Subjects, predicates and ends of sentences in one language; any three make one."""

    subjects: tuple[str, ...]
    predicates: tuple[str, ...]
    ends: tuple[str, ...]


SENTENCES = {
    "nl": Sentences(
        (
            "Het waterschap", "De burgemeester", "Een woordvoerder van de provincie", "De vakbond", "Het ministerie",
            "Een groep van 12 boeren", "De rechtbank", "De voorzitter van de raad", "Het ziekenhuis", "De vereniging",
            "Een onderzoeker (41) van de universiteit", "De fabriek - die al jaren stilligt -", "Het vervoersbedrijf",
            "De brandweer", "De oppositie", "Een meerderheid van de gemeenteraad", "De visserijsector", "De directeur",
        ),
        (
            "heeft besloten om de dijk te verhogen", "wil dat de brug langer open blijft", "zegt niets te weten van het plan",
            "kondigt een onderzoek aan naar de subsidie", "vraagt om 3,5 miljoen euro extra", "noemt het voorstel \"een misser\"",
            "verwacht dat de prijzen verder stijgen", "trekt de vergunning voor het terrein in", "stelt de bouw van het museum uit",
            "zet 250 medewerkers op non-actief", "ziet geen reden voor uitstel", "houdt vast aan de afspraken uit 2019",
            "is blij met de uitkomst van het overleg", "moet van de rechter de stukken openbaar maken", "sluit een akkoord met de buren",
        ),
        (
            "na een lange vergadering", "omdat het water te hoog staat", "tot ongenoegen van de omwonenden", "zonder de raad te raadplegen",
            "en dat is volgens kenners opvallend", "terwijl de kosten oplopen", "zo blijkt uit een brief aan de leden",
            "om de natuur te beschermen", "ondanks bezwaren uit het dorp", "in de hoop op betere tijden", "voor het tweede jaar op rij",
            "wat tot vragen leidt in de Kamer", "maar de minister wijst dat van de hand", "met steun van het bedrijfsleven",
        ),
    ),
    "en": Sentences(
        ("The port authority", "Farmers in the south", "A union leader", "The finance ministry", "Two airlines", "The central bank",
         "A court of appeal", "The company's board", "Rescue teams", "Opposition members", "Grain traders", "The regional council"),
        ("said the deal would go ahead", "rejected a proposal to cut spending", "called off a nine-day strike", "raised its forecast for exports",
         "ordered a review of the licences", "sold 1.2 mln tonnes of wheat", "warned of heavy rain", "declined to comment on the talks",
         "agreed to lift the ban", "opened an inquiry into the accident", "posted a loss for the first quarter"),
        ("after a meeting with ministers", "despite protests from villagers", "to calm the market", "as prices kept falling", "in a move that surprised analysts",
         "with support from neighbouring states", "because the harvest was poor", "without giving details", "for the second year running"),
    ),
    "de": Sentences(
        ("Die Bahn", "Der Landrat", "Ein Sprecher der Polizei", "Das Ministerium", "Der Verband", "Die Gewerkschaft", "Ein Gericht"),
        ("hat die Strecke gesperrt", "rechnet mit steigenden Preisen", "will das Gesetz ändern", "lehnt den Vorschlag ab", "kündigt eine Untersuchung an"),
        ("nach langen Verhandlungen", "trotz der Bedenken der Anwohner", "um die Kosten zu senken", "ohne Angabe von Gründen", "wie es in einem Brief heißt"),
    ),
    "fr": Sentences(
        ("La compagnie", "Le maire", "Un porte-parole du ministère", "Le syndicat", "La banque", "Un tribunal"),
        ("a rejeté la proposition", "demande une enquête", "veut fermer l'usine", "a signé un accord", "s'attend à une hausse des prix"),
        ("après de longues discussions", "malgré les réserves des habitants", "pour protéger la côte", "sans donner de détails"),
    ),
    "es": Sentences(
        ("La alcaldesa", "El sindicato", "Un portavoz del gobierno", "La empresa", "El tribunal"),
        ("rechazó la propuesta", "pidió una investigación", "anunció el cierre de la fábrica", "firmó un acuerdo"),
        ("tras una larga reunión", "pese a las dudas de los vecinos", "para proteger la costa", "sin dar detalles"),
    ),
    "it": Sentences(
        ("Il sindaco", "Un portavoce del governo", "La banca", "Il tribunale", "L'azienda"),
        ("ha respinto la proposta", "chiede un'inchiesta", "ha firmato un accordo", "annuncia la chiusura dello stabilimento"),
        ("dopo una lunga riunione", "nonostante i dubbi degli abitanti", "per proteggere la costa", "senza dare dettagli"),
    ),
}  # fmt: skip

TITLES = Sentences(
    ("Waterschap", "Burgemeester", "Kabinet", "Vakbond", "Boeren", "Rechter", "Museum", "Ziekenhuis", "NS", "Brandweer", "112-centrale",
     "Kamer", "'Kapitein'", "Twee dorpen", "Minister Van der Wal", "F-16"),
    ("wil dijk ophogen", "trekt plan in", "ziet niets in fusie", "vraagt 3 miljoen extra", "noemt besluit 'een misser'", "sluit de deuren",
     "waarschuwt voor hoog water", "krijgt gelijk van hof", "stelt bouw uit", "zoekt 40 vrijwilligers", "uit de problemen", "hervat overleg"),
    ("na storm", "ondanks protest", "in Zuid-Limburg", "voor 2030", "na lange vergadering", "langs de Lek", "om veiligheid", "met steun van EU"),
)  # fmt: skip

HARD_TITLES = (
    "Komt er toch een nieuwe brug?", "\"We geven niet op\"", "Minister: geen uitstel voor haven", "Genoeg is genoeg!", "Live: storm trekt over land",
    "Sparta - Excelsior eindigt in 2-2", "Dertig jaar geleden viel de dijk", "Om 16.30 uur begint de zitting", "'Twee weken geleden was alles anders'",
    "Dossier (3): de haven", "Vandaag geen treinen naar Zwolle",
)  # fmt: skip

DISTRACTIONS = (
    "De hond verdween twee weken geleden.", "Dat gebeurde 2 uur geleden, aldus de politie.", "Twee weken geleden was er nog hoop.",
    "Om 16.30 uur begon het overleg.", "De wedstrijd Sparta - Excelsior eindigde in 2-2.", "3 uur geleden was er niets aan de hand.",
    "Vandaag om 14:32 werd de brug gesloten.", "Gisteren, zo zei hij, was er nog niets besloten.", "De minister (62) - die ziek is - komt niet.",
    "Een dag later was de rust terug.", "Vijf jaar geleden, op 3 maart 2016, brak de dijk.", "Hij zag het \"een uur geleden\" voor het laatst.",
    "Dat meldt persbureau AFP.", "Jansen (PvdA) wil opheldering.", "Zojuist kwam het bericht dat de weg weer open is.",
    "De trein van 15:44 reed niet.", "13 oktober is de laatste dag.", "12 min gingen voorbij zonder nieuws.", "Het begon 5 jaar geleden",
    "Op 21 november 2015 was dat anders.", "Volgens NRC - die de brief inzag - is er niets aan de hand.", "De VS - Europa's bondgenoot - zwijgt.",
)  # fmt: skip
"""Prose that looks like a stamp or a dateline."""

PLACES = (
    "Amsterdam", "Den Haag", "Rotterdam", "Utrecht", "Groningen", "Zwolle", "Emmen", "Enschede", "Londen", "Parijs", "Brussel", "Berlijn",
    "Washington", "New York", "Moskou", "Peking", "Tokio", "Rome", "Madrid", "Caïro", "Genève", "Luxemburg", "Kopenhagen", "Stockholm",
)  # fmt: skip

HARD_PLACES = (
    "Gaza-Stad", "São Paulo", "Gilze en Rijen", "Den Bosch", "Schiphol", "Crans-Montana", "St. Paul", "Bandar Abbas", "Kiev", "Kyiv",
    "'s-Hertogenbosch", "'s-Gravenhage", "Alphen aan den Rijn", "Capelle aan den IJssel", "Bergen op Zoom", "Rio de Janeiro", "Mexico-Stad",
    "L'Aquila", "N'Djamena", "Port-au-Prince", "'t Zand", "Wijk aan Zee", "Santiago de Chile", "Ter Apel", "Aix-en-Provence", "Nieuw-Vennep",
    "München", "Tromsø", "Łódź", "Beiroet", "Tel Aviv", "De Bilt", "Klazienaveen", "Buenos Aires", "Frankfurt am Main", "Washington D.C.",
    "Ürümqi", "Sint-Niklaas", "Hoek van Holland", "Ho Chi Minhstad", "Oostende", "Camp 14", "29 Palms", "Newcastle upon Tyne", "Ulaanbaatar",
)  # fmt: skip
"""Places with small words, hyphens, apostrophes, dots, digits, and villages that no list of cities knows."""

REGIONS = (
    "Argentina",
    "Japan",
    "Calif.",
    "N.Y.",
    "Frankrijk",
    "Duitsland",
    "Ont.",
    "Noord-Holland",
    "Conn.",
    "Va.",
    "D.C.",
    "South Africa",
)
SECTIONS = ("Binnenland", "Buitenland", "Economie", "Sport", "Cultuur & Media", "Opmerkelijk", "Regio")
PARTNERS = (
    ("AFP", "AFP"),
    ("RTR", "RTR"),
    ("BLOOMBERG", "BLOOMBERG"),
    ("BELGA", "BELGA"),
    ("DPA", "DPA"),
    ("AP", "AP"),
    ("EFE", "EFE"),
    ("NTB", "NTB"),
)
"""Credits beside ANP, as written and as a code."""

MONTHS = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "March", "April", "May", "June", "July", "Aug", "Sept", "Oct", "Nov", "Dec"),
    "EN": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"),
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"),
    "fr": ("janv.", "févr.", "mars", "avril", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
    "it": ("gen", "feb", "mar", "apr", "mag", "giu", "lug", "ago", "set", "ott", "nov", "dic"),
    "NL": ("januari", "februari", "maart", "april", "mei", "juni", "juli", "augustus", "september", "oktober", "november", "december"),
}  # fmt: skip

WIRES = (
    # (form, language, agencies); P place in capitals, p as written, R a region, d a day, m a month of that language, y a year
    ("P, m d - ", "en", ()), ("P, M d - ", "en", ()), ("P, m d -- ", "en", ()), ("P, m d (Reuters) - ", "en", ("RTR",)),
    ("P, M d (Reuters) - ", "en", ("RTR",)), ("P (Reuters) - ", "en", ("RTR",)), ("P (AP) — ", "en", ("AP",)), ("P, R (AP) _ ", "en", ("AP",)),
    ("P, R (AP) — ", "en", ("AP",)), ("P, m d, y (AFP) - ", "en", ("AFP",)), ("p, d M y (AFP) - ", "nl", ("AFP",)), ("p (dpa) - ", "de", ("DPA",)),
    ("p (dpa)- ", "de", ("DPA",)), ("p (tca/dpa) - ", "de", ("TCA", "DPA")), ("(ANSA) - P, M d - ", "it", ("ANSA",)),
    ("P, m d. /TASS/. ", "EN", ("TASS",)), ("p /ritzau/: ", "de", ("RITZAU",)), ("p (ats afp) ", "fr", ("SDA", "AFP")),
    ("P, R, m. d Kyodo - ", "en", ("KYODO",)), ("p, d m (EFE).- ", "es", ("EFE",)), ("p, d m (AFP) - ", "fr", ("AFP",)),
    ("p, d. m (APA) - ", "de", ("APA",)), ("p (dpa) – ", "de", ("DPA",)), ("P, R, m d (Reuters) - ", "en", ("RTR",)), ("P, R, m d - ", "en", ()),
    ("P, d m (Xinhua) -- ", "EN", ("XINHUA",)), ("P, m d (Xinhua) -- ", "EN", ("XINHUA",)), ("P, m d (IANS) ", "en", ("IANS",)),
)  # fmt: skip

OWN_STAFF = ("eigen berichtgeving", "Van onze redactie", "Van onze correspondent")
BYLINES = ("Door onze correspondent", "Van onze redactie", "Door Piet Jansen", "Van onze verslaggever Jan de Boer")
NOTICES = (
    "(Update: met reactie van de minister in de derde alinea)",
    "Let op: dit bericht is bijgewerkt.",
    "UPDATE: nieuwe alinea's aan het eind",
)
BOILERPLATE = (
    "Log in op uw webmail om uw berichten te lezen.", "Webmail", "Heeft u hulp nodig bij uw webmail? Kijk dan op onze hulppagina.",
    "Wachtwoord vergeten", "U leest hier uw e-mail, waar u ook bent.",
)  # fmt: skip
