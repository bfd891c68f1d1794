//! Any text as an error message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use misfit::pipeline::fault::Fault;
use misfit_guided::is_safe;

fuzz_target!(|message: &str| {
    let best = Fault::parse(message, None);
    let all = Fault::readings(message, None);
    assert_eq!(all.first(), Some(&best));
    for fault in &all {
        is_safe(&fault.sentence());
        is_safe(&fault.sentence_of_all());
        if let Some(insert) = fault.insert() {
            is_safe(&insert.sentence());
        }
        let _ = (fault.tokens(), fault.keyword(), fault.general(), fault.general_with_limit());
    }
});
