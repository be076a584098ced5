//! The gateway against a stand-in model, and the parts of it on golden wire formats.

mod bodies;
mod clients;
mod errors;
mod gates;
mod harness;
mod passage;
mod reviews;
mod streams;
