//! The statement that makes a table of a layout, in GoogleSQL.
//!
//! Owns: types with STRUCT and ARRAY, NOT NULL, descriptions, the pipeline's partitioning by day; safe whatever a file calls its columns.
//! Refuses: running it; policy tags, for which SQL has no word and which are named in a comment.

use super::{Column, ColumnId, Layout, Mode};
use crate::ground::sql::{identifier, literal};
use crate::ground::text::{plural, visible};

/// Column that the pipeline's tables are partitioned by.
const PARTITION: &str = "submission_timestamp";

/// Most columns whose policy tags are named in the comment.
const MOST_TAGGED: usize = 20;

/// Deepest level that is still moved to the right; what is deeper BigQuery refuses anyway.
const DEEPEST_INDENT: usize = 20;

/// Most characters of a query that BigQuery takes.
pub const MOST_QUERY: usize = 1 << 20;

/// How the rows of a table are kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TableOrder {
    /// What stands behind PARTITION BY: an expression.
    pub partition: Option<String>,
    /// Columns behind CLUSTER BY.
    pub clustering: Vec<String>,
}

impl TableOrder {
    /// The pipeline's own: by day. Its layouts tell nothing of clusters.
    pub fn pipeline(layout: &Layout) -> Self {
        let partition = is_partitioned(layout).then(|| format!("DATE({PARTITION})"));
        TableOrder { partition, clustering: Vec::new() }
    }

    /// What a table that is there tells: the column and span of its partitions, if any, and the columns that it is clustered by.
    pub fn told(layout: &Layout, partition: Option<(Option<&str>, &str)>, clustering: &[String]) -> Self {
        let partition = partition.map(|(field, span)| {
            let name = field.unwrap_or("_PARTITIONTIME");
            let kind = layout.child(None, name).and_then(|id| layout.get(id)).map_or("TIMESTAMP", |column| &*column.kind);
            let column = identifier(name);
            match (kind, span) {
                ("DATE", "DAY") => column,
                ("DATE", _) => format!("DATE_TRUNC({column}, {span})"),
                (_, "DAY") => format!("DATE({column})"),
                ("DATETIME", _) => format!("DATETIME_TRUNC({column}, {span})"),
                _ => format!("TIMESTAMP_TRUNC({column}, {span})"),
            }
        });
        TableOrder { partition, clustering: clustering.to_vec() }
    }
}

/// That a statement is longer than BigQuery takes; `None` where it is not.
pub fn too_long(statement: &str) -> Option<String> {
    if statement.len() <= MOST_QUERY || statement.chars().count() <= MOST_QUERY {
        return None;
    }
    let size = crate::ground::text::bytes(statement.len() as u64);
    Some(format!("the statement has {size}, and BigQuery takes at most 1 MB of query text"))
}

/// `CREATE TABLE` for a layout. The table is given with its dataset, `telemetry_live.main_v5`, or its project and dataset.
/// Where a column has no SQL type or a RECORD no columns, the error says which.
pub fn create(layout: &Layout, table: &str, order: &TableOrder) -> Result<String, String> {
    sound(layout)?;
    let table: Vec<String> = table.split('.').map(identifier).collect();
    let mut sql = policy_tags(layout);
    sql.push_str(&format!("CREATE TABLE {} (\n", table.join(".")));
    let mut open: Vec<ColumnId> = Vec::new();
    for (id, column) in (0..).zip(&layout.columns) {
        indent(&mut sql, column);
        sql.push_str(&identifier(&column.name));
        sql.push(' ');
        sql.push_str(if column.mode == Mode::Repeated { "ARRAY<" } else { "" });
        sql.push_str(column.kind.sql().unwrap_or_default());
        sql.push_str(&column.bounds());
        if column.is_record() {
            sql.push_str("<\n");
            open.push(id);
            continue;
        }
        finish(&mut sql, layout, column);
        // A last column ends all RECORDs that end with it.
        while let Some(record) = open.last().and_then(|&record| layout.get(record)).filter(|record| record.end == id + 1) {
            open.pop();
            indent(&mut sql, record);
            sql.push('>');
            finish(&mut sql, layout, record);
        }
    }
    sql.push(')');
    if let Some(partition) = &order.partition {
        sql.push_str(&format!("\nPARTITION BY {partition}"));
    }
    if !order.clustering.is_empty() {
        let columns: Vec<String> = order.clustering.iter().map(|column| identifier(column)).collect();
        sql.push_str(&format!("\nCLUSTER BY {}", columns.join(", ")));
    }
    sql.push_str(";\n");
    Ok(sql)
}

/// Whether every column can be written.
fn sound(layout: &Layout) -> Result<(), String> {
    if layout.columns.is_empty() {
        return Err("a table without columns cannot be made".to_owned());
    }
    let bad =
        |&id: &ColumnId| layout.get(id).is_some_and(|column| column.kind.sql().is_none() || (column.is_record() && layout.is_leaf(id)));
    let mut bad = (0..layout.columns.len() as ColumnId).filter(bad);
    let Some((first, column)) = bad.next().and_then(|id| Some((id, layout.get(id)?))) else { return Ok(()) };
    let path = super::oddities::quote(&layout.path(first));
    let why = match &*column.kind {
        "" => "has no type".to_owned(),
        "RECORD" => "is a RECORD without columns".to_owned(),
        kind => format!("has the type {}, which SQL cannot say from a layout alone", super::oddities::quote(kind)),
    };
    let others = match bad.count() {
        0 => String::new(),
        1 => ", and another column cannot be written".to_owned(),
        n => format!(", and {n} other columns cannot be written"),
    };
    Err(format!("{path} {why}{others}"))
}

fn indent(sql: &mut String, column: &Column) {
    let level = usize::from(column.depth).min(DEEPEST_INDENT) + 1;
    (0..level).for_each(|_| sql.push_str("  "));
}

/// What stands behind a column's type, up to the end of its line.
fn finish(sql: &mut String, layout: &Layout, column: &Column) {
    match column.mode {
        Mode::Repeated => sql.push('>'),
        Mode::Required => sql.push_str(" NOT NULL"),
        Mode::Nullable => {}
    }
    if let Some(description) = column.description.as_deref().filter(|description| !description.is_empty()) {
        sql.push_str(&format!(" OPTIONS(description={})", literal(description)));
    }
    let siblings_end = column.parent.and_then(|parent| layout.get(parent)).map_or(layout.columns.len(), |parent| parent.end as usize);
    sql.push_str(if (column.end as usize) < siblings_end { ",\n" } else { "\n" });
}

fn is_partitioned(layout: &Layout) -> bool {
    let column = layout.child(None, PARTITION).and_then(|id| layout.get(id));
    column.is_some_and(|column| matches!(&*column.kind, "TIMESTAMP" | "DATETIME") && column.mode != Mode::Repeated)
}

/// The columns whose policy tags have to be set in another way.
fn policy_tags(layout: &Layout) -> String {
    let tagged = (0..).zip(&layout.columns).filter(|(_, column)| !column.policy_tags.is_empty());
    let tagged: Vec<(ColumnId, &Column)> = tagged.collect();
    let mut comment = String::new();
    for (id, column) in tagged.iter().take(MOST_TAGGED) {
        // One line, whatever the file says: a line break would end the comment.
        comment.push_str(&format!(
            "-- not in SQL: {} has the policy tags {}\n",
            visible(&layout.path(*id)),
            visible(&column.policy_tags.join(", "))
        ));
    }
    if tagged.len() > MOST_TAGGED {
        comment.push_str(&format!(
            "-- and {} policy tags\n",
            plural((tagged.len() - MOST_TAGGED) as u64, "more column has", "more columns have")
        ));
    }
    comment
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pipeline::layout::builder::LayoutBuilder;
    use crate::pipeline::layout::oddities::Oddities;

    fn ddl(text: &str) -> Result<String, String> {
        let layout = Layout::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        create(&layout, "acme_live.session_v1", &TableOrder::pipeline(&layout))
    }

    #[test]
    fn a_table_is_written_with_its_nested_columns() {
        let sql = ddl(r#"[
            {"name":"submission_timestamp","type":"TIMESTAMP","mode":"REQUIRED","description":"when it's come\n"},
            {"name":"metrics","type":"RECORD","description":"all","fields":[
                {"name":"labeled","type":"RECORD","mode":"REPEATED","description":"by label","fields":[
                    {"name":"key","type":"STRING"},{"name":"value","type":"INTEGER","mode":"REPEATED"}]},
                {"name":"range","type":"BOOLEAN"}]}]"#);
        assert_eq!(
            sql.unwrap_or_default(),
            r"CREATE TABLE acme_live.session_v1 (
  submission_timestamp TIMESTAMP NOT NULL OPTIONS(description='when it\'s come\n'),
  metrics STRUCT<
    labeled ARRAY<STRUCT<
      key STRING,
      value ARRAY<INT64>
    >> OPTIONS(description='by label'),
    `range` BOOL
  > OPTIONS(description='all')
)
PARTITION BY DATE(submission_timestamp);
"
        );
    }

    #[test]
    fn partitions_and_clusters_are_those_that_are_told() {
        let layout = Layout::parse(br#"[{"name":"day","type":"DATE"},{"name":"at","type":"TIMESTAMP"}]"#).unwrap_or_default();
        let end = |partition, clustering: &[&str]| {
            let clustering: Vec<String> = clustering.iter().map(|&name| name.to_owned()).collect();
            let sql = create(&layout, "a.b", &TableOrder::told(&layout, partition, &clustering)).unwrap_or_default();
            sql.split_once(")\n").map(|(_, end)| end.to_owned()).unwrap_or_default()
        };
        assert_eq!(end(Some((Some("day"), "DAY")), &["at", "group"]), "PARTITION BY day\nCLUSTER BY `at`, `group`;\n");
        assert_eq!(end(Some((Some("at"), "HOUR")), &[]), "PARTITION BY TIMESTAMP_TRUNC(`at`, HOUR);\n");
        assert_eq!(end(Some((None, "DAY")), &[]), "PARTITION BY DATE(_PARTITIONTIME);\n");
    }

    #[test]
    fn a_statement_longer_than_a_query_says_so() {
        let words = too_long(&" ".repeat(MOST_QUERY + 1)).unwrap_or_default();
        assert_eq!(words, "the statement has 1.0 MiB, and BigQuery takes at most 1 MB of query text");
        assert_eq!(too_long(&"é".repeat(MOST_QUERY)), None);
    }

    #[test]
    fn no_name_or_text_leaves_its_place() {
        let sql = ddl(r#"[{"name":"a` STRING); DROP TABLE x; --","type":"STRING","policyTags":{"names":["t\n); DROP TABLE y"]},
            "description":"'); DROP TABLE z; --\\"}]"#);
        assert_eq!(
            sql.unwrap_or_default(),
            "-- not in SQL: a` STRING); DROP TABLE x; -- has the policy tags t\\n); DROP TABLE y\n\
             CREATE TABLE acme_live.session_v1 (\n  `a\\` STRING); DROP TABLE x; --` STRING OPTIONS(description='\\'); DROP TABLE z; --\\\\')\n);\n"
        );
    }

    #[test]
    fn what_sql_cannot_say_is_refused_with_its_path() {
        let error = |text: &str| ddl(text).err().unwrap_or_default();
        assert_eq!(error("[]"), "a table without columns cannot be made");
        assert_eq!(
            error(r#"[{"name":"a","type":"RECORD"},{"name":"b"}]"#),
            "\"a\" is a RECORD without columns, and another column cannot be written"
        );
        assert!(error(r#"[{"name":"a","type":"POINT"}]"#).starts_with("\"a\" has the type \"POINT\""));
    }

    #[test]
    fn depth_costs_no_stack_and_no_space() {
        let mut builder = LayoutBuilder::default();
        for _ in 0..20_000 {
            builder.add("r", "RECORD".into(), Mode::Nullable);
            builder.open();
        }
        builder.add("leaf", "STRING".into(), Mode::Nullable);
        let sql = create(&builder.finish(Oddities::default()), "t", &TableOrder::default()).unwrap_or_default();
        assert!(sql.len() < 3_000_000, "{}", sql.len());
        assert_eq!((sql.matches('<').count(), sql.matches('>').count()), (20_000, 20_000));
    }
}
