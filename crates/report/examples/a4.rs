//! Writes the policy of a made-up organisation to the path in the first argument; `en` as second one makes it English.

use std::error::Error;

use jiff::civil::date;
use sluis_core::a4::{A4, Country};
use sluis_core::verdict::Language;

#[expect(
    clippy::disallowed_methods,
    reason = "an example is a program, and programs may read their arguments"
)]
fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("usage: a4 FILE.pdf [en]")?;
    let english = std::env::args().nth(2).is_some_and(|language| language == "en");
    let language = if english { Language::En } else { Language::Nl };
    let mut a4 = A4::start(language, Country::Nl, date(2026, 12, 1));
    "Huisartsenpraktijk De Linde".clone_into(&mut a4.organisation);
    a4.tools = ["Sluis-chat", "Mistral", "DeepL Pro"].map(str::to_owned).into();
    let (contact, scope) = if english {
        (
            "Fatima el Idrissi, practice manager: room 2, extension 214",
            "Everybody who works with us, locums and trainees too",
        )
    } else {
        (
            "Fatima el Idrissi, praktijkmanager: kamer 2, toestel 214",
            "Iedereen die bij ons werkt, ook invallers en stagiairs",
        )
    };
    contact.clone_into(&mut a4.contact);
    scope.clone_into(&mut a4.scope);
    a4.clauses.energy = true;
    std::fs::write(path, sluis_report::a4(&a4.sheet())?)?;
    Ok(())
}
