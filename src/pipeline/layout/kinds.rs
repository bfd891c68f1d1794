//! Names of column types: every spelling that BigQuery takes, and the one name for each type.
//!
//! Owns: which spellings mean the same type, the spelling of the file, the name that GoogleSQL wants.
//! Refuses: what values a type holds (sink).

use std::fmt;
use std::ops::Deref;

/// A spelling with the name of its type, the common ones first. BigQuery's documentation of types is the source.
struct KnownType {
    spelling: &'static str,
    name: &'static str,
}

/// Every spelling that BigQuery accepts.
static KNOWN: [KnownType; 22] = [
    known("STRING", "STRING"),
    known("INT64", "INT64"),
    known("RECORD", "RECORD"),
    known("FLOAT64", "FLOAT64"),
    known("BOOL", "BOOL"),
    known("TIMESTAMP", "TIMESTAMP"),
    known("JSON", "JSON"),
    known("INTEGER", "INT64"),
    known("FLOAT", "FLOAT64"),
    known("BOOLEAN", "BOOL"),
    known("STRUCT", "RECORD"),
    known("BYTES", "BYTES"),
    known("DATE", "DATE"),
    known("TIME", "TIME"),
    known("DATETIME", "DATETIME"),
    known("INTERVAL", "INTERVAL"),
    known("RANGE", "RANGE"),
    known("NUMERIC", "NUMERIC"),
    known("DECIMAL", "NUMERIC"),
    known("BIGNUMERIC", "BIGNUMERIC"),
    known("BIGDECIMAL", "BIGNUMERIC"),
    known("GEOGRAPHY", "GEOGRAPHY"),
];

const fn known(spelling: &'static str, name: &'static str) -> KnownType {
    KnownType { spelling, name }
}

/// A column's type. Reads as its one name (STRING, INT64, FLOAT64, BOOL, RECORD …) whatever the spelling, and is equal to others by that name.
#[derive(Clone)]
pub struct Type(Spelled);

#[derive(Clone)]
enum Spelled {
    Known(&'static KnownType),
    Unknown(Box<str>),
}

impl Type {
    /// As the file spells it: INTEGER where the name is INT64. A known spelling is in capitals.
    pub fn spelling(&self) -> &str {
        match &self.0 {
            Spelled::Known(known) => known.spelling,
            Spelled::Unknown(text) => text,
        }
    }

    /// Whether BigQuery has such a type.
    pub fn is_known(&self) -> bool {
        matches!(self.0, Spelled::Known(_))
    }

    /// What GoogleSQL calls it; `None` for an unknown type, and for RANGE, which needs the type of its ends, that a layout does not have.
    pub fn sql(&self) -> Option<&'static str> {
        match &self.0 {
            Spelled::Known(known) if known.name == "RECORD" => Some("STRUCT"),
            Spelled::Known(known) if known.name == "RANGE" => None,
            Spelled::Known(known) => Some(known.name),
            Spelled::Unknown(_) => None,
        }
    }
}

impl From<&str> for Type {
    fn from(text: &str) -> Self {
        match KNOWN.iter().find(|known| text.eq_ignore_ascii_case(known.spelling)) {
            Some(known) => Type(Spelled::Known(known)),
            None => Type(Spelled::Unknown(text.into())),
        }
    }
}

impl Deref for Type {
    type Target = str;

    fn deref(&self) -> &str {
        match &self.0 {
            Spelled::Known(known) => known.name,
            Spelled::Unknown(text) => text,
        }
    }
}

impl PartialEq for Type {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Type {}

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_type_are_equal_and_kept() {
        let (old, new) = (Type::from("integer"), Type::from("INT64"));
        assert_eq!(old, new);
        assert_eq!((&*old, old.spelling(), old.sql()), ("INT64", "INTEGER", Some("INT64")));
        assert_eq!((&*Type::from("Struct"), Type::from("RECORD").sql()), ("RECORD", Some("STRUCT")));
    }

    #[test]
    fn an_unknown_type_is_kept_and_has_no_sql() {
        let point = Type::from("point");
        assert_eq!((&*point, point.spelling(), point.sql(), point.is_known()), ("point", "point", None, false));
        assert_eq!(Type::from("RANGE").sql(), None);
    }

    #[test]
    fn every_name_is_a_spelling_of_itself() {
        for known in &KNOWN {
            assert_eq!(Type::from(known.name).spelling(), known.name);
        }
    }
}
