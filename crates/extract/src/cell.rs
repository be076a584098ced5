//! What the first row of a table says of the cells below it.

use std::sync::Arc;

/// The longest name of a column, in characters.
const LONGEST: usize = 80;

/// The names of columns.
#[derive(Debug, Default)]
pub(crate) struct Names {
    names: Vec<Arc<str>>,
}

impl Names {
    /// Reads a row as names, if it can be one: words, no values.
    pub fn read<'c>(&mut self, cells: impl Iterator<Item = &'c str>) {
        let names: Vec<&str> = cells.map(str::trim).collect();
        let filled = names.iter().filter(|name| !name.is_empty()).count();
        let wordy = |name: &&str| {
            let digits = name.chars().filter(char::is_ascii_digit).count();
            name.is_empty()
                || name.chars().count() <= LONGEST
                    && digits <= 2
                    && !name.contains('@')
                    && !name.contains("://")
        };
        if filled > 0 && names.iter().all(wordy) {
            self.names = names.into_iter().map(Arc::from).collect();
        }
    }

    /// The name of a column.
    pub fn of(&self, column: u32) -> Option<&Arc<str>> {
        self.names.get(usize::try_from(column).ok()?).filter(|name| !name.is_empty())
    }
}
