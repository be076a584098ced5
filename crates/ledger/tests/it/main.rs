//! The ledger as an auditor meets it: files that are good, and files that are not.

mod damage;
mod file;
mod merkle;
mod verify;
