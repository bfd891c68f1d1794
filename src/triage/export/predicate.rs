//! Conditions of SQL that the rows of a group meet.
//!
//! Owns: the conditions on columns, in the names of a table.
//! Refuses: which messages a group has (message), what tells groups apart (apart), whole statements (statement), quoting (ground/sql).

mod apart;
mod condition;
mod message;

pub use apart::{AlikeGroups, Neighbours};
pub use condition::{ColumnTest, Condition};
pub use message::MessageTest;

use crate::ground::time::Micros;
use crate::rows::column::ErrorColumn;
use crate::rows::group::Group;
use crate::rows::source::RowTable;

/// Whether the message of a group still holds its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ValuesTold {
    /// As they were.
    Told,
    /// Replaced by their shapes: `<string 36 hex>`.
    Hidden,
}

/// Conditions that the rows of a group meet, to be joined by AND: the time that they span, names, stage, class, and what the message is like.
/// Groups whose messages are like these as well are told apart by [`Neighbours`].
pub fn conditions(group: &Group, values: ValuesTold) -> Vec<Condition> {
    let key = &group.key;
    let columns = [
        (ErrorColumn::Namespace, &key.namespace),
        (ErrorColumn::Doctype, &key.doctype),
        (ErrorColumn::Version, &key.version),
        (ErrorColumn::Stage, &key.stage),
        (ErrorColumn::Class, &key.class),
    ];
    let equal =
        columns.into_iter().filter(|(column, _)| *column != ErrorColumn::Class || !message_tells_class(group)).map(|(column, value)| {
            let test = match value.as_deref() {
                Some(value) => ColumnTest::Equal(value.to_owned()),
                None if column == ErrorColumn::Class => ColumnTest::Empty,
                None => ColumnTest::Null,
            };
            Condition { column, test }
        });
    let message = Condition { column: ErrorColumn::Message, test: ColumnTest::Message(MessageTest::of(group, values)) };
    times(group.span).into_iter().chain(equal).chain([message]).collect()
}

/// Whether the message begins with the class: then it tells it also for rows whose column is empty.
fn message_tells_class(group: &Group) -> bool {
    group.key.class.as_deref().is_some_and(|class| group.sample.starts_with(class))
}

/// The partitions that are read: whole microseconds, the last one included.
fn times(span: Option<(Micros, Micros)>) -> Vec<Condition> {
    let Some((first, last)) = span else { return Vec::new() };
    [ColumnTest::Since(first), ColumnTest::Until(last)].map(|test| Condition { column: ErrorColumn::Time, test }).into()
}

/// The conditions in the error table's own names.
pub fn standard(conditions: &[Condition]) -> Vec<String> {
    conditions.iter().map(|condition| condition.sql(condition.column.name())).collect()
}

/// The conditions in the names of a table; on what it does not have there is none.
pub fn in_table(conditions: &[Condition], table: &RowTable) -> Vec<String> {
    conditions.iter().filter_map(|condition| Some(condition.sql(table.columns.get(&condition.column)?))).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::ground::few::Settled;
    use crate::rows::group::{Fingerprint, GroupKey, GroupNames, NamesWithin, Trend};

    pub(in crate::triage::export) fn group(path: Option<&str>, class: &str, sample: &str) -> Group {
        let text = |text: &str| Some(Arc::from(text));
        Group {
            key: GroupKey {
                names: Arc::new(GroupNames {
                    namespace: text("My_app"),
                    within: Arc::new(NamesWithin { doctype: text("main"), version: None, stage: text("ParsePayload"), class: text(class) }),
                }),
                path: path.map(Into::into),
                fault: "x".into(),
            },
            fingerprint: Fingerprint(1),
            keyword: None,
            count: 1,
            span: Some((0, 1_500_000)),
            trend: Trend::default(),
            by_job: Default::default(),
            standing: Default::default(),
            noise: false,
            by_catch: false,
            sample: sample.into(),
            says: "".into(),
            facets: Arc::default(),
            clients: None,
            rare: None,
            rows: Settled::default(),
        }
    }

    #[test]
    fn conditions_name_every_column_and_the_time() {
        let all = standard(&conditions(&group(None, "a.b.DroppedException", "a.b.DroppedException: it's"), ValuesTold::Told));
        assert_eq!(all[0], "submission_timestamp >= TIMESTAMP '1970-01-01T00:00:00Z'");
        assert_eq!(all[1], "submission_timestamp <= TIMESTAMP '1970-01-01T00:00:01.5Z'");
        assert_eq!(all[2], "document_namespace = 'My_app'");

        assert!(all.contains(&"document_version IS NULL".to_owned()));
        assert!(all[6].starts_with(r"REGEXP_CONTAINS(error_message, '(?s)^a\\.b\\.DroppedException: it\'s"), "{}", all[6]);
    }
}
