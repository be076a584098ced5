//! One suite for both databases: every test of `on_both!` runs on SQLite and on PostgreSQL.

mod backup;
mod chats;
mod directory;
mod evidence;
mod faults;
mod harness;
mod keys;
mod open;
mod passkeys;
mod people;
mod policies;
mod postgres;
mod questions;
mod reports;
mod schema;
mod sealed;
mod tools;
mod vault;
