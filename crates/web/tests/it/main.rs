//! The pages as a browser sees them: forms are posted as they stand on the page, redirects are followed.

mod api;
mod asking;
mod chats;
mod forms;
mod harness;
mod me;
mod measures;
mod people;
mod policy;
mod questions;
mod reports;
mod safety;
mod setup;
mod sign_in;
mod tools;
