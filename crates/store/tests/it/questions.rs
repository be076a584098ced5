//! Questions to the contact point, and those below the policy.

use sluis_core::question::{Answer, Frequent, Outcome, Question, Route};
use sluis_store::{Store, StoreError};

use crate::harness::{Place, on_both};
use crate::people::person;

on_both!(
    a29_a_question_is_answered_once,
    a29_a_question_is_taken_back_by_its_asker_as_long_as_it_is_open,
    a29_an_answer_and_a_withdrawal_at_once_do_not_both_count,
    nobody_has_more_open_questions_than_allowed,
    what_is_frequent_is_published_and_taken_away,
    a_question_that_was_tampered_with_does_not_open,
    questions_go_two_years_after_they_were_settled,
);

const YEAR: i64 = 366 * 86_400 * 1_000_000;

pub fn question(id: &str, person: &str, at: i64) -> Question {
    Question {
        id: id.into(),
        person: person.into(),
        route: Route::Technical,
        text: format!("Mag ik “{id}” vertalen?\nMet AI?"),
        at,
        outcome: None,
    }
}

pub fn answer(at: i64) -> Answer {
    Answer { text: "Ja, zonder namen.".into(), by: "b".into(), at }
}

pub fn frequent(id: &str, at: i64) -> Frequent {
    Frequent {
        id: id.into(),
        question: "Mag ik vertalen?".into(),
        answer: "Ja, zonder namen.".into(),
        by: "b".into(),
        at,
    }
}

async fn with_people(place: &Place) -> Store {
    let store = place.open().await;
    for id in ["a", "b"] {
        store.insert_person(&person(id)).await.unwrap();
    }
    store
}

async fn a29_a_question_is_answered_once(place: Place) {
    let store = with_people(&place).await;
    for (id, person, at) in [("q1", "a", 1), ("q2", "a", 2), ("q3", "b", 3)] {
        assert!(store.ask(&question(id, person, at), 9).await.unwrap());
    }
    assert_eq!(store.question("q1").await.unwrap(), Some(question("q1", "a", 1)));
    assert_eq!(store.question("q9").await.unwrap(), None);
    assert!(store.answer("q1", &answer(5)).await.unwrap());
    let other = Answer { text: "Nee.".into(), ..answer(6) };
    assert!(!store.answer("q1", &other).await.unwrap());
    assert!(!store.answer("q9", &other).await.unwrap());
    let answered = Question { outcome: Some(Outcome::Answered(answer(5))), ..question("q1", "a", 1) };
    assert_eq!(store.questions_of("a").await.unwrap(), [question("q2", "a", 2), answered.clone()]);
    let all = store.questions_to_answer(9).await.unwrap();
    assert_eq!(all, [question("q2", "a", 2), question("q3", "b", 3), answered]);
    assert_eq!(store.questions_to_answer(0).await.unwrap().len(), 2);
    let nobody = store.ask(&question("q4", "c", 4), 9).await;
    assert_eq!(nobody.unwrap_err(), StoreError::Gone);
}

async fn a29_a_question_is_taken_back_by_its_asker_as_long_as_it_is_open(place: Place) {
    let store = with_people(&place).await;
    for id in ["q1", "q2"] {
        store.ask(&question(id, "a", 1), 9).await.unwrap();
    }
    assert!(!store.withdraw_question("q1", "b", 5).await.unwrap());
    assert!(store.withdraw_question("q1", "a", 5).await.unwrap());
    assert!(!store.withdraw_question("q1", "a", 6).await.unwrap());
    assert!(!store.answer("q1", &answer(7)).await.unwrap());
    assert_eq!(store.question("q1").await.unwrap().unwrap().outcome, Some(Outcome::Withdrawn(5)));
    assert!(store.answer("q2", &answer(8)).await.unwrap());
    assert!(!store.withdraw_question("q2", "a", 9).await.unwrap());
    let seen = store.questions_to_answer(9).await.unwrap();
    assert_eq!(seen.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["q2"]);
}

async fn a29_an_answer_and_a_withdrawal_at_once_do_not_both_count(place: Place) {
    let nodes = [with_people(&place).await, place.open().await];
    for number in 0..8 {
        let id = format!("q{number}");
        nodes[0].ask(&question(&id, "a", 1), 99).await.unwrap();
        let (one, other) = (nodes[0].clone(), nodes[1].clone());
        let (first, second) = (id.clone(), id.clone());
        let answering = tokio::spawn(async move { one.answer(&first, &answer(5)).await.unwrap() });
        let withdrawing =
            tokio::spawn(async move { other.withdraw_question(&second, "a", 6).await.unwrap() });
        let (answered, withdrawn) = (answering.await.unwrap(), withdrawing.await.unwrap());
        assert!(answered != withdrawn);
        assert_eq!(nodes[0].question(&id).await.unwrap().unwrap().answer().is_some(), answered);
    }
}

async fn nobody_has_more_open_questions_than_allowed(place: Place) {
    let store = with_people(&place).await;
    assert!(store.ask(&question("q1", "a", 1), 2).await.unwrap());
    assert!(store.ask(&question("q2", "a", 1), 2).await.unwrap());
    assert!(!store.ask(&question("q3", "a", 1), 2).await.unwrap());
    assert!(store.ask(&question("q4", "b", 1), 2).await.unwrap());
    store.answer("q1", &answer(2)).await.unwrap();
    assert!(store.ask(&question("q3", "a", 1), 2).await.unwrap());
}

async fn what_is_frequent_is_published_and_taken_away(place: Place) {
    let store = place.open().await;
    for (id, at) in [("f2", 2), ("f1", 1)] {
        store.publish_frequent(&frequent(id, at)).await.unwrap();
    }
    assert_eq!(store.frequent().await.unwrap(), [frequent("f1", 1), frequent("f2", 2)]);
    assert!(store.remove_frequent("f1").await.unwrap());
    assert!(!store.remove_frequent("f1").await.unwrap());
    assert_eq!(store.frequent().await.unwrap(), [frequent("f2", 2)]);
}

async fn a_question_that_was_tampered_with_does_not_open(place: Place) {
    let store = with_people(&place).await;
    store.ask(&question("q1", "a", 1), 9).await.unwrap();
    store.answer("q1", &answer(2)).await.unwrap();
    place.run("UPDATE questions SET answered_by = 'a'").await;
    assert_eq!(store.question("q1").await.unwrap_err(), StoreError::Sealed);
    place.run("UPDATE questions SET answered_by = 'b', person = 'b'").await;
    assert_eq!(store.questions_of("b").await.unwrap_err(), StoreError::Sealed);
}

async fn questions_go_two_years_after_they_were_settled(place: Place) {
    let store = with_people(&place).await;
    let start = 1_000;
    for id in ["open", "answered", "withdrawn", "later"] {
        store.ask(&question(id, "a", 1), 9).await.unwrap();
    }
    store.answer("answered", &answer(start)).await.unwrap();
    store.withdraw_question("withdrawn", "a", start).await.unwrap();
    store.answer("later", &answer(start + 1)).await.unwrap();
    assert_eq!(store.purge(start + 2 * YEAR - 1).await.unwrap().questions, 0);
    assert_eq!(store.purge(start + 2 * YEAR).await.unwrap().questions, 2);
    let mut left: Vec<String> =
        store.questions_of("a").await.unwrap().into_iter().map(|one| one.id).collect();
    left.sort();
    assert_eq!(left, ["later", "open"]);
}
