//! One suite for both databases: every test of `on_both!` runs on SQLite and on PostgreSQL.

mod backup;
mod directory;
mod evidence;
mod faults;
mod harness;
mod keys;
mod open;
mod people;
mod policies;
mod postgres;
mod schema;
mod sealed;
mod vault;
