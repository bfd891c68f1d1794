//! What is odd about a layout, kept and said.
//!
//! Owns: how many sentences are kept, the oddities that columns show by themselves: names, duplicates, RECORDs that are empty or too deep.
//! Refuses: what is wrong with the text of a file (read).

use super::size::MOST_LEVELS;
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
}

/// A name or path from the file for a sentence: in quotes, safe and short.
pub(super) fn quote(name: &str) -> String {
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
            found.add(|| format!("{} {fault}", path()));
        }
        if column.description.as_ref().is_some_and(|text| text.len() > LONGEST_DESCRIPTION && text.chars().count() > LONGEST_DESCRIPTION) {
            found.add(|| format!("{} has a description of more than 1,024 characters, which BigQuery refuses", path()));
        }
        if !column.is_record() {
            continue;
        }
        if layout.is_leaf(id) {
            found.add(|| format!("{} is a RECORD without columns", path()));
        }
        // The outermost one that is too deep tells for all below it.
        if usize::from(column.depth) == MOST_LEVELS {
            found.add(|| format!("{} is level {} of RECORDs; BigQuery takes {MOST_LEVELS}", path(), MOST_LEVELS + 1));
        }
    }
    duplicates(layout, found);
}

/// Names that are equal among siblings, and those that BigQuery takes for equal.
fn duplicates(layout: &Layout, found: &mut Oddities) {
    let column = |id: ColumnId| &layout.columns[id as usize];
    let siblings = |pair: &[ColumnId]| column(pair[0]).parent == column(pair[1]).parent;
    for pair in layout.by_name.windows(2) {
        if siblings(pair) && column(pair[0]).name == column(pair[1]).name {
            found.add(|| format!("column {} is declared more than once; the last one counts", quote(&layout.path(pair[1]))));
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
            found.add(|| {
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
