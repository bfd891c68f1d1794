//! The parts that are about what leaves the machine and what patches never touch, `[redaction]` and `[patch]`.
//!
//! Owns: their settings. Refuses: what is told (redact), how a patch is made.

use toml::Spanned;
use toml::de::DeValue;

use super::reader::ConfigReader;
use super::{ConfigError, unknown_name};
use crate::triage::redact::{Paths, Redaction};

pub(super) const REDACTION_SETTINGS: &[&str] = &["safe", "masked"];
pub(super) const PATCH_SETTINGS: &[&str] = &["never"];

/// Reads the table.
pub(super) fn redaction(reader: &ConfigReader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Redaction, ConfigError> {
    let mut set = Redaction::default();
    for (name, value) in reader.table("redaction", value)? {
        let paths = || Paths::parse(&reader.strings(name.get_ref(), value)?).map_err(|reason| reader.wrong(value.span(), reason));
        match name.get_ref().as_ref() {
            "safe" => set.safe = reader.keep(paths()).unwrap_or_default(),
            "masked" => set.masked = reader.keep(paths()).unwrap_or_default(),
            unknown => reader.note(reader.wrong(name.span(), unknown_name("setting of redaction", unknown, REDACTION_SETTINGS))),
        }
    }
    Ok(set)
}

/// Reads the table.
pub(super) fn patch(reader: &ConfigReader<'_>, value: &Spanned<DeValue<'_>>) -> Result<Vec<String>, ConfigError> {
    let mut never = Vec::new();
    for (name, value) in reader.table("patch", value)? {
        match name.get_ref().as_ref() {
            "never" => never = reader.keep(reader.strings("never", value)).unwrap_or_default(),
            unknown => reader.note(reader.wrong(name.span(), unknown_name("setting of patch", unknown, PATCH_SETTINGS))),
        }
    }
    Ok(never)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::parse;
    use super::*;
    use crate::pipeline::document::Document;
    use crate::triage::redact::{Redactor, TextForm};

    fn read_redaction(text: &str) -> Result<Redaction, String> {
        parse(text, Path::new("/c.toml")).map(|config| config.redaction).map_err(|error| error.to_string())
    }

    #[test]
    fn places_are_told_or_masked_as_set() {
        let set = read_redaction("[redaction]\nsafe = [\"/notes/**\"]\nmasked = \"/notes/secret\"\n").unwrap();
        let document = Document::parse(br#"{"notes":{"open":"a long note by somebody","secret":"another note by somebody"}}"#.to_vec());
        let told = Redactor::new(set.policy(false)).document(&document, None, None, TextForm::Line);
        assert!(told.contains("a long note by somebody") && !told.contains("another"), "{told}");
    }

    #[test]
    fn mistakes_name_their_line() {
        assert!(
            read_redaction("[redaction]\nsafe = \"notes\"").unwrap_err().contains("line 2: the path pattern notes does not begin with /")
        );
        assert!(read_redaction("[redaction]\nsave = []").unwrap_err().contains("did you mean \"safe\"?"));
    }
}
