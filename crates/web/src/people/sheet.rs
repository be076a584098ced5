//! The list for a spreadsheet.

use crate::page::Shown;
use crate::people::Line;
use crate::sheet;

/// Everybody, a line each.
pub(crate) fn sheet(shown: &Shown, lines: &[Line]) -> String {
    let mut text = sheet::START.to_owned();
    let yes = |is: bool| shown.say(if is { "ja" } else { "nee" }, if is { "yes" } else { "no" });
    let heads = super::COLUMNS.map(|(_, nl, en)| shown.say(nl, en).to_owned());
    text.push_str(&sheet::row(&heads));
    for line in lines {
        let person = &line.person;
        text.push_str(&sheet::row(&[
            person.name.clone(),
            person.email.clone(),
            person.department.clone(),
            line.relation.to_owned(),
            line.roles.clone(),
            yes(line.signed).to_owned(),
            if line.works_here {
                shown.say("werkt hier", "works here").to_owned()
            } else {
                shown.say("uit dienst", "left").to_owned()
            },
        ]));
    }
    text
}
