//! A table as a tree, for people.
//!
//! Owns: the head with sizes and oddities, the widths of names and types, which columns a badge tells already.
//! Refuses: whole descriptions at any cost (`--format json` and `csv` have them).

use std::io::Write;

use color_eyre::Result;

use crate::cli::layout::NamedLayout;
use crate::ground::aligned::{GAP, Widths};
use crate::ground::text::{clip, count, visible, width};
use crate::pipeline::layout::{Column, ColumnForm, ColumnId, Layout, Size};
use crate::triage::facts::{Facts, column, table};

/// Most notes before the columns; what is odd throughout must not bury the table.
const MOST_NOTES: usize = 10;

/// Most cells of names that types wait for; a longer name pushes its own line.
const WIDEST_NAME: usize = 44;

/// The same for types.
const WIDEST_TYPE: usize = 24;

/// Fewest cells in which a description says something.
const LEAST_DESCRIPTION: usize = 12;

/// Deepest level that is still moved to the right.
const DEEPEST_INDENT: usize = 24;

/// A column as it is printed.
struct TreeLine {
    name: String,
    kind: String,
    description: String,
}

/// Writes the table; of a search, the columns found and the RECORDs around them.
pub(super) fn write(out: &mut impl Write, named: &NamedLayout, found: Option<&[ColumnId]>, room: usize) -> Result<()> {
    head(out, named)?;
    let layout = &*named.layout;
    let leaves = layout.leaf_counts();
    let shown = shown(layout, found);
    let lines = || (0..).zip(&shown).filter(|(_, shown)| **shown).map(|(id, _)| line(layout, id, &leaves, found));
    let mut widths = Widths::default();
    lines().for_each(|line| widths.fit([&line.name, &line.kind, ""], [WIDEST_NAME, WIDEST_TYPE, 0]));
    let Widths([names, kinds, _]) = widths;
    for line in lines() {
        let taken = width(&line.name).max(names) + width(&line.kind).max(kinds) + 2 * GAP.len();
        let left = Some(room.saturating_sub(taken)).filter(|left| *left >= LEAST_DESCRIPTION);
        let description = left.map(|left| clip(&line.description, left)).unwrap_or_default();
        writeln!(out, "{}", widths.line([&line.name, &line.kind, &description], &[]))?;
    }
    Ok(())
}

fn head(out: &mut impl Write, named: &NamedLayout) -> Result<()> {
    let size = Size::of(&named.layout);
    let file = if named.file == named.title { String::new() } else { format!("  {}", visible(&named.file)) };
    writeln!(out, "{}{file}", visible(&named.title))?;
    let mut facts = Facts::default();
    if !named.tables().is_empty() {
        facts.named("tables", &named.tables().join(", "));
    }
    facts.named("columns", &table::columns(&size));
    table::size(&mut facts, &size);
    let notes = named.notes();
    notes.iter().take(MOST_NOTES).for_each(|note| facts.named("note", note));
    if notes.len() > MOST_NOTES {
        facts.named("", &format!("and {} more: --format json has all", count((notes.len() - MOST_NOTES) as u64)));
    }
    Ok(writeln!(out, "{}", facts.indented("  "))?)
}

/// Which columns are printed: of a map or list of single values the badge tells what is in it.
fn shown(layout: &Layout, found: Option<&[ColumnId]>) -> Vec<bool> {
    let mut shown = vec![found.is_none(); layout.columns.len()];
    for &id in found.unwrap_or_default() {
        for id in layout.ancestors(id) {
            // Whatever is around a column that is shown is shown as well.
            if std::mem::replace(&mut shown[id as usize], true) {
                break;
            }
        }
    }
    if found.is_none() {
        for id in 0..layout.columns.len() as ColumnId {
            if layout.form(id) != ColumnForm::Plain && layout.children(id).all(|child| says_nothing(layout, child)) {
                layout.children(id).for_each(|child| shown[child as usize] = false);
            }
        }
    }
    shown
}

/// Whether all of a column is in the badge of the map or list around it.
fn says_nothing(layout: &Layout, id: ColumnId) -> bool {
    let is_told = |column: &Column| &*column.name != "key" || &*column.kind == "STRING";
    let bare = |column: &Column| column.description.is_none() && column.policy_tags.is_empty();
    layout.is_leaf(id) && layout.get(id).is_some_and(|column| is_told(column) && bare(column))
}

fn line(layout: &Layout, id: ColumnId, leaves: &[u32], found: Option<&[ColumnId]>) -> TreeLine {
    let Some(column) = layout.get(id) else { return TreeLine { name: String::new(), kind: String::new(), description: String::new() } };
    let is_found = found.is_none_or(|found| found.binary_search(&id).is_ok());
    let indent = "  ".repeat(usize::from(column.depth).min(DEEPEST_INDENT));
    let tags = column::tags(column).map(|tags| format!("[{}: {tags}]", column::TAGS));
    let about = column::description(column).filter(|_| is_found).map(Into::into);
    let description = tags.into_iter().chain(about).collect::<Vec<String>>().join(" ");
    TreeLine { name: format!("{indent}{}", visible(&column.name)), kind: kind(layout, id, column, leaves), description }
}

/// Type and mode: `INT64`, `STRING REPEATED`, `map<INT64>`, `RECORD (12)` with its leaf columns.
fn kind(layout: &Layout, id: ColumnId, column: &Column, leaves: &[u32]) -> String {
    let mut kind = column::kind(layout, id);
    if column.is_record() && layout.form(id) == ColumnForm::Plain {
        kind.push_str(&format!(" ({})", count(u64::from(leaves.get(id as usize).copied().unwrap_or_default()))));
    }
    kind
}
