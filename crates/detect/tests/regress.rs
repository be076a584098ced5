//! What was once missed, or taken for something else: tables of `input → kind:value`.

mod tables;

use std::fmt::Write as _;
use tables::{DETECTOR, table};

#[test]
fn a_listed_first_name_and_surname_need_no_other_sign() {
    table(&[
        ("Ik denk dat Jan Jansen morgen komt", &["person:Jan Jansen"]),
        ("Bel Jan de Vries.", &["person:Jan de Vries"]),
        ("Jan de Vries komt morgen", &["person:Jan de Vries"]),
        ("Karin de Vries komt morgen", &["person:Karin de Vries"]),
        ("Ik geloof dat Karin Bakker morgen komt.", &["person:Karin Bakker"]),
        ("Wil je Peter Visser even helpen?", &["person:Peter Visser"]),
        ("Is Mark de Boer er al?", &["person:Mark de Boer"]),
        ("op 6 Jan 2025 en in april", &[]),
    ]);
}

#[test]
fn a_verb_before_the_name_is_no_part_of_it() {
    table(&[
        ("Bel Annelies de Wit op 06 12 34 56 78.", &["person:Annelies de Wit", "phone:06 12 34 56 78"]),
        ("Bel Annelies de Wit", &["person:Annelies de Wit"]),
        ("Mail Annelies de Wit even", &["person:Annelies de Wit"]),
        ("Vraag Peter Bakker of hij komt", &["person:Peter Bakker"]),
    ]);
}

#[test]
fn an_acronym_behind_a_comma_is_no_part_of_the_name() {
    table(&[
        ("mevrouw Annelies de Wit, BSN 111222333.", &["person:Annelies de Wit", "bsn:111222333"]),
        (
            "Schrijf een brief aan Annelies de Wit, BSN 111222333.",
            &["person:Annelies de Wit", "bsn:111222333"],
        ),
        ("Annelies de Wit, DOB 01-02-1980", &["person:Annelies de Wit", "birth_date:01-02-1980"]),
        ("de heer Jan Jansen, TEL: 0612345678", &["person:Jan Jansen", "phone:0612345678"]),
        ("Annelies de Wit, IBAN NL91ABNA0417164300", &["person:Annelies de Wit", "iban:NL91ABNA0417164300"]),
        ("Naam: Visser, MJ", &["person:Visser, MJ"]),
    ]);
}

#[test]
fn passwords_in_sentences() {
    table(&[
        ("Het wachtwoord van de server is Xk9#mP2$vL8q", &["credential:Xk9#mP2$vL8q"]),
        ("The password is Xk9#mP2$vL8q", &["credential:Xk9#mP2$vL8q"]),
        ("Het wachtwoord van het netwerk op kantoor is Xk9#mP2$vL8q", &["credential:Xk9#mP2$vL8q"]),
        ("Het wachtwoord van de server is verlopen", &[]),
        ("Het wachtwoord voor alle medewerkers is straks 12 tekens lang", &[]),
    ]);
}

#[test]
fn forms_that_need_no_words_around_them() {
    table(&[
        ("the record 219-09-9999 is on file", &["nrn:219-09-9999"]),
        ("use 900-12-3456 here", &["nrn:900-12-3456"]),
        ("and 987-65-4320 as well", &["nrn:987-65-4320"]),
        ("not 000-12-3456", &[]),
        ("at 212-555-0142 today", &["phone:212-555-0142"]),
        ("at (212) 555-0142 today", &["phone:(212) 555-0142"]),
        ("at 123-555-0199 today", &["phone:123-555-0199"]),
        ("at (000) 555-0100 today", &["phone:(000) 555-0100"]),
        ("use 4111-1111-1111-1111 here", &["card:4111-1111-1111-1111"]),
        ("use 6011-1111-1111-1117 here", &["card:6011-1111-1111-1117"]),
        ("use 5105105105105100 here", &["card:5105105105105100"]),
        ("write to jane.doe@example.com", &["email:jane.doe@example.com"]),
        ("write to test@example.com", &["email:test@example.com"]),
        ("https://x.test/u?mail=abc%40example.com&x=1", &["email:abc%40example.com"]),
        ("the key AKIAIOSFODNN7EXAMPLE", &["credential:AKIAIOSFODNN7EXAMPLE"]),
        (
            "use ghp_EXAMPLENOTAREALGITHUBTOKEN0000000000 now",
            &["credential:ghp_EXAMPLENOTAREALGITHUBTOKEN0000000000"],
        ),
        (
            "and xoxb-00000-00000-EXAMPLENOTAREALTOKEN too",
            &["credential:xoxb-00000-00000-EXAMPLENOTAREALTOKEN"],
        ),
        (
            "and xoxb-000000000000-0000000000000-EXAMPLENOTAREALTOKEN",
            &["credential:xoxb-000000000000-0000000000000-EXAMPLENOTAREALTOKEN"],
        ),
        ("trestle-spigot-mortar-cabinet-stirrup", &[]),
    ]);
}

#[test]
fn numbers_behind_the_word_for_number() {
    table(&[
        ("student verpleegkunde (nr 0967412)", &["customer_number:0967412"]),
        ("verzekerd bij u, nummer 902 44 173 01", &["customer_number:902 44 173 01"]),
        ("polis AVB 20.441.907", &["customer_number:AVB 20.441.907"]),
        ("de klant (0497 12 60 41) belt", &["phone:0497 12 60 41"]),
        ("ruf an: 0151 6720 4418", &["phone:0151 6720 4418"]),
        ("het certificaat van p.oudejans is verlopen", &["username:p.oudejans"]),
        ("EAN 5400123456786", &[]),
        ("BE 0417.497.106", &[]),
        ("kwast nr. 220", &[]),
    ]);
}

#[test]
fn plates_of_the_neighbours() {
    table(&[
        ("Kennzeichen K-WO 5512", &["licence_plate:K-WO 5512"]),
        ("the car, plate AB12 CDE, was parked", &["licence_plate:AB12 CDE"]),
        ("le camion AB-884-ZX", &["licence_plate:AB-884-ZX"]),
        ("norm A-BC 1234 geldt", &[]),
    ]);
}

#[test]
fn brands_figures_and_buildings_are_nobody() {
    table(&[
        ("boodschappen bij Albert Heijn en Leen Bakker", &[]),
        ("een gedicht in de stijl van Annie M.G. Schmidt", &[]),
        ("lees voor uit Jip en Janneke", &[]),
        ("de vergadering is in zaal Hella Haasse", &[]),
        ("Wat vond Wim Kok van de euro?", &[]),
        ("De Vlietlanden B.V. te Hoorn", &[]),
        ("Beste Wim Kok, kun je bellen?", &["person:Wim Kok"]),
    ]);
}

#[test]
fn a_table_goes_on_in_the_next_piece() {
    let mut text = String::from("patnr;achternaam;gebdat\n");
    for n in 10_000..15_000 {
        let _ = writeln!(text, "{n};Zomer;14-05-1958");
    }
    let findings = DETECTOR.detect(&text);
    assert_eq!(findings.len(), 3 * 5_000);
}

/// The words of special categories.
fn special(text: &str) -> Vec<&str> {
    DETECTOR.detect(text).iter().filter(|f| f.kind.is_special()).map(|f| &text[f.start..f.end]).collect()
}

#[test]
fn special_categories_are_said_of_somebody() {
    for (text, expected) in [
        ("Jan Jansen heeft diabetes.", &["diabetes"][..]),
        ("Beste Karin Bakker, hij is sinds maandag ziek.", &["ziek"]),
        ("Naam: Karin Bakker\nGeboren: 12-03-1980\nDiagnose: COPD", &["Diagnose", "COPD"]),
        ("Ik geloof dat Karin Bakker morgen komt.", &[]),
        ("Karin Bakker legt een nieuwe plek aan. De Nederlandse regels gelden.", &[]),
        ("Wat is de behandeling van COPD?", &[]),
        (
            "Schrijf Karin Bakker dat de vergadering verzet is.\n\nAnder onderwerp: hoe wordt griep behandeld in het algemeen?",
            &[],
        ),
    ] {
        assert_eq!(special(text), expected, "{text}");
    }
}
