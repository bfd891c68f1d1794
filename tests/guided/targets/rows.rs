//! Any bytes as a table of rows.
#![no_main]

use libfuzzer_sys::fuzz_target;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit_guided::is_safe;

fuzz_target!(|bytes: &[u8]| {
    match Files::from_memory("x", bytes.to_vec()) {
        Err(error) => is_safe(&error.to_string()),
        Ok(files) => {
            if let Err(error) = files.with_threads(1).groups(&Request::default(), &Unwatched) {
                is_safe(&error.to_string());
            }
        }
    }
});
