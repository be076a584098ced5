//! What a check of a ledger says.

use std::io::Write as _;

use sluis_ledger::{
    Expect, Head, MAX_LINE, NoteError, Report, Signer, VerifierKey, VerifyError, verify as verify_file,
};

use crate::file::{Plan, entry, lines, make, make_with, signer};

fn verify(file: &[u8], expect: &Expect) -> Result<Report, VerifyError> {
    verify_file(file, expect, |_| ())
}

fn plan() -> Plan {
    Plan { entries: 20, checkpoints: vec![7, 13], erased: vec![] }
}

fn kept(note: &str) -> Expect {
    Expect { key: None, checkpoint: Some(note.to_owned()) }
}

#[test]
fn a_good_ledger_is_told_as_it_is() {
    let (file, notes) = make(&Plan { erased: vec![0, 4], ..plan() });
    let expect = Expect { key: Some(signer().verifier_key().clone()), checkpoint: Some(notes[1].clone()) };
    let report = verify(&file, &expect).unwrap();
    let mut head = Head::default();
    for number in 0..20 {
        head.append(&entry(number));
    }
    assert_eq!((report.entries, report.erased, report.checkpoints, report.unsigned_tail), (20, 2, 3, 0));
    assert_eq!(report.erased_by["retention"], 2);
    assert_eq!((report.first_at, report.last_at), (Some(1_760_000_000_001_000), Some(1_760_000_000_019_000)));
    assert_eq!(report.root, head.root());
}

#[test]
fn an_empty_ledger_is_good() {
    let (file, _) = make(&Plan::default());
    let report = verify(&file, &Expect::default()).unwrap();
    assert_eq!((report.entries, report.checkpoints, report.first_at), (0, 1, None));
}

#[test]
fn every_kept_checkpoint_fits_the_ledger_it_came_from() {
    let (_, notes) = make(&Plan { checkpoints: (0..20).collect(), ..plan() });
    let (file, _) = make(&plan());
    for note in &notes {
        verify(&file, &kept(note)).unwrap();
    }
    assert_eq!(notes.len(), 21);
}

#[test]
fn a_tail_that_nobody_signed_is_told() {
    let (file, _) = make_with(&plan(), entry, false);
    let mut all = lines(&file);
    all.pop();
    let report = verify(&all.concat(), &Expect::default()).unwrap();
    assert_eq!((report.entries, report.unsigned_tail), (20, 7));
}

#[test]
fn a_changed_entry_is_named() {
    let (file, _) = make(&plan());
    let text = String::from_utf8(file).unwrap();
    let wrong = text.replacen("\"at\":1760000000005000", "\"at\":1760000000005001", 1);
    let error = verify(wrong.as_bytes(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Changed { seq: 5, line: 7 }), "{error}");
    assert_eq!((error.seq(), error.line()), (Some(5), Some(7)));
    assert_eq!(error.to_string(), "entry 5 (line 7) was changed after it was recorded");
}

#[test]
fn an_entry_forged_with_its_record_breaks_the_chain_after_it() {
    let (good, _) = make(&plan());
    let forged = |number| if number == 5 { entry(500) } else { entry(number) };
    let (bad, _) = make_with(&plan(), forged, true);
    let mut all = lines(&good);
    all[6] = lines(&bad)[6].clone();
    let error = verify(&all.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Chain { seq: 6, .. }), "{error}");
}

#[test]
fn a_whole_chain_forged_does_not_fit_the_checkpoint_that_was_signed() {
    let (good, notes) = make(&plan());
    let forged = |number| if number == 9 { entry(500) } else { entry(number) };
    let (bad, _) = make_with(&plan(), forged, true);
    // The forger has no key, so the old checkpoints stay: lines 9, 16 and 24 of the file.
    let (good, mut all) = (lines(&good), lines(&bad));
    for line in [8, 15, 23] {
        all[line] = good[line].clone();
    }
    let error = verify(&all.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Replaced { from: 7, size: 13, line: 16 }), "{error}");
    // The forger has the key, but someone kept a checkpoint.
    let error = verify(&bad, &kept(&notes[1])).unwrap_err();
    assert!(matches!(error, VerifyError::Spliced { size: 13, .. }), "{error}");
    verify(&bad, &kept(&notes[0])).unwrap();
}

#[test]
fn missing_moved_and_doubled_entries_are_named() {
    let (file, _) = make(&plan());
    let all = lines(&file);

    let mut wrong = all.clone();
    wrong.drain(3..5);
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Dropped { seq: 2, next: 4, line: 4 }), "{error}");
    assert_eq!(error.to_string(), "entries 2 to 3 are missing before line 4");

    let mut wrong = all.clone();
    wrong.swap(3, 10);
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Reordered { seq: 2, line: 4, found: 11 }), "{error}");

    let mut wrong = all.clone();
    wrong.insert(5, all[3].clone());
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Duplicated { seq: 2, line: 6 }), "{error}");

    // The last entry before a checkpoint: the gap shows at the checkpoint.
    let mut wrong = all.clone();
    wrong.remove(7);
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Dropped { seq: 6, next: 7, line: 8 }), "{error}");

    let mut wrong = all.clone();
    wrong.swap(7, 8);
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Reordered { seq: 6, line: 8, found: 9 }), "{error}");
}

#[test]
fn an_end_that_was_cut_off_is_named() {
    let (file, notes) = make(&plan());
    let all = lines(&file);
    // The last entries go, the last checkpoint stays.
    let mut wrong = all.clone();
    wrong.drain(20..23);
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Truncated { present: 17, signed: 20, .. }), "{error}");
    // The file breaks off.
    let error = verify(&all[..20].concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Truncated { present: 17, signed: 20, .. }), "{error}");
    let error = verify(&file[..file.len() - 1], &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Truncated { .. }), "{error}");
    // Cut exactly behind an old checkpoint, with a header to match: only a kept checkpoint shows it.
    let (old, _) = make(&Plan { entries: 13, checkpoints: vec![7], erased: vec![] });
    verify(&old, &Expect::default()).unwrap();
    let error = verify(&old, &kept(&notes[2])).unwrap_err();
    assert!(matches!(error, VerifyError::RolledBack { present: 13, kept: 20 }), "{error}");
}

#[test]
fn checkpoints_are_checked_too() {
    let (file, _) = make(&plan());
    let all = lines(&file);

    let mut wrong = all.clone();
    wrong.remove(8);
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::CheckpointDropped { said: 3, present: 2, from: 20 }), "{error}");

    for at in [9, 12, 20] {
        let mut wrong = all.clone();
        wrong.insert(at, all[8].clone());
        let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
        assert!(matches!(error, VerifyError::CheckpointMoved { size: 7, .. }), "{error}");
    }

    let text = String::from_utf8(all[8].clone()).unwrap();
    let mut wrong = all.clone();
    wrong[8] = text.replacen("\\n7\\n", "\\n6\\n", 1).into_bytes();
    let error = verify(&wrong.concat(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Signature { line: 9, reason: NoteError::Signature }), "{error}");
}

#[test]
fn another_key_is_refused() {
    let (file, notes) = make(&plan());
    let stranger = Signer::new("test.example/ledger", &[2; 32]).unwrap();
    let key: VerifierKey = stranger.verifier_key().clone();
    let error = verify(&file, &Expect { key: Some(key.clone()), checkpoint: None }).unwrap_err();
    assert!(matches!(error, VerifyError::Key), "{error}");
    // A header that names the stranger's key does not fit the checkpoints.
    let text = String::from_utf8(file.clone()).unwrap();
    let text = text.replacen(&signer().verifier_key().to_string(), &key.to_string(), 1);
    let error = verify(text.as_bytes(), &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Signature { line: 9, reason: NoteError::Unsigned }), "{error}");
    let error = verify(text.as_bytes(), &kept(&notes[0])).unwrap_err();
    assert!(matches!(error, VerifyError::Kept(NoteError::Unsigned)), "{error}");
}

#[test]
fn a_payload_may_be_missing_only_when_it_says_so() {
    let (file, _) = make(&Plan { erased: vec![2], ..plan() });
    let text = String::from_utf8(file).unwrap();
    verify(text.as_bytes(), &Expect::default()).unwrap();
    for wrong in [
        text.replace(",\"erased\":\"retention\"", ""),
        text.replace("\"erased\":\"retention\"", "\"erased\":\"\""),
        text.replace("\"erased\":\"retention\"", "\"erased\":null"),
        text.replace("\"erased\":\"retention\"", "\"erased\":\"Not a name\""),
    ] {
        let error = verify(wrong.as_bytes(), &Expect::default()).unwrap_err();
        assert!(matches!(error, VerifyError::Malformed { line: 4, .. }), "{error}");
    }
}

#[test]
fn a_line_without_end_costs_no_memory() {
    let (mut file, _) = make(&plan());
    file.write_all(&vec![b'x'; MAX_LINE + 10]).unwrap();
    let error = verify(&file, &Expect::default()).unwrap_err();
    assert!(matches!(error, VerifyError::Malformed { line: 25, .. }), "{error}");
}

#[test]
fn progress_is_told() {
    let mut told = Vec::new();
    let (file, _) = make(&Plan { entries: 70_000, ..Plan::default() });
    verify_file(&file[..], &Expect::default(), |entries| told.push(entries)).unwrap();
    assert_eq!(told, [65_536]);
}
