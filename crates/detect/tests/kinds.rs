//! What is found in which words: tables of `input → kind:value`, with the traps beside them.

mod tables;

use sluis_detect::{Detector, Kind, Profile, Segment};
use tables::{DETECTOR, table};

#[test]
fn bsn_in_the_ways_people_write_it() {
    table(&[
        ("BSN 111222333", &["bsn:111222333"]),
        ("burgerservicenummer: 1112.22.333", &["bsn:1112.22.333"]),
        ("haar bsn is 111 222 333, klopt dat?", &["bsn:111 222 333"]),
        ("bsn 111-222-333", &["bsn:111-222-333"]),
        ("sofinummer 10000008", &["bsn:10000008"]),
        ("BSN １１１２２２３３３", &["bsn:１１１２２２３３３"]),
        ("BSN 111\u{200B}222\u{200B}333.", &["bsn:111\u{200B}222\u{200B}333"]),
        // A typing error does not make it anybody else's.
        ("BSN 111222334", &["bsn:111222334"]),
    ]);
}

#[test]
fn nine_digits_are_not_always_a_bsn() {
    table(&[
        ("het artikelnummer is 111222333", &[]),
        ("BSN 000000000 is geen geldig nummer", &[]),
        ("factuur 123456789 van vorige week", &[]),
        ("het saldo is 123.456.789 euro", &[]),
    ]);
}

#[test]
fn belgian_national_numbers_of_both_centuries() {
    table(&[
        ("rijksregisternummer 85.07.30-033.28", &["nrn:85.07.30-033.28"]),
        ("INSZ 85073003328", &["nrn:85073003328"]),
        ("numéro national 85.07.30-033.28", &["nrn:85.07.30-033.28"]),
        ("bisnummer 85.47.30-033.48", &["nrn:85.47.30-033.48"]),
    ]);
}

#[test]
fn national_numbers_of_other_countries() {
    table(&[
        ("PESEL 44051401359", &["nrn:44051401359"]),
        ("Steuer-ID 86095742719", &["nrn:86095742719"]),
        ("NIR 2 55 08 14 168 025 38", &["nrn:2 55 08 14 168 025 38"]),
        ("DNI 12345678Z", &["nrn:12345678Z"]),
        ("codice fiscale RSSMRA85T10A562S", &["nrn:RSSMRA85T10A562S"]),
        ("his SSN is 078-05-1120", &["nrn:078-05-1120"]),
    ]);
}

#[test]
fn accounts_and_cards_have_check_digits() {
    table(&[
        ("naar NL91 ABNA 0417 1643 00 overmaken", &["iban:NL91 ABNA 0417 1643 00"]),
        ("iban nl91abna0417164300", &["iban:nl91abna0417164300"]),
        (":25:NL91ABNA0417164300EUR", &["iban:NL91ABNA0417164300"]),
        ("BE68 5390 0754 7034", &["iban:BE68 5390 0754 7034"]),
        ("Visa 4111 1111 1111 1111", &["card:4111 1111 1111 1111"]),
        ("kaart 4111111111111111 exp 09/28", &["card:4111111111111111"]),
        ("order 4111 1111 1111 1112", &[]),
    ]);
}

#[test]
fn telephones_of_people_and_not_of_services() {
    table(&[
        ("bel 06-12345678", &["phone:06-12345678"]),
        ("06 12 34 56 78", &["phone:06 12 34 56 78"]),
        ("06-1234 5678 graag", &["phone:06-1234 5678"]),
        ("0031 6 12345678", &["phone:0031 6 12345678"]),
        ("+31 (0)6 12345678", &["phone:+31 (0)6 12345678"]),
        ("+32 (0)475/12.34.56", &["phone:+32 (0)475/12.34.56"]),
        ("gsm 0475 12 34 56", &["phone:0475 12 34 56"]),
        ("tel. 089/12 34 56", &["phone:089/12 34 56"]),
        ("thuis 020-1234567", &["phone:020-1234567"]),
        ("bel 0800-1234 of 0900-8844", &[]),
        ("in nood 112, bij storing 14030", &[]),
        ("prijs 06,50 per stuk", &[]),
    ]);
}

#[test]
fn mail_handles_and_profiles() {
    table(&[
        ("mail f.bouzidi@voorbeeld.nl even", &["email:f.bouzidi@voorbeeld.nl"]),
        ("<jan+werk@sub.voorbeeld.be>", &["email:jan+werk@sub.voorbeeld.be"]),
        ("jan punt jansen at voorbeeld punt nl", &["email:jan punt jansen at voorbeeld punt nl"]),
        ("zie linkedin.com/in/fatima-b-123", &["profile_url:linkedin.com/in/fatima-b-123"]),
        ("https://www.instagram.com/sam.de.v/ hè", &["profile_url:https://www.instagram.com/sam.de.v/"]),
        ("volg @sam_de_v daar", &["username:@sam_de_v"]),
        ("gebruikersnaam: pvermeer", &["username:pvermeer"]),
        ("log in als ONS\\jverkerk", &["username:jverkerk"]),
        ("https://www.linkedin.com/company/voorbeeld", &[]),
        ("@Override boven de methode", &[]),
    ]);
}

#[test]
fn addresses_in_four_languages() {
    table(&[
        (
            "Dorpsstraat 12a, 3512 JC Utrecht",
            &["address:Dorpsstraat 12a", "postcode:3512 JC", "city:Utrecht"],
        ),
        ("Johan de Wittlaan 118", &["address:Johan de Wittlaan 118"]),
        (
            "Gentsesteenweg 214 bus 3, 9300 Aalst",
            &["address:Gentsesteenweg 214 bus 3", "postcode:9300", "city:Aalst"],
        ),
        (
            "Rue de la Loi 16, 1000 Bruxelles",
            &["address:Rue de la Loi 16", "postcode:1000", "city:Bruxelles"],
        ),
        ("wohnhaft Hauptstraße 102", &["address:Hauptstraße 102"]),
        ("2e Weteringdwarsstraat 5", &["address:2e Weteringdwarsstraat 5"]),
        ("in 2024 AN vergaderen", &[]),
        ("schijf van 1200 MB", &[]),
        ("artikel 12 lid 3", &[]),
    ]);
}

#[test]
fn dates_are_of_birth_only_where_something_says_so() {
    table(&[
        ("geb. 12-03-1980", &["birth_date:12-03-1980"]),
        ("geboren op 12 maart 1980", &["birth_date:12 maart 1980"]),
        ("°12/03/1980", &["birth_date:12/03/1980"]),
        ("né le 12/03/1980", &["birth_date:12/03/1980"]),
        ("DOB 1980-03-12", &["birth_date:1980-03-12"]),
        (
            "geboren op elf december negentienhonderdzestig",
            &["birth_date:elf december negentienhonderdzestig"],
        ),
        ("vergadering op 12-03-1980", &[]),
        ("de wet van 12 maart 1980", &[]),
        ("geb. 31-02-1980", &[]),
    ]);
}

#[test]
fn plates_by_series() {
    table(&[
        ("kenteken TX-817-R", &["licence_plate:TX-817-R"]),
        ("auto 12-ABC-3", &["licence_plate:12-ABC-3"]),
        ("de 1-ABC-234 stond fout", &["licence_plate:1-ABC-234"]),
        ("kenteken TX817R", &["licence_plate:TX817R"]),
        ("versie 12-34-56", &[]),
        ("max 150 tekens", &[]),
    ]);
}

#[test]
fn reference_numbers_need_their_word() {
    table(&[
        ("polis 88.201.7734", &["customer_number:88.201.7734"]),
        ("dossier GAS/2025/3471-B", &["customer_number:GAS/2025/3471-B"]),
        ("patiëntnummer 4471902", &["patient_number:4471902"]),
        (
            "klantnrs 88213, 90417 en 91266",
            &["customer_number:88213", "customer_number:90417", "customer_number:91266"],
        ),
        ("rijbewijs 5318204471", &["id_document:5318204471"]),
        ("paspoort NSP4K7RL2", &["id_document:NSP4K7RL2"]),
        ("order 4821907 met 120 dozen", &[]),
        ("artikel 6 lid 1", &[]),
        ("klanten ouder dan 65", &[]),
    ]);
}

#[test]
fn machine_readable_zones() {
    table(&[(
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        &[
            "id_document:P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
            "id_document:L898902C36UTO7408122F1204159ZE184226B<<<<<10",
        ],
    )]);
}

#[test]
fn network_addresses_but_no_versions() {
    table(&[
        ("vanaf 84.241.197.63", &["ip_address:84.241.197.63"]),
        ("src=2a02:a45f:91c2:1:5d3e::7f", &["ip_address:2a02:a45f:91c2:1:5d3e::7f"]),
        ("versie 16.0.17.32", &[]),
        ("127.0.0.1", &[]),
        ("om 10:02:33 uur", &[]),
    ]);
}

#[test]
fn credentials() {
    table(&[
        ("wachtwoord: Kerst!Boom_2024", &["credential:Kerst!Boom_2024"]),
        ("PWD=Kerst!Boom_2024;UID=x", &["credential:Kerst!Boom_2024"]),
        ("key sk-ant-api03-abcdefghij1234567890", &["credential:sk-ant-api03-abcdefghij1234567890"]),
        (
            "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
            &["credential:ghp_abcdefghijklmnopqrstuvwxyz0123456789"],
        ),
        ("AKIAIOSFODNN7EXAMPLE", &["credential:AKIAIOSFODNN7EXAMPLE"]),
        ("postgres://app:geheim1@db/x", &["credential:app:geheim1"]),
        ("hoe kies ik een sterk wachtwoord?", &[]),
        ("het wachtwoord is verplicht", &[]),
    ]);
}

#[test]
fn people_by_title_greeting_role_and_list() {
    table(&[
        ("mevrouw Bouzidi-van Leeuwen belt", &["person:Bouzidi-van Leeuwen"]),
        ("de heer J. de Vries", &["person:J. de Vries"]),
        ("Beste Fatima,", &["person:Fatima"]),
        ("mijn collega Agnieszka is ziek", &["person:Agnieszka"]),
        ("Jan de Vries komt morgen", &["person:Jan de Vries"]),
        ("Naam: Aalbers, Corrie", &["person:Aalbers, Corrie"]),
        ("mevr bakker belde", &["person:bakker"]),
        ("jan de vries wil het weten", &["person:jan de vries"]),
        ("Met vriendelijke groet,\nSamira El Amrani", &["person:Samira El Amrani"]),
        ("A.B. van den Berg-Jansen", &["person:A.B. van den Berg-Jansen"]),
    ]);
}

#[test]
fn words_places_and_things_are_not_people() {
    table(&[
        ("De bakker en de kok wachten op de visser.", &[]),
        ("Wil je de roos water geven?", &[]),
        ("de ziekte van Parkinson en het syndroom van Down", &[]),
        ("De Wet Van der Steur is van kracht.", &[]),
        ("boodschappen bij Albert Heijn", &[]),
        ("in mei en augustus naar Den Haag", &[]),
        ("de Jan van Eyckstraat wordt opgebroken", &[]),
        ("Beste collega's,", &[]),
    ]);
}

#[test]
fn columns_and_labels_say_what_a_value_is() {
    table(&[
        (
            "patnr;achternaam;gebdat\n20417;Zomer;14-05-1958",
            &["patient_number:20417", "person:Zomer", "birth_date:14-05-1958"],
        ),
        (
            "| naam | lidnr |\n|---|---|\n| Roos Bloem | 0871 |",
            &["person:Roos Bloem", "customer_number:0871"],
        ),
        ("{\"klantnaam\": \"Ngozi Eze\", \"woonplaats\": \"Delft\"}", &["person:Ngozi Eze", "city:Delft"]),
        ("Telefoon ..... 0682 17 04 95", &["phone:0682 17 04 95"]),
    ]);
}

#[test]
fn the_document_remembers_its_people() {
    let segments = [
        Segment { text: "mevrouw Fatima Bouzidi vroeg uitstel", label: "" },
        Segment { text: "Zeg Bouzidi dat het goed is, fatima weet ervan", label: "" },
        Segment { text: "Zomer", label: "achternaam" },
    ];
    let findings = DETECTOR.detect_document(&segments);
    let names =
        |i: usize| -> Vec<&str> { findings[i].iter().map(|f| &segments[i].text[f.start..f.end]).collect() };
    assert_eq!(names(1), ["Bouzidi", "fatima"]);
    assert_eq!(names(2), ["Zomer"]);
}

#[test]
fn a09_markings_and_own_terms_are_confidential() {
    let own = Detector::new(Profile::Fast).with_terms(["Project Zilverreiger", "formule X-7"]);
    let terms = |text: &str| -> Vec<String> {
        let found = own.detect(text);
        let confidential = found.iter().filter(|f| f.kind == Kind::ConfidentialTerm);
        confidential.map(|f| text[f.start..f.end].to_owned()).collect()
    };
    for (text, expected) in [
        ("VERTROUWELIJK\n\nNotitie over de huur", &["VERTROUWELIJK"][..]),
        ("Strikt vertrouwelijk – niet verspreiden\nBeste allen", &["Strikt vertrouwelijk"]),
        ("Verslag overleg (vertrouwelijk)", &["vertrouwelijk"]),
        ("Classificatie: vertrouwelijk\nVersie 3", &["vertrouwelijk"]),
        ("Dreigingsbeeld TLP:AMBER+STRICT mei", &["TLP:AMBER+STRICT"]),
        ("dit is koersgevoelige informatie, dus stil", &["koersgevoelige informatie"]),
        ("stand van project zilverreiger en formule x 7", &["project zilverreiger", "formule x 7"]),
        ("Wij behandelen uw melding vertrouwelijk.", &[]),
        ("Vertrouwelijke gesprekken horen in een aparte kamer", &[]),
        ("Is this confidential information under the GDPR?", &[]),
        ("een zilverreiger in de sloot", &[]),
    ] {
        assert_eq!(terms(text), expected, "{text}");
    }
}

#[test]
fn special_categories_need_somebody_they_are_about() {
    let special = |text: &str| DETECTOR.detect(text).iter().any(|f| f.kind.is_special());
    assert!(special("mevrouw Bouzidi heeft diabetes"));
    assert!(special("collega Ruben is lid van de vakbond"));
    assert!(!special("wat is diabetes?"));
    assert!(!special("Welke partijen zitten in de raad, en wat vindt de vakbond?"));
}
