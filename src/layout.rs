//! A table's columns: a `.bq` file as a flat tree.
//!
//! Owns: names, types, modes, descriptions, depth and leaf counts of columns, in the order of the file.
//! Refuses: finding the column of a value (sink), comparing layouts (compat).

/// Position of a column in pre-order.
pub type ColumnId = u32;

/// One column of a layout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// As the file spells it.
    pub name: Box<str>,
    /// Canonical type name: STRING, INT64, FLOAT64, BOOL, BYTES, TIMESTAMP, RECORD …; an unknown one as it stands.
    pub kind: Box<str>,
    /// NULLABLE, REQUIRED or REPEATED.
    pub mode: Mode,
    /// May be absent.
    pub description: Option<Box<str>>,
    /// Enclosing RECORD.
    pub parent: Option<ColumnId>,
    /// One past the last descendant in pre-order.
    pub end: ColumnId,
    /// 0 at the top.
    pub depth: u16,
}

/// BigQuery's mode of a column; absent is NULLABLE.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// May be NULL.
    Nullable,
    /// Never NULL.
    Required,
    /// A list.
    Repeated,
}

impl Mode {
    /// As BigQuery writes it.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Nullable => "NULLABLE",
            Mode::Required => "REQUIRED",
            Mode::Repeated => "REPEATED",
        }
    }
}

/// A table's columns in pre-order.
#[derive(Debug, Clone, Default)]
pub struct Layout {
    /// All columns, nested ones behind their RECORD.
    pub columns: Vec<Column>,
    /// What is odd in the file, kept and said: unknown types, duplicate names, records without fields.
    pub oddities: Vec<String>,
}
