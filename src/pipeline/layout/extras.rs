//! What few columns have: bounds of their type, a default value.
//!
//! Owns: these members, how GoogleSQL writes the bounds, the type of the ends of a RANGE among them.
//! Refuses: what a change of them means (compat).

use std::fmt;

/// Bounds of a type, and a default value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ColumnExtras {
    /// Most characters of a STRING, most bytes of a BYTES.
    pub max_length: Option<u64>,
    /// Digits of a NUMERIC or BIGNUMERIC.
    pub precision: Option<u64>,
    /// Digits behind the point.
    pub scale: Option<u64>,
    /// Type of the ends of a RANGE, in capitals.
    pub range_element: Option<Box<str>>,
    /// What a new row has where it is told nothing: an expression of GoogleSQL.
    pub default_value: Option<Box<str>>,
}

impl fmt::Display for ColumnExtras {
    /// `(10)`, `(7, 2)`, `<DATE>`; nothing where there are no bounds.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(element) = &self.range_element {
            return write!(f, "<{element}>");
        }
        match (self.max_length.or(self.precision), self.scale) {
            (Some(first), Some(scale)) => write!(f, "({first}, {scale})"),
            (Some(first), None) => write!(f, "({first})"),
            (None, _) => Ok(()),
        }
    }
}
