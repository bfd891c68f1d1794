//! Names of tables.
//!
//! Owns: `PROJECT.DATASET.TABLE[,TABLE …]` with patterns, in every spelling that BigQuery's tools print; which characters are allowed.
//! Refuses: whether such a table exists (table).

use crate::ground::text::visible;

/// What a source in BigQuery begins with.
pub const SCHEME: &str = "bigquery:";

/// Project, dataset and table. Holds no character that could end a name in SQL.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TableName {
    /// `moz-fx-data-shared-prod`, or `example.com:project`
    pub project: String,
    /// `payload_bytes_error`
    pub dataset: String,
    /// `telemetry`; may be a pattern with `*` as long as it is not found.
    pub table: String,
}

impl std::fmt::Display for TableName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.project, self.dataset, self.table)
    }
}

impl TableName {
    /// Reads one name. A name of two parts belongs to `project`.
    ///
    /// # Errors
    /// What is wrong with it and what a name looks like.
    pub fn parse(text: &str, project: Option<&str>) -> Result<Self, String> {
        let wrong = |why: &str| format!("{} is not a table of BigQuery: {why}; a table is PROJECT.DATASET.TABLE", visible(text));
        let plain = text.trim().replace('`', "");
        // `bq` prints project:dataset.table; old projects have a colon in their own name.
        let (before, table) = plain.rsplit_once('.').ok_or_else(|| wrong("it has no dataset"))?;
        let (project, dataset) = match before.rsplit_once(['.', ':']) {
            Some((project, dataset)) => (project, dataset),
            None => (project.ok_or_else(|| wrong("it has no project"))?, before),
        };
        if !is_project(project) {
            return Err(wrong("a project has letters, digits and dashes only"));
        }
        if !is_dataset(dataset) {
            return Err(wrong("a dataset has letters, digits and _ only"));
        }
        if !is_table(table) {
            return Err(wrong("the table's name has a character that no table has"));
        }
        Ok(TableName { project: project.to_owned(), dataset: dataset.to_owned(), table: table.to_owned() })
    }

    /// Reads what stands behind `bigquery:`: names or patterns, parted by commas; what lacks its project and dataset has those of the one before.
    ///
    /// # Errors
    /// The first name that is none.
    pub fn parse_list(text: &str, project: Option<&str>) -> Result<Vec<Self>, String> {
        let mut names: Vec<TableName> = Vec::new();
        for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
            let name = match names.last() {
                Some(last) if !part.contains('.') => TableName::parse(&format!("{}.{}.{part}", last.project, last.dataset), None)?,
                last => TableName::parse(part, last.map(|last| last.project.as_str()).or(project))?,
            };
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() { Err("no table is named: give bigquery:PROJECT.DATASET.TABLE".to_owned()) } else { Ok(names) }
    }

    /// Whether it stands for several tables.
    pub fn is_pattern(&self) -> bool {
        self.table.contains('*')
    }

    /// Whether a table of the same dataset is one of those that this stands for.
    pub fn takes(&self, table: &str) -> bool {
        glob::Pattern::new(&self.table).is_ok_and(|pattern| pattern.matches(table))
    }
}

fn is_project(text: &str) -> bool {
    (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b':' | b'.' | b'_'))
}

fn is_dataset(text: &str) -> bool {
    (1..=1024).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Letters, marks, numbers, connectors, dashes and spaces of Unicode; here without what would have to be escaped.
fn is_table(text: &str) -> bool {
    (1..=1024).contains(&text.len()) && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | ' ' | '$' | '*'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<Vec<String>, String> {
        TableName::parse_list(text, Some("own")).map(|names| names.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn names_are_read_as_people_and_tools_write_them() {
        for (text, names) in [
            ("a-b.c.d", vec!["a-b.c.d"]),
            ("a-b.c.d,e , a-b.c.d", vec!["a-b.c.d", "a-b.c.e"]),
            ("`a-b.c.d`", vec!["a-b.c.d"]),
            ("`a-b`.c.d", vec!["a-b.c.d"]),
            ("a-b:c.d", vec!["a-b.c.d"]),
            ("example.com:a:c.d", vec!["example.com:a.c.d"]),
            ("c.d", vec!["own.c.d"]),
            ("a.c.*,x.y.z", vec!["a.c.*", "x.y.z"]),
        ] {
            assert_eq!(list(text).unwrap(), names, "{text}");
        }
    }

    #[test]
    fn what_could_end_a_name_in_sql_is_refused() {
        for text in [
            "",
            "d",
            "a.b.c;DROP TABLE x",
            "a.b.c' OR '1'='1",
            "a.b.c\\",
            "a.b-c.d",
            "a b.c.d",
            "a.b.c\"",
            "a.b.c)",
            "a..c",
            "a.b.c\n--",
            "a.b.c/*",
        ] {
            assert!(list(text).is_err(), "{text}");
        }
        assert!(list("a.b.c\u{1b}[2J").unwrap_err().contains("\\u{1b}"));
    }

    #[test]
    fn a_pattern_takes_what_it_stands_for() {
        let name = TableName::parse("a.b.err_*", None).unwrap();
        assert!(name.is_pattern() && name.takes("err_x") && !name.takes("other"));
    }
}
