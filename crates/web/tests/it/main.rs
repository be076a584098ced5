//! The pages as a browser sees them: forms are posted as they stand on the page, redirects are followed.

mod asking;
mod forms;
mod harness;
mod me;
mod oidc;
mod people;
mod policy;
mod provider;
mod safety;
mod scim;
mod setup;
mod sign_in;
