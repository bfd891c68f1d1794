//! Rows of other pipelines among those of the error table.
//!
//! Owns: which of them are taken. Refuses: what their members mean (foreign), what becomes of them (line).

use std::sync::Arc;

use super::columns::SeenColumns;
use crate::rows::foreign::map::FieldMap;
use crate::rows::foreign::{self, DocumentPlace, ForeignRow, NotForeign};

/// Which rows are taken that are none of the error table.
#[derive(Debug, Clone, Default)]
pub enum TakenRows {
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

/// What an object is, beside rows of the error table.
pub(super) enum OtherFound {
    /// A row of another pipeline.
    Row(Box<ForeignRow>),
    /// Nobody knows.
    Unknown,
    /// One that does not say what is wrong, or not as the map says; with the reason.
    Wrong(String),
}

impl TakenRows {
    /// What a row is that has these columns of the error table; `None` where it is a row of that.
    pub(super) fn take(&self, text: &[u8], seen: SeenColumns) -> Option<OtherFound> {
        let is_own = seen.tell_an_error();
        if is_own && !seen.only_message() {
            return None;
        }
        if let TakenRows::None = self {
            return (!is_own).then_some(OtherFound::Unknown);
        }
        match foreign::read(text, None) {
            // A message alone is a row of the error table, unless its document stands beside it.
            Ok(row) if is_own && row.failures.iter().all(|failure| failure.document == DocumentPlace::Nowhere) => None,
            Ok(row) => Some(OtherFound::Row(Box::new(row))),
            Err(_) if is_own => None,
            Err(NotForeign::Unknown) => Some(match self {
                TakenRows::KnownOrMapped(map) => {
                    foreign::read(text, Some(map)).map_or(OtherFound::Unknown, |row| OtherFound::Row(Box::new(row)))
                }
                _ => OtherFound::Unknown,
            }),
            Err(NotForeign::Wrong(reason)) => Some(OtherFound::Wrong(reason)),
        }
    }

    /// Whether all rows are read by a map.
    pub(super) fn is_mapped(&self) -> bool {
        matches!(self, TakenRows::Mapped(_))
    }

    /// Whether groups may be made of a column of a table.
    pub(super) fn groups_by(&self, column: &str) -> bool {
        if let TakenRows::Mapped(map) = self { map.groups_by(column) } else { true }
    }

    /// A row by the map; `None` where there is no map for all rows.
    pub(super) fn mapped(&self, text: &[u8]) -> Option<OtherFound> {
        let TakenRows::Mapped(map) = self else { return None };
        Some(match foreign::read(text, Some(map)) {
            Ok(row) => OtherFound::Row(Box::new(row)),
            Err(NotForeign::Wrong(reason)) => OtherFound::Wrong(reason),
            Err(NotForeign::Unknown) => OtherFound::Unknown,
        })
    }
}
