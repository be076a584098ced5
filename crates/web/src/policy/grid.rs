//! The rows and cells of the editor, ready to show.

use sluis_core::a4::{Guard, MAX_RULES, Rule};
use sluis_core::class::DataClass;
use sluis_core::policy::{Policy, Trust, contradiction};
use sluis_core::verdict::{Language, Verdict};

use super::filled::{Filled, LEVELS, cell, guards};
use super::words;

/// Empty rows below the rules, to write new ones in.
const EXTRA: usize = 2;

/// A row for something that is allowed.
pub(crate) struct Line {
    /// Name in the form.
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) text: String,
}

/// A row for something that is not allowed.
pub(crate) struct Ban {
    /// From 0, as in the names of fields.
    pub(crate) row: usize,
    pub(crate) text: String,
    /// Name in the form, text, and whether it is chosen.
    pub(crate) guards: Vec<(&'static str, &'static str, bool)>,
    /// Own words, one to a line.
    pub(crate) terms: String,
}

impl Ban {
    /// How many things enforce it.
    pub(crate) fn count(&self) -> usize {
        self.guards.iter().filter(|(.., chosen)| *chosen).count() + usize::from(!self.terms.is_empty())
    }

    /// Whether nothing stands in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty() && self.count() == 0
    }
}

/// A row of the table.
pub(crate) struct TableRow {
    pub(crate) class: &'static str,
    pub(crate) cells: Vec<TableCell>,
}

/// A cell of the table: a choice.
pub(crate) struct TableCell {
    pub(crate) id: String,
    /// The level of trust, for who hears the table.
    pub(crate) trust: &'static str,
    /// Name in the form, text, and whether it is chosen.
    pub(crate) options: Vec<(&'static str, &'static str, bool)>,
    /// What the settings of the installation make of it, where they are stricter.
    pub(crate) stricter: Option<&'static str>,
}

/// Rows for what is allowed, with empty ones below.
pub(crate) fn lines(filled: &Filled, language: Language) -> Vec<Line> {
    let line = |row: usize| Line {
        id: format!("mag_{row}"),
        label: format!("{} {}", words::pick(language, "Regel", "Line"), row + 1),
        text: filled.may.get(row).cloned().unwrap_or_default(),
    };
    rows(filled.may.len()).map(line).collect()
}

/// Rows for what is not allowed, with empty ones below.
pub(crate) fn bans(filled: &Filled, language: Language) -> Vec<Ban> {
    rows(filled.may_not.len()).map(|row| ban(row, filled.may_not.get(row), language)).collect()
}

fn rows(used: usize) -> std::ops::Range<usize> {
    0..used.max((used + EXTRA).min(MAX_RULES))
}

fn ban(row: usize, rule: Option<&Rule>, language: Language) -> Ban {
    let has = |guard: &Guard| rule.is_some_and(|rule| rule.guards.contains(guard));
    let choice = |(name, guard): (&'static str, Guard)| (name, words::guard(&guard, language), has(&guard));
    let terms: Vec<&str> = rule
        .iter()
        .flat_map(|rule| &rule.guards)
        .filter_map(|guard| match guard {
            Guard::Terms(terms) => Some(terms),
            _ => None,
        })
        .flatten()
        .map(String::as_str)
        .collect();
    Ban {
        row,
        text: rule.map(|rule| rule.text.clone()).unwrap_or_default(),
        guards: guards().into_iter().map(choice).collect(),
        terms: terms.join("\n"),
    }
}

/// The heads of the columns.
pub(crate) fn levels(language: Language) -> Vec<&'static str> {
    LEVELS.into_iter().map(|trust| words::trust(trust, language)).collect()
}

/// The rows of the table. What can never stand in a cell is no choice there, unless it was chosen all the same.
pub(crate) fn table(filled: &Filled, node: &Policy, language: Language) -> Vec<TableRow> {
    let row = |class: DataClass| TableRow {
        class: words::class(class, language),
        cells: LEVELS.into_iter().map(|trust| table_cell(filled, node, trust, class, language)).collect(),
    };
    DataClass::ALL.into_iter().map(row).collect()
}

fn table_cell(
    filled: &Filled,
    node: &Policy,
    trust: Trust,
    class: DataClass,
    language: Language,
) -> TableCell {
    let chosen = filled.table.get(&(trust, class)).copied().unwrap_or(Verdict::Block);
    let nodes = node.verdict(class, trust);
    let options = [Verdict::Allow, Verdict::Pseudonymise, Verdict::Ask, Verdict::Block];
    TableCell {
        id: cell(trust, class),
        trust: words::trust(trust, language),
        options: options
            .into_iter()
            // A text in which nothing was found has nothing to replace.
            .filter(|&one| one != Verdict::Pseudonymise || class != DataClass::Public || one == chosen)
            .filter(|&one| one == chosen || contradiction(trust, class, one).is_none())
            .map(|one| (one.name(), words::verdict(one, language), one == chosen))
            .collect(),
        stricter: (nodes > chosen).then(|| words::effect(nodes, language)),
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use sluis_core::a4::{A4, Country};
    use sluis_core::settings::Settings;

    use super::*;

    #[test]
    fn a26_a_cell_offers_only_what_can_stand_there_and_says_where_the_settings_are_stricter() {
        let filled = Filled::from(&A4::start(Language::Nl, Country::Nl, date(2026, 11, 21)));
        let node = Settings::parse("[policy.table.contracted]\npersonal = \"block\"\n").unwrap().policy;
        let rows = table(&filled, &node, Language::Nl);
        let personal = rows.iter().find(|row| row.class == "Persoonsgegevens").unwrap();
        let names = |at: usize| personal.cells[at].options.iter().map(|one| one.0).collect::<Vec<_>>();
        assert_eq!(names(0), ["pseudonymise", "block"]);
        assert_eq!(names(1), ["allow", "pseudonymise", "ask", "block"]);
        assert_eq!(personal.cells[1].stricter, Some("wordt tegengehouden"));
        assert_eq!(personal.cells[2].stricter, None);
        assert!(personal.cells.iter().all(|cell| cell.options.iter().filter(|one| one.2).count() == 1));
    }

    #[test]
    fn a12_there_is_room_for_new_rules_up_to_the_most() {
        let mut filled = Filled::from(&A4::start(Language::Nl, Country::Nl, date(2026, 11, 21)));
        assert_eq!(lines(&filled, Language::Nl).len(), 6);
        assert_eq!(bans(&filled, Language::Nl).iter().filter(|ban| ban.is_empty()).count(), 2);
        assert_eq!(bans(&filled, Language::Nl)[0].count(), 4);
        filled.may = vec!["x".into(); MAX_RULES + 1];
        assert_eq!(lines(&filled, Language::Nl).len(), MAX_RULES + 1, "one too many stays to be seen");
    }
}
