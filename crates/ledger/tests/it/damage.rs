//! Any single damage to a file is noticed; any bytes at all are survived.

use proptest::prelude::*;
use sluis_ledger::{Expect, VerifyError, verify};

use crate::file::{Plan, lines, make};

fn plans() -> impl Strategy<Value = Plan> {
    (1..24_u64, proptest::collection::vec(0..24_u64, 0..4), proptest::collection::vec(0..24_u64, 0..4))
        .prop_map(|(entries, checkpoints, erased)| Plan { entries, checkpoints, erased })
}

fn check(file: &[u8]) -> Result<(), VerifyError> {
    verify(file, &Expect::default(), |_| ()).map(|_| ())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_exported_is_good(plan in plans()) {
        check(&make(&plan).0)?;
    }

    #[test]
    fn a_flipped_bit_is_noticed_at_its_line(plan in plans(), place: prop::sample::Index, bit in 0..8_u8) {
        let (mut file, _) = make(&plan);
        let at = place.index(file.len());
        // The name of a rule of erasure stands outside the hashed bytes; it is the one thing that can change.
        let line = file[..at].split(|byte| *byte == b'\n').count() - 1;
        let within = at - file[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let text = String::from_utf8(lines(&file)[line].clone()).unwrap();
        let rule = text.find(",\"erased\":\"").map(|start| start + 11..text.len() - 3);
        prop_assume!(!rule.is_some_and(|rule| rule.contains(&within)));

        file[at] ^= 1_u8 << bit;
        let error = check(&file).unwrap_err();
        // A record without its entry to hold it shows in the next record; the header shows at the end or the first
        // signature; all else in its own line.
        let told = error.line().and_then(|line| usize::try_from(line).ok());
        if line > 0 && let Some(told) = told {
            prop_assert!((line + 1..=line + 3).contains(&told) || matches!(error, VerifyError::Replaced { .. }), "{error}");
        }
    }

    #[test]
    fn a_line_that_goes_is_noticed(plan in plans(), place: prop::sample::Index) {
        let mut all = lines(&make(&plan).0);
        all.remove(place.index(all.len()));
        check(&all.concat()).unwrap_err();
    }

    #[test]
    fn a_line_that_comes_twice_is_noticed(plan in plans(), from: prop::sample::Index, to: prop::sample::Index) {
        let mut all = lines(&make(&plan).0);
        let line = all[from.index(all.len())].clone();
        all.insert(to.index(all.len() + 1), line);
        check(&all.concat()).unwrap_err();
    }

    #[test]
    fn lines_that_change_places_are_noticed(plan in plans(), one: prop::sample::Index, two: prop::sample::Index) {
        let mut all = lines(&make(&plan).0);
        let (one, two) = (one.index(all.len()), two.index(all.len()));
        prop_assume!(one != two);
        all.swap(one, two);
        check(&all.concat()).unwrap_err();
    }

    #[test]
    fn a_file_that_breaks_off_is_noticed(plan in plans(), place: prop::sample::Index) {
        let (file, _) = make(&plan);
        check(&file[..place.index(file.len())]).unwrap_err();
    }

    #[test]
    fn lines_of_another_ledger_are_noticed(plan in plans(), place: prop::sample::Index) {
        let (file, _) = make(&plan);
        let foreign = |number| format!("{{\"id\":\"x\",\"at\":{number}}}").into_bytes();
        let (other, _) = crate::file::make_with(&plan, foreign, true);
        let (mut all, other) = (lines(&file), lines(&other));
        let at = place.index(all.len());
        prop_assume!(all[at] != other[at]);
        all[at].clone_from(&other[at]);
        check(&all.concat()).unwrap_err();
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        let _ = check(&bytes);
        let (mut file, _) = make(&Plan { entries: 3, ..Plan::default() });
        let middle = file.len() / 2;
        file.splice(middle..middle, bytes);
        let _ = check(&file);
    }

    #[test]
    fn any_text_in_place_of_a_line_is_survived(text in "[{}\":a-z0-9,+=— \n]{0,200}", place in 0..4_usize) {
        let mut all = lines(&make(&Plan { entries: 3, ..Plan::default() }).0);
        all[place] = text.into_bytes();
        let _ = check(&all.concat());
    }
}
