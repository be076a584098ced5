//! `sluis bench`: the numbers of the documentation, measured on this machine, side by side.

mod detection;
mod gateway;
mod load;

use std::process::ExitCode;

use crate::node;

/// Measures detection, then the gateway unless only detection was asked for.
pub fn run(only_detection: bool, requests: usize) -> anyhow::Result<ExitCode> {
    detection::run();
    if !only_detection {
        node::block_on(gateway::run(requests))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A piece of office Dutch as people paste it, about 1 KiB, written for this measurement.
const SAMPLE: &str = "Goedemorgen, kun je deze mail netter maken? Het gaat om mevrouw Annelies van der Veen \
(geboren 12-03-1961), Dorpsstraat 12, 1234 AB Utrecht. Ze belde vanochtend vanaf 06 12 34 56 78 over haar aanvraag \
voor huishoudelijke hulp. Haar BSN is 111222333 en haar zoon Pieter is bereikbaar via p.vanderveen@example.org. Volgens \
het dossier, kenmerk 2026-004512, is de aanvraag op 3 november ontvangen en moet er binnen acht weken een besluit zijn. \
Mevrouw Van der Veen vraagt of dat sneller kan, omdat de huidige hulp per 1 december stopt. De gemeente heeft daar op dit \
moment geen vaste afspraak over. Wil je in de brief uitleggen wat de termijn is, dat we begrijpen dat het vervelend is, en \
dat zij bij vragen kan bellen met het team Zorg? Houd het kort en vriendelijk, zonder moeilijke woorden, en sluit af met \
de naam van de consulent. Het rekeningnummer voor de eigen bijdrage is NL91 ABNA 0417 1643 00. Alvast dank!\n";
