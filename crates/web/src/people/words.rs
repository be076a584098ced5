//! Roles and ways of working here, as people call them.

use std::collections::BTreeSet;

use sluis_core::person::{Relation, Role};
use sluis_core::verdict::Language;

/// What a role is called, and what somebody with it does.
pub(crate) const fn role(role: Role, language: Language) -> (&'static str, &'static str) {
    match (role, language) {
        (Role::Employee, Language::Nl) => {
            ("Medewerker", "Gebruikt AI volgens het beleid. Iedereen heeft deze rol.")
        }
        (Role::Employee, Language::En) => ("Employee", "Uses AI under the policy. Everybody has this role."),
        (Role::ContactPoint, Language::Nl) => {
            ("Aanspreekpunt", "Beantwoordt vragen en meldingen, en beslist bij twijfel.")
        }
        (Role::ContactPoint, Language::En) => {
            ("Contact point", "Answers questions and reports, and decides in doubt.")
        }
        (Role::Management, Language::Nl) => {
            ("Bestuur of management", "Beslist over toepassingen en publiceert het beleid.")
        }
        (Role::Management, Language::En) => {
            ("Board or management", "Decides on tools and publishes the policy.")
        }
        (Role::PrivacyOfficer, Language::Nl) => {
            ("Privacy-functionaris", "Let op de privacywet en behandelt meldingen (FG).")
        }
        (Role::PrivacyOfficer, Language::En) => {
            ("Privacy officer", "Watches over privacy law and handles reports (DPO).")
        }
        (Role::Hr, Language::Nl) => ("Personeelszaken", "Nodigt mensen uit en houdt bij wie weggaat."),
        (Role::Hr, Language::En) => ("Personnel", "Invites people and keeps up who leaves."),
        (Role::WorksCouncil, Language::Nl) => ("Ondernemingsraad", "Ziet wat de ondernemingsraad mag zien."),
        (Role::WorksCouncil, Language::En) => ("Works council", "Sees what the works council may see."),
        (Role::Auditor, Language::Nl) => ("Auditor", "Leest het bewijs."),
        (Role::Auditor, Language::En) => ("Auditor", "Reads the evidence."),
        (Role::Admin, Language::Nl) => (
            "Beheerder",
            "Beheert mensen en instellingen, beantwoordt vragen en meldingen. Leest niet wat je aan AI vraagt.",
        ),
        (Role::Admin, Language::En) => (
            "Administrator",
            "Manages people and settings, answers questions and reports. Does not read what you ask AI.",
        ),
    }
}

/// The roles, in one line.
pub(crate) fn roles(roles: &BTreeSet<Role>, language: Language) -> String {
    roles.iter().map(|&one| role(one, language).0).collect::<Vec<_>>().join(", ")
}

/// How somebody works here.
pub(crate) const fn relation(relation: Relation, language: Language) -> &'static str {
    match (relation, language) {
        (Relation::Employee, Language::Nl) => "In dienst",
        (Relation::Employee, Language::En) => "Employed",
        (Relation::Temp, Language::Nl) => "Uitzendkracht",
        (Relation::Temp, Language::En) => "Agency worker",
        (Relation::Freelancer, Language::Nl) => "Ingehuurd",
        (Relation::Freelancer, Language::En) => "Hired in",
        (Relation::Intern, Language::Nl) => "Stagiair",
        (Relation::Intern, Language::En) => "Intern",
        (Relation::Volunteer, Language::Nl) => "Vrijwilliger",
        (Relation::Volunteer, Language::En) => "Volunteer",
    }
}
