//! What is odd about a layout, kept and said.
//!
//! Owns: how many sentences are kept, the oddities that columns show by themselves: names, duplicates, RECORDs that are empty or too deep.
//! Refuses: what is wrong with the text of a file (read).

use super::size::{Gauge, GaugeLevel, Limit, MOST_LEVELS};
use super::{ColumnId, Layout, names};
use crate::ground::text;

/// Most sentences; a file that is wrong in every line should not fill the memory with complaints.
const MOST: usize = 100;

/// Most characters of a description in BigQuery.
const LONGEST_DESCRIPTION: usize = 1024;

/// Sentences, and how many more there would be.
#[derive(Debug, Default)]
pub(super) struct Oddities {
    pub list: Vec<String>,
    pub unlisted: usize,
    /// Those for which BigQuery refuses the layout, as far as they are kept.
    pub refusals: Vec<String>,
    pub refused: usize,
}

impl Oddities {
    /// Keeps the sentence, or counts it where there are enough; only a kept one is made.
    pub(super) fn add(&mut self, sentence: impl FnOnce() -> String) {
        if self.list.len() < MOST {
            self.list.push(sentence());
        } else {
            self.unlisted += 1;
        }
    }

    /// The same of something for which BigQuery refuses the layout.
    pub(super) fn refuse(&mut self, sentence: impl Fn() -> String) {
        self.refused += 1;
        if self.refusals.len() < MOST {
            self.refusals.push(sentence());
        }
        self.add(sentence);
    }
}

/// A name or path from the file for a sentence: in quotes, safe and short.
pub(in crate::pipeline) fn quote(name: &str) -> String {
    format!("\"{}\"", text::clip_middle(&text::visible(name), 80))
}

impl Layout {
    /// How many things are odd, also those that are not listed.
    pub fn oddity_count(&self) -> usize {
        self.oddities.len() + self.unlisted
    }
}

/// Adds what the columns show by themselves.
pub(super) fn check(layout: &Layout, found: &mut Oddities) {
    for (id, column) in (0..).zip(&layout.columns) {
        let path = || quote(&layout.path(id));
        if let Some(fault) = names::fault(&column.name) {
            let sentence = || format!("{} {fault}", path());
            if fault.is_refused() { found.refuse(sentence) } else { found.add(sentence) }
        }
        if column.description.as_ref().is_some_and(|text| text.len() > LONGEST_DESCRIPTION && text.chars().count() > LONGEST_DESCRIPTION) {
            found.refuse(|| format!("{} has a description of more than 1,024 characters, which BigQuery refuses", path()));
        }
        if !column.is_record() {
            continue;
        }
        if layout.is_leaf(id) {
            found.refuse(|| format!("{} is a RECORD without columns", path()));
        }
        // The outermost one that is too deep tells for all below it.
        if usize::from(column.depth) == MOST_LEVELS {
            found.refuse(|| format!("{} is level {} of RECORDs; BigQuery takes {MOST_LEVELS}", path(), MOST_LEVELS + 1));
        }
    }
    duplicates(layout, found);
    let leaves = Gauge { limit: Limit::Leaves, used: layout.leaf_count() };
    if leaves.level() == GaugeLevel::Over {
        // The gauge of the table tells it wherever oddities are told.
        found.refused += 1;
        found.refusals.push(format!("the table has {leaves}"));
    }
}

/// Names that are equal among siblings, and those that BigQuery takes for equal.
fn duplicates(layout: &Layout, found: &mut Oddities) {
    let column = |id: ColumnId| &layout.columns[id as usize];
    let siblings = |pair: &[ColumnId]| column(pair[0]).parent == column(pair[1]).parent;
    for pair in layout.by_name.windows(2) {
        if siblings(pair) && column(pair[0]).name == column(pair[1]).name {
            found.refuse(|| format!("column {} is declared more than once; the last one counts", quote(&layout.path(pair[1]))));
        }
    }
    // Names are all in lower case but for rare files, which alone pay for another order.
    if !layout.columns.iter().any(|column| column.name.chars().any(char::is_uppercase)) {
        return;
    }
    let mut folded: Vec<(Option<ColumnId>, String, ColumnId)> =
        (0..).zip(&layout.columns).map(|(id, column)| (column.parent, column.name.to_lowercase(), id)).collect();
    folded.sort();
    for pair in folded.windows(2) {
        let [(parent, name, id), (other_parent, other_name, other)] = pair else { continue };
        if (parent, name) == (other_parent, other_name) && column(*id).name != column(*other).name {
            found.refuse(|| {
                let (path, near) = (quote(&layout.path(*id)), quote(&column(*other).name));
                format!("column {path} differs from {near} beside it only in case; BigQuery takes them for one")
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Oddities;
    use crate::pipeline::layout::builder::LayoutBuilder;
    use crate::pipeline::layout::{Layout, Mode};

    fn oddities(text: &str) -> Vec<String> {
        Layout::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}")).oddities
    }

    #[test]
    fn names_and_records_are_told_with_their_path() {
        let told = oddities(
            r#"[{"name":"a","type":"RECORD","fields":[{"name":"b.c","type":"STRING"},{"name":"Id","type":"INT64"},
            {"name":"iD","type":"INT64"},{"name":"id","type":"INT64"},{"name":"r","type":"RECORD","fields":[]}]}]"#,
        );
        assert_eq!(
            told,
            [
                "\"a.b.c\" has '.' in its name, which BigQuery refuses",
                "\"a.r\" is a RECORD without columns",
                "column \"a.Id\" differs from \"iD\" beside it only in case; BigQuery takes them for one",
                "column \"a.iD\" differs from \"id\" beside it only in case; BigQuery takes them for one",
            ]
        );
    }

    #[test]
    fn what_bigquery_refuses_is_told_apart_from_what_is_only_odd() {
        let long = "x".repeat(1025);
        let text = format!(
            r#"[{{"name":"a","type":"STRING","description":"{long}"}},{{"name":"64bit","type":"STRING"}},{{"name":"a-b","type":"STRING"}},
            {{"name":"c","type":"STRUCT","fields":[{{"name":"d","type":"STRING"}}]}},{{"name":"e","type":"POINT"}},{{"type":"STRING"}}]"#
        );
        let layout = Layout::parse(text.as_bytes()).unwrap_or_default();
        let refusals = [
            "\"e\" has the unknown type \"POINT\"",
            "column 6 of the table has no name; it is left out",
            "\"a\" has a description of more than 1,024 characters, which BigQuery refuses",
        ];
        assert_eq!((&layout.refusals[..], layout.refused), (&refusals.map(str::to_owned)[..], 3));
        assert!(layout.oddity_count() > layout.refused);
    }

    #[test]
    fn too_many_leaves_are_refused() {
        let mut builder = LayoutBuilder::default();
        (0..10_001).for_each(|i| {
            builder.add(&format!("c{i}"), "STRING".into(), Mode::Nullable);
        });
        let told = builder.finish(Oddities::default()).refusals;
        assert_eq!(told, ["the table has 10,001 of 10,000 leaf columns that BigQuery takes: 1 too many"]);
    }

    #[test]
    fn what_is_too_deep_is_told_once() {
        let mut builder = LayoutBuilder::default();
        for depth in 0..20 {
            builder.add(&format!("r{depth}"), "RECORD".into(), Mode::Nullable);
            builder.open();
        }
        builder.add("leaf", "STRING".into(), Mode::Nullable);
        let told = builder.finish(Oddities::default()).oddities;
        assert_eq!(told.len(), 1);
        assert!(told[0].ends_with(".r15\" is level 16 of RECORDs; BigQuery takes 15"), "{told:?}");
    }

    #[test]
    fn what_is_not_listed_is_counted() {
        let columns: Vec<String> = (0..150).map(|i| format!(r#"{{"name":"c-{i}","type":"POINT"}}"#)).collect();
        let layout = Layout::parse(format!("[{}]", columns.join(",")).as_bytes()).unwrap_or_default();
        assert_eq!((layout.columns.len(), layout.oddities.len(), layout.unlisted), (150, 100, 200));
        assert_eq!(layout.oddity_count(), 300);
    }
}
