//! Context words: what the words around a value say about it, in Dutch, French, English and German.

use crate::lexicon::Flags;
use std::sync::LazyLock;

const fn bit(n: u32) -> Flags {
    1 << (12 + n)
}

pub(crate) const BSN: Flags = bit(0);
pub(crate) const NRN: Flags = bit(1);
pub(crate) const IBAN: Flags = bit(2);
pub(crate) const CARD: Flags = bit(3);
pub(crate) const PHONE: Flags = bit(4);
pub(crate) const EMAIL: Flags = bit(5);
pub(crate) const BIRTH: Flags = bit(6);
pub(crate) const PLATE: Flags = bit(7);
pub(crate) const DOCUMENT: Flags = bit(8);
pub(crate) const PATIENT: Flags = bit(9);
/// Numbers that point to a person: customer, policy, case, file, staff, student, member.
pub(crate) const CUSTOMER: Flags = bit(10);
pub(crate) const USER: Flags = bit(11);
pub(crate) const SECRET: Flags = bit(12);
pub(crate) const IP: Flags = bit(13);
pub(crate) const NAME: Flags = bit(14);
pub(crate) const ADDRESS: Flags = bit(15);
pub(crate) const POSTCODE: Flags = bit(16);
pub(crate) const CITY: Flags = bit(17);
/// Says that the number beside it is not about a person: article, order, invoice, amount, law, trade register.
pub(crate) const OTHER: Flags = bit(18);
/// "nummer", "nr", "id": turns the word before it into a label.
pub(crate) const SUFFIX: Flags = bit(19);

/// "dhr", "mevrouw", "Frau": a name follows.
pub(crate) const TITLE: Flags = bit(24);
/// "Beste", "Dear": a name may follow.
pub(crate) const GREETING: Flags = bit(25);
/// "collega", "zoon", "patiënt": a name may follow.
pub(crate) const ROLE: Flags = bit(26);
/// "groet", "mvg": a name may follow, often on the next line.
pub(crate) const CLOSING: Flags = bit(27);
/// Small words inside surnames.
pub(crate) const PREFIX: Flags = bit(28);
/// Never part of a person's name: organisations, products, months, countries, functions.
pub(crate) const NEVER: Flags = bit(29);
/// The name that follows names a disease, law, prize, method, school or organisation.
pub(crate) const EPONYM: Flags = bit(30);
/// Legal form or kind of organisation that ends a name.
pub(crate) const COMPANY: Flags = bit(31);
/// A word that opens a French street name.
pub(crate) const RUE: Flags = bit(32);
/// Name of a month.
pub(crate) const MONTH: Flags = bit(33);
/// "woont", "wonende", "verhuisd", "domicilié": a place may follow.
pub(crate) const LIVES: Flags = bit(34);
/// A verb or particle that a person does: what stands before it is a person.
pub(crate) const DOES: Flags = bit(35);
/// Number words, for dates in letters.
pub(crate) const NUMERAL: Flags = bit(36);

/// A car, van or motorcycle: a registration may follow.
pub(crate) const VEHICLE: Flags = bit(37);

/// All cues that say what a value is.
pub(crate) const VALUE: Flags = BSN
    | NRN
    | IBAN
    | CARD
    | PHONE
    | EMAIL
    | BIRTH
    | PLATE
    | DOCUMENT
    | PATIENT
    | CUSTOMER
    | USER
    | SECRET
    | IP
    | NAME
    | ADDRESS
    | POSTCODE
    | CITY
    | OTHER;

const NUMBERS: &[&str] =
    &["nummer", "nr", "nrs", "nummers", "id", "number", "no", "num", "code", "numero", "ref"];

/// Words that become a label with one of [`NUMBERS`] behind them, and what label that is.
const STEMS: &[(Flags, &str)] = &[
    (BSN, "bsn sofi burgerservice"),
    (
        NRN,
        "rijksregister rr rrn insz niss bis national nationalregister registrenational rijksreg steuer pesel ssn nino",
    ),
    (CARD, "kaart creditcard card karten kreditkarten pas pan"),
    (
        PHONE,
        "tel telefoon gsm mobiel mobiele mob phone telephone telefon handy contact terugbel tf doorkies fax \
             noodtel thuis prive werktel rufnummer",
    ),
    (PLATE, "kenteken nummerplaat plaat kennzeichen plate immatriculation"),
    (
        DOCUMENT,
        "paspoort paspoorten pasp passport passports id identiteits identiteitskaart identiteitskaarten rijbewijs rijbewijzen eid verblijfs document documenten doc verblijfskaart verblijfskaarten \
                vreemdelingen ausweis reisepass passeport permis fuhrerschein legitimatie docu vw verblijfsdocument",
    ),
    (PATIENT, "patient pat patienten pt epd zis ziekenhuis hospital mrn opname pid"),
    (
        CUSTOMER,
        "klant client clienten cli relatie rel customer kunden klanten debiteur deb debiteuren crediteur polis pol \
                policy dossier dos zaak case file casus personeels pers personnel employee medewerker medew staff \
                werknemer wn leerling student studenten stud stnr lid leden member membership mitglied adherent \
                abonnee abo abonnement contract aansluit aansluitings huurder huurders schade claim sinistre \
                melding meldings ticket incident inschrijf inschrijvings registratie reg stam stamboek \
                rol parket zorg pgb verzekerden verzekerde uzovi deelnemer donateur pasholder klantpas bonus \
                loyalty aanvraag cjib pv beschikking rekest dossiers kandidaat account acc huis pensioen \
                matricule allocation affaire contrat police aktenzeichen akte versicherungs vertrags vorgangs \
                kdnr arrest gevangenis cel subject proefpersoon deelneemster vreemdeling leenpas bibliotheek \
                lener gezins cliënt uitkerings uwv duo ov kampnr casenr factuurklant ean meter boekings boeking \
                reservering reserverings pnr track trace",
    ),
    (USER, "gebruikers user login account accounts"),
    (
        OTHER,
        "artikel art product bestel order ordernr factuur invoice facture rechnung kvk btw vat serie serienummer \
             versie version onderdeel sku isbn issn ecli zaaksoort norm iso lot batch kamer lokaal pagina \
             pag blz regel rij port poort kostenplaats grootboek hs",
    ),
];

/// Words that are cues as they are.
const WORDS: &[(Flags, &str)] = &[
    (SUFFIX, "nummer nr nrs nummers id no num number numero code n°"),
    (BSN, "bsn burgerservicenummer sofinummer sofi"),
    (
        NRN,
        "insz niss rijksregisternummer rijksregister rr rrn bisnummer nationaal nationalregisternummer ssn nino \
           pesel dni nie steuer steuerid idnr nir codice fiscale",
    ),
    (
        IBAN,
        "iban rekening rekeningnummer reknr rek bankrekening bankrekeningnummer compte konto kontonummer rib \
            account tegenrekening girorekening banknr bankgegevens",
    ),
    (
        CARD,
        "creditcard kaart visa mastercard maestro amex bancontact kaartnummer cardnumber kreditkarte carte pas \
            bankpas pasnummer card",
    ),
    (
        PHONE,
        "tel telefoon telefoonnummer telnr telefoonnr gsm mobiel mobile mob phone telephone tél téléphone portable handy \
             mobil telefon 06nummer 06 bel belt bellen gebeld appen whatsapp sms bereikbaar nummer cell rückruf \
             telefonisch noodnummer",
    ),
    (EMAIL, "email mail emailadres mailadres courriel e-mail e-mailadres mailto"),
    (
        BIRTH,
        "geb gebdat geboren geboortedatum gebdatum geboorte geboortedat dob birthdate born birthday birth \
             geboortedag geburtsdatum geboren geborene naissance né née naissances nee gdat jarig verjaardag ur née birt \
             geboortejaar dateofbirth geboortedd gb",
    ),
    (
        PLATE,
        "kenteken kentekens nummerplaat plaat plate kennzeichen immatriculation kent kentekennummer plaque",
    ),
    (
        DOCUMENT,
        "paspoort paspoortnummer passport passeport reisepass rijbewijs rijbewijsnummer identiteitskaart idkaart idbewijs \
                verblijfsdocument verblijfsvergunning verblijfskaart verblijfsdoc document paszport dowód identité d'identité kopieid pasaporte carteidentite vnummer v-nummer ausweis legitimatie eid rijbewijsnr \
                personalausweis documentnummer documentnr identiteitskaartnummer kaartnr führerschein",
    ),
    (PATIENT, "patnr patiëntnummer patientnummer mrn patid pat-nr zisnummer patientid pid"),
    (
        CUSTOMER,
        "klantnr klantnummer klantid polis polisnummer polisnr dossier dossiernr dossiernummer zaaknr zaaknummer zaak \
                personeelsnummer personeelsnr lidnr lidnummer relatienr relatienummer stamnummer stamnr \
                lidmaatschapsnummer studentnummer leerlingnummer kenmerk matricule referentie reference réf ref \
                bewonernr casus debiteurnr aansluitnummer ticket schadenummer parketnummer rolnr rolnummer \
                pnr pasje toegangspas personeelspas klantenpas ledenpas versicherungsschein bestelling boekingscode \
                lid klant member client customer student abonnee police policy personeel pers case dossiers \
                cjib proefpersoon reservering boeking contract file account deelnemer personeelsdossier lidmaatschap riziv kaartnr ean reg debnr notitienr patientendossier cliëntdossier aansluiting huurcontract meter polisnr subject abo schadenr meldnummer medewerkernr inschrijvingsnummer \
                notitienummer mitglied pasnummer stnr wn agb proces-verbaal tracking track akte aktenzeichen kundennummer versicherungsnummer polisse",
    ),
    (
        USER,
        "gebruikersnaam gebruiker user username login loginnaam inlognaam account uid userid inlog benutzer \
            benutzername utilisateur identifiant samaccountname useraccount handle nickname forumnaam surnom pseudo alias digid discord bijnaam schermnaam profielnaam twitter insta instagram",
    ),
    (
        SECRET,
        "wachtwoord wachtwoorden ww password passwd pwd pass passwoord paswoord passphrase secret apikey api_key token \
              pincode pin passwort kennwort mdp motdepasse wachtzin sleutel bearer client_secret accesskey \
              secretkey apitoken toegangscode inlogcode wifi cvc cvv alarmcode sleutelkastje sleutelkast kluiscode portiekcode deurcode poortcode wificode",
    ),
    (IP, "ip ipadres ip-adres ipaddress src remote adresip ipv4 ipv6"),
    (
        NAME,
        "naam namen achternaam achternamen voornaam voornamen roepnaam name names surname lastname firstname nom prenom \
            prénom noms vorname nachname familienaam familiename contactpersoon tnv aanvrager aanvraagster melder klager \
            ondertekend ondertekenaar afzender ontvanger geadresseerde kandidaat passagier inzender contact \
            voorletters voorl meisjesnaam volledigenaam fullname geslachtsnaam jeugdige betrokkene slachtoffer \
            verdachte getuige eiser eiseres verweerder gedaagde verzoeker verzoekster appellant aanwezig afwezig \
            afgemeld voorzitter notulist van aan cc from to cc bcc deelnemers aanwezigen verhuurder huurder koper verkoper \
            werknemer werkgever docent mentor leerling student trainer coach deelnemer reiziger gast sollicitant \
            bestuurder eigenaar debiteur rekeninghouder begunstigde kind partner \
            behandelaar huisarts operator assistent assistente auteur author présents excusés nominee \
            given family givenname familyname voogd cliënte patiënte \
            gegevens betreft collega medewerkers",
    ),
    (
        ADDRESS,
        "adres adresse address straat straatnaam huisnummer woonadres street woonachtig postadres anschrift thuisadres \
               domicilie verblijfadres line1 adresgegevens werf rue straße strasse streetaddress huisnr",
    ),
    (POSTCODE, "postcode pc zip zipcode postal postalcode plz postcodeplaats"),
    (
        CITY,
        "woonplaats plaats plaatsnaam gemeente city cityname twnnm stad town ville commune ort wohnort geboorteplaats localité woonpl",
    ),
    (
        OTHER,
        "artikel artikelnummer artikelnr art artnr factuur factuurnummer factuurnr order ordernummer ordernr bestelling bestelnummer kvk \
             kvknummer btw btwnr bedrag eur euro prijs totaal saldo gtin serienummer isbn issn lid-sub \
             versie version build wet pagina ecli kamer lokaal aantal stuks zaal kg uur km ondernemingsnummer kbo \
             rsin productcode sku onderdeelnummer batch lotnr iso nen poort port kostenplaats stb staatsblad stcrt jo \
             regelnummer regelnr cas ean-code partij modelnr model type",
    ),
    (
        TITLE,
        "dhr mevr mw mevrouw heer meneer mijnheer dr drs mr ing ir prof dokter ds mej mejuffrouw juffrouw juf meester \
             mrs ms miss sir madam monsieur madame mademoiselle mme mlle herr frau herrn fam familie famille zuster \
             broeder pastoor dominee doctor mister wed weduwe hr mevr. heren dames mme. wethouder burgemeester minister \
             staatssecretaris president sheikh imam rabbijn schepen kanunnik \
             inspecteur hoofdinspecteur brigadier kapitein luitenant majoor sergeant kolonel korporaal adjudant hoofdagent \
            kamerlid raadsheer professor schepenen me maitre mtr baron jonkheer jhr commissaris premier kanselier \
             senator secretaris officier griffier verbalisant raadslid senatoren koningen paus bisschop",
    ),
    (
        GREETING,
        "beste hallo hoi hi dag hey hé dear cher chère geachte lieve liebe lieber hello goedemorgen goedemiddag goedendag \
                bonjour salut geehrter geehrte aan hola heey yo ha hai moi bedankt dank thanks sorry merci",
    ),
    (
        ROLE,
        "collega cliënt client patiënt patient klant buurvrouw buurman zoon dochter zus zusje broer broertje moeder vader \
            mama papa oma opa tante oom neef nicht nichtje neefje man vrouw vriend vriendin partner echtgenoot echtgenote \
            schoonmoeder schoonvader schoondochter schoonzoon schoonzus zwager kleinzoon kleindochter stiefvader stiefmoeder stiefzoon \
            stiefdochter huisarts tandarts chirurg psycholoog psychiater logopedist fysiotherapeut verpleegkundige verzorgende \
            medewerker medewerkster stagiair stagiaire student studente leerling leerlinge docent docente leerkracht mentor \
            coach trainer begeleider begeleidster kandidaat sollicitant werknemer werkneemster chauffeur monteur planner manager \
            teamleider leidinggevende directeur directrice voorzitter penningmeester secretaris bestuurslid bewoner bewoonster \
            huurder huurster verhuurder eigenaar koper verkoper melder klager advocaat notaris rechter griffier verdachte \
            slachtoffer getuige jeugdige casemanager jeugdbeschermer voogd raadsman raadsvrouw verbalisant agent wijkagent \
            bomma bompa moeke vake kinesist kinesiste ergotherapeut poetsvrouw onthaalmoeder crècheverantwoordelijke \
            wife husband son daughter brother sister colleague boss manager employee mother father neighbour neighbor friend nurse \
            fils fille père mère frère soeur collègue épouse époux mari femme ami amie voisin voisine \
            sohn tochter bruder schwester mutter vater kollege kollegin nachbar nachbarin lid leden kind baby kindje mevrouw \
            internist schoonbroer teamleidster kraamverzorgende coassistent baas maat oppas nanny mum dad au-pair zorgcoördinator \
            trajectbegeleider klantmanager jobcoach leerplichtambtenaar schuldhulpverlener bewindvoerder curator \
            ex jongen meisje cliënte patiënte deelnemer deelneemster aanvrager aanvraagster gast gastvrouw pleegmoeder \
            pleegvader pleegouders pleegkind mantelzorger arts bedrijfsarts specialist cardioloog neuroloog behandelaar \
            secretaresse assistente assistent receptioniste boekhouder accountant controller adviseur consulent consulente \
            ambtenaar raadslid schepen wethouder burgemeester minister ene zekere genaamd heet heette heten noemt met \
            namens door lijsttrekker hoogleraar promovendus promovenda onderzoeker auteur schrijver zangeres zanger acteur \
            actrice trainer scheidsrechter keeper speler speelster fractievoorzitter meneer bestuurder passagier",
    ),
    (
        CLOSING,
        "groet groeten groetjes mvg gr vriendelijke hoogachtend regards cheers cordialement grüße gruß grüssen mfg liefs vg grtz \
               getekend ondertekend vrgr kr br bien salutations sincerely xx hgr groetje ondertekening wg",
    ),
    (
        PREFIX,
        "van de der den ten ter te 't t 's in op aan uit het v d vd vander vanden el al ben bin ould ait aït oulad von zu zur \
              di da do dos das della del du la le l d' abu bint abd st mac mc af auf im onder over bij voor tot i",
    ),
    (
        MONTH,
        "januari februari maart april mei juni juli augustus september oktober november december jan feb mrt apr jun jul aug \
             sep sept okt oct nov dec january february march may june july august october janvier fevrier mars avril mai juin \
             juillet aout septembre octobre novembre decembre januar februar märz dezember maerz juillet",
    ),
    (
        NEVER,
        "maandag dinsdag woensdag donderdag vrijdag zaterdag zondag monday tuesday wednesday thursday friday saturday sunday \
             lundi mardi mercredi jeudi vendredi samedi dimanche montag dienstag mittwoch donnerstag freitag samstag sonntag \
             nederland belgië belgie vlaanderen wallonië duitsland frankrijk engeland spanje italië turkije marokko polen oekraïne rusland \
             suriname curaçao aruba syrië eritrea somalië afghanistan irak iran china japan india amerika europa europese nederlands \
             nederlandse belgische vlaamse duitse franse engelse turkse marokkaanse europees brussel brabant limburg gelderland overijssel drenthe \
             friesland groningen zeeland utrecht holland flevoland antwerpen vlaams noord zuid oost west kerst pasen pinksteren \
             excel word outlook teams sharepoint windows office google microsoft apple chatgpt copilot linkedin facebook instagram \
             whatsapp python java javascript sql powershell linux android iphone ipad samsung adobe acrobat salesforce sap afas exact \
             visma nmbrs twinfield citrix azure aws docker kubernetes github gitlab jira confluence slack zoom zendesk \
             volvo ford opel renault peugeot citroen citroën tesla toyota mercedes bmw audi volkswagen fiat kia hyundai skoda seat \
             ing rabobank abn amro abnamro knab bunq triodos belfius kbc bnp paribas argenta zilveren kruis vgz menzis achmea cz univé dsw \
             aegon allianz centraal beheer interpolis nationale nederlanden asr coop jumbo lidl aldi hema kruidvat etos gamma praxis \
             ikea bol coolblue postnl dhl bpost ups dpd kpn ziggo vodafone odido proximus telenet orange netflix spotify \
             uwv svb duo cak ciz ind coa ggd ggz gemeente provincie rijk kamer raad senaat politie brandweer rechtbank gerechtshof belastingdienst \
             vvd pvda cda pvv sgp bbb volt denk groenlinks nsc vooruit groen ecolo bij1 fvd jovd d66 fnv cnv acv abvv aclvb \
             avg gdpr awb bw wmo wlz zvw wia wajong aow anw cao btw kvk iban bsn bic pdf csv html json xml api url ip vpn \
             covid corona katz barthel gaf dsm icd mmse moca soap sbar nanda vim wisc ronald-mcdonald \
             onbekend onbekende nvt idem geen ja nee ok oke okay re fw fwd ps nb let op vraag antwoord onderwerp betreft datum \
             ai chat gpt claude gemini mistral llama openai anthropic bot assistent afdeling team groep klas school universiteit hogeschool ziekenhuis \
             kliniek praktijk apotheek stichting vereniging bestuur directie college klantenservice helpdesk receptie balie administratie secretariaat \
             allen allemaal iedereen collegas collega's team mensen heer mevrouw lezer ouders klant klanten cliënt patiënt bewoners buren \
             visa mastercard maestro bancontact ideal paypal tikkie marktplaats vinted airbnb booking uber thuisbezorgd deliveroo \
             alzheimer parkinson crohn down hodgkin huntington asperger tourette gilles raynaud bechterew menière lyme ebola \
             cass ecli mulder-wet salduz haviltex bibob bosman europees parlement commissie unie staten-generaal godfather please svp aub",
    ),
    (
        NEVER,
        "ierland israël schotland zweden noorwegen denemarken finland zwitserland oostenrijk portugal griekenland bulgarije roemenië hongarije tsjechië \
             slowakije slovenië kroatië servië albanië kosovo rusland belarus letland litouwen estland luxemburg ijsland malta cyprus egypte tunesië algerije \
             libië soedan ethiopië kenia nigeria ghana congo rwanda burundi angola mozambique brazilië argentinië chili peru colombia venezuela mexico cuba \
             canada amerika australië indonesië vietnam thailand filipijnen korea pakistan bangladesh saoedi jemen libanon jordanië palestina gaza oekraine \
             ireland germany france belgium netherlands spain italy poland turkey morocco europe allemagne belgique pays-bas deutschland frankreich belgien \
             niederlande german french dutch english belgian spanish italian polish turkish engels frans duits spaans italiaans pools turks arabisch grieks \
             russisch chinees deutsch englisch französisch français anglais justitie financiën economie onderwijs defensie landbouw infrastructuur begroting \
             sociale zaken volksgezondheid werkgelegenheid cultuur wetenschap veiligheid asiel migratie integratie wonen klimaat natuur volkshuisvesting hoge",
    ),
    (
        EPONYM,
        "ziekte syndroom wet arrest methode stichting prijs schaal test toets fractuur ziekenhuis college lyceum school basisschool \
              maladie syndrome disease krankheit loi formule commissie kabinet regeling plan model museum fonds bokaal cup \
              klem naald stift klachten index score criteria classificatie manoeuvre reflex stelling theorie protocol \
              stadion theater instituut universiteit academie brug tunnel luchthaven kazerne metrostation station \
              café cafe brasserie restaurant hotel rapport doctrine leer jurisprudentie zaak merk parfum drukkerij bakkerij garage \
              slagerij transport bouwbedrijf firma apotheek tandartspraktijk huisartsenpraktijk notariskantoor advocatenkantoor \
              kwekerij boekhandel bloemist kapsalon autobedrijf schildersbedrijf installatiebedrijf kerk parochie huize villa molen koning koningin prinses prins keizer sint saint sankt fondation institut fresque statue orkaan storm merken pakket film boek roman \
              zaal locatie gemaal campus parking wijkcentrum metrostation mascotte chatbot clematis dahlia vergaderzaal gebouw sporthal zwembad \
              buurthuis dienstencentrum kinderopvang gasthuis camping standbeeld personage cocktail schip type podcast loodgieters aannemer woonzorgcentrum wzc makelaardij makelaars naar straatje team-",
    ),
    (
        COMPANY,
        "beheer vastgoed partners zn associates solicitors lawyers bv nv vzw vof bvba gmbh ag ltd inc llc sa srl sprl sarl asbl cv cvba nfp plc holding groep group zonen fils \
               advocaten notarissen makelaars accountants consultancy consulting bouw transport logistics verzekeringen \
               stichting college lyceum school basisschool ziekenhuis kliniek foundation museum academie instituut \
               ziekenhuizen bank fonds museum stadion",
    ),
    (
        RUE,
        "rue avenue av place chaussée chaussee boulevard bd allée allee quai chemin impasse square clos route voie drève dreve cour cours \
           passage sentier ruelle cité via calle",
    ),
    (
        LIVES,
        "woont wonende wonen woonde woonachtig verhuist verhuisde verhuisd verhuizing verblijft gedomicilieerd domicilié domiciliée \
             habite demeurant wohnhaft wohnt lives living resides residing afkomstig ingeschreven geboren né née geb born \
             woon studeert verhuis logeert opgegroeid geboortig domicilie",
    ),
    (
        DOES,
        "heeft is was wil wilt kan zegt zei vraagt vroeg belt belde mailt mailde appt appte schrijft schreef moet mag gaat ging komt kwam \
            woont werkt werkte krijgt kreeg doet deed vindt vond weet wist denkt staat zit zat ligt lag stuurt stuurde wordt werd had \
            zal zou kon wilde moest meldt meldde geeft gaf neemt nam slikt gebruikt loopt liep viel bleef blijft heet stopt \
            weigert reageert ontkent verklaart klaagt tekent tekende spreekt sprak blokkeert ziet zag hoort begon startte \
            and said says has had was wants asked called wrote works a dit est était veut habite travaille hat ist war sagt will \
            kreunt huilt lacht eet drinkt slaapt oogt reed rijdt verhuist vertelt vertelde gaan zijn",
    ),
    (
        VEHICLE,
        "auto wagen busje bestelbus bestelwagen scooter motor leaseauto bedrijfsauto aanhanger vrachtwagen car voiture camionette fahrzeug personenauto \
               bromfiets trailer vehicle leasewagen moto camion lkw pkw",
    ),
    (
        NUMERAL,
        "een één eerste twee tweede drie derde vier vierde vijf vijfde zes zesde zeven zevende acht achtste negen negende tien tiende elf twaalf dertien veertien vijftien \
               zestien zeventien achttien negentien twintig eenentwintig tweeëntwintig drieëntwintig vierentwintig vijfentwintig \
               zesentwintig zevenentwintig achtentwintig negenentwintig dertig eenendertig negentienhonderd tweeduizend \
               veertig vijftig zestig zeventig tachtig negentig tweeentwintig drieentwintig en",
    ),
];

/// Calls `each` with every cue word and its flags, and with every stem joined to every word for "number".
pub(crate) fn each(each: &mut dyn FnMut(&str, Flags)) {
    for &(flags, words) in WORDS {
        for word in words.split_ascii_whitespace() {
            each(word, flags);
        }
    }
    let mut joined = String::new();
    for &(flags, stems) in STEMS {
        for stem in stems.split_ascii_whitespace() {
            for number in NUMBERS {
                joined.clear();
                joined.push_str(stem);
                joined.push_str(number);
                each(&joined, flags);
            }
        }
    }
    for person in PEOPLE.split_ascii_whitespace() {
        for name in ["naam", "name", "namen", "s", "voornaam", "achternaam"] {
            joined.clear();
            joined.push_str(person);
            joined.push_str(name);
            each(&joined, NAME);
        }
    }
}

/// Words that become a name label with "naam" behind them.
const PEOPLE: &str = "klant patient patiënt client cliënt medewerker leerling student contact ouder kind partner \
                      bewoner deelnemer gast kandidaat customer familie roep bedrijfscontact full last first sur user-display \
                      werknemer huurder";

/// The keys of the small words inside surnames, sorted.
static PREFIX_KEYS: LazyLock<Vec<u64>> = LazyLock::new(|| {
    let words = WORDS
        .iter()
        .filter(|(flags, _)| *flags == PREFIX)
        .flat_map(|(_, words)| words.split_ascii_whitespace());
    let mut keys: Vec<u64> = words.map(crate::lexicon::key).collect();
    keys.sort_unstable();
    keys
});

/// Whether a lookup key is that of a small word inside surnames; for callers without a lexicon.
pub(crate) fn is_prefix_key(key: u64) -> bool {
    PREFIX_KEYS.binary_search(&key).is_ok()
}
