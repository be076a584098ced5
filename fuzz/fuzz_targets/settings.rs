//! Any text as a settings file: settings, or a line with a reason.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sluis_core::class::DataClass;
use sluis_core::policy::contradiction;
use sluis_core::settings::Settings;

fuzz_target!(|text: &str| {
    match Settings::parse(text) {
        Ok(settings) => {
            for tool in &settings.policy.tools {
                for class in DataClass::ALL {
                    let verdict = settings.policy.verdict(class, tool.trust);
                    assert_eq!(contradiction(tool.trust, class, verdict), None);
                }
            }
        }
        Err(error) => assert!(error.line >= 1 && error.line <= 1 + text.lines().count()),
    }
});
