//! One condition on a column of a row.
//!
//! Owns: what is asked of the column, as SQL for a table with names of its own.
//! Refuses: which conditions a group has (predicate).

use super::message::MessageTest;
use crate::ground::sql::literal;
use crate::ground::time::{Micros, rfc3339};
use crate::rows::column::ErrorColumn;

/// What rows have in a column, or have not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// Of the error table.
    pub column: ErrorColumn,
    /// What is asked of it.
    pub test: ColumnTest,
}

/// What is asked of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ColumnTest {
    /// A time that is not before.
    Since(Micros),
    /// A time that is not after.
    Until(Micros),
    /// A text.
    Equal(String),
    /// Nothing.
    Null,
    /// Nothing, or a text without a letter.
    Empty,
    /// One of these messages.
    Message(MessageTest),
    /// None of these messages.
    NoMessage(MessageTest),
}

impl Condition {
    /// Where a table calls the column so.
    pub fn sql(&self, name: &str) -> String {
        let time = |time: Micros| format!("{} {}", ErrorColumn::Time.kind(), literal(&rfc3339(time)));
        match &self.test {
            ColumnTest::Since(first) => format!("{name} >= {}", time(*first)),
            ColumnTest::Until(last) => format!("{name} <= {}", time(*last)),
            ColumnTest::Equal(text) => format!("{name} = {}", literal(text)),
            ColumnTest::Null => format!("{name} IS NULL"),
            ColumnTest::Empty => format!("IFNULL({name}, '') = ''"),
            ColumnTest::Message(test) => test.condition(name),
            ColumnTest::NoMessage(test) => test.exclusion(name),
        }
    }
}
