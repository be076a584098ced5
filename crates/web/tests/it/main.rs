//! The pages as a browser sees them: forms are posted as they stand on the page, redirects are followed.

mod api;
mod asking;
mod chats;
mod forms;
mod harness;
mod me;
mod measures;
mod oidc;
mod people;
mod policy;
mod provider;
mod questions;
mod reports;
mod safety;
mod scim;
mod setup;
mod sign_in;
mod tools;
