//! Rows of other pipelines among those of the error table.
//!
//! Owns: which of them are taken, a row whole by the number of its failure. Refuses: what their members mean (foreign).

use std::sync::Arc;

use super::columns::SeenColumns;
use super::line::{FoundRow, RowReader};
use super::object;
use crate::rows::foreign::map::FieldMap;
use crate::rows::foreign::{self, DocumentPlace, NotForeign};
use crate::rows::row::SourceRow;

/// Which rows are taken that are none of the error table.
#[derive(Debug, Clone, Default)]
pub enum OtherRows {
    /// Those of kinds that are known by their shape.
    #[default]
    Known,
    /// All, by a map.
    Mapped(Arc<FieldMap>),
    /// Those that are known, and others by a map.
    KnownOrMapped(Arc<FieldMap>),
    /// None.
    None,
}

impl OtherRows {
    /// What a row is that has these columns of the error table; `None` where it is a row of that.
    pub(super) fn take<'a>(&self, text: &'a [u8], seen: SeenColumns) -> Option<FoundRow<'a>> {
        let is_own = seen.tell_an_error();
        if is_own && !seen.only_message() {
            return None;
        }
        if let OtherRows::None = self {
            return (!is_own).then_some(FoundRow::Foreign);
        }
        match foreign::read(text, None) {
            // A message alone is a row of the error table, unless its document stands beside it.
            Ok(row) if is_own && row.failures.iter().all(|failure| failure.document == DocumentPlace::Nowhere) => None,
            Ok(row) => Some(FoundRow::Other(Box::new(row))),
            Err(_) if is_own => None,
            Err(NotForeign::Unknown) => Some(match self {
                OtherRows::KnownOrMapped(map) => {
                    foreign::read(text, Some(map)).map_or(FoundRow::Foreign, |row| FoundRow::Other(Box::new(row)))
                }
                _ => FoundRow::Foreign,
            }),
            Err(NotForeign::Wrong(reason)) => Some(FoundRow::Bad(reason)),
        }
    }

    /// A row by the map; `None` where there is no map.
    pub(super) fn mapped<'a>(&self, text: &'a [u8]) -> Option<FoundRow<'a>> {
        let OtherRows::Mapped(map) = self else { return None };
        if text.trim_ascii().is_empty() {
            return Some(FoundRow::Blank);
        }
        Some(match foreign::read(text, Some(map)) {
            Ok(row) => FoundRow::Other(Box::new(row)),
            Err(NotForeign::Wrong(reason)) => FoundRow::Bad(reason),
            // Why it is no JSON, serde says.
            Err(NotForeign::Unknown) => {
                FoundRow::Bad(object::source_row(text, String::new()).err().unwrap_or_else(|| "not a row in JSON".to_owned()))
            }
        })
    }
}

/// A row, whole: of one of another pipeline the failure of that number.
pub(super) fn whole_row(reader: &mut RowReader, text: &[u8], failure: u64, origin: String) -> Result<SourceRow, String> {
    match reader.value(text) {
        FoundRow::Other(row) => {
            let at = usize::try_from(failure).unwrap_or(usize::MAX);
            row.source_row(text, at, origin).ok_or_else(|| "the row has no such failure any more".to_owned())
        }
        FoundRow::Bad(reason) => Err(reason),
        _ => object::source_row(text, origin),
    }
}
