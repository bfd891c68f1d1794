//! The part of the configuration that is about what exports tell: `[redaction]`.
//!
//! Owns: its settings and what each may be.
//! Refuses: taking data out (redact).

use toml::Spanned;
use toml::de::DeValue;

use super::{ConfigError, Reader, unknown_name};
use crate::triage::redact::{Paths, Redaction};

const SETTINGS: [&str; 2] = ["safe", "masked"];

/// Reads the table.
pub(super) fn read(reader: &Reader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Redaction, ConfigError> {
    let mut set = Redaction::default();
    for (name, value) in reader.table("redaction", value)? {
        let paths = || Paths::parse(&reader.strings(name.get_ref(), value)?).map_err(|reason| reader.wrong(value.span(), reason));
        match name.get_ref().as_ref() {
            "safe" => set.safe = paths()?,
            "masked" => set.masked = paths()?,
            unknown => return Err(reader.wrong(name.span(), unknown_name("setting of redaction", unknown, &SETTINGS))),
        }
    }
    Ok(set)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::cli::config::parse;
    use crate::pipeline::document::Document;
    use crate::triage::redact::{Form, Redactor};

    fn read(text: &str) -> Result<super::Redaction, String> {
        parse(text, Path::new("/c.toml")).map(|config| config.redaction).map_err(|error| error.to_string())
    }

    #[test]
    fn places_are_told_or_masked_as_set() {
        let set = read("[redaction]\nsafe = [\"/notes/**\"]\nmasked = \"/notes/secret\"\n").unwrap();
        let document = Document::parse(br#"{"notes":{"open":"a long note by somebody","secret":"another note by somebody"}}"#.to_vec());
        let told = Redactor::new(set.policy(false)).document(&document, None, None, Form::Line);
        assert!(told.contains("a long note by somebody") && !told.contains("another"), "{told}");
    }

    #[test]
    fn mistakes_name_their_line() {
        assert!(read("[redaction]\nsafe = \"notes\"").unwrap_err().contains("line 2: the path pattern notes does not begin with /"));
        assert!(read("[redaction]\nsave = []").unwrap_err().contains("did you mean \"safe\"?"));
    }
}
