//! A table as a tree, for people.
//!
//! Owns: the head with sizes and oddities, the widths of names and types, which columns a badge tells already.
//! Refuses: whole descriptions at any cost (`--format json` and `csv` have them).

use std::io::Write;

use color_eyre::Result;

use crate::cli::layout::Named;
use crate::ground::text::{clip, count, visible, width};
use crate::pipeline::layout::{Column, ColumnId, Form, Layout, Mode, Size};

/// Cells of the words on the left of the head.
const WORDS: usize = 9;

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
struct Line {
    name: String,
    kind: String,
    description: String,
}

/// Writes the table; of a search, the columns found and the RECORDs around them.
pub(super) fn write(out: &mut impl Write, named: &Named, found: Option<&[ColumnId]>, room: usize) -> Result<()> {
    head(out, named)?;
    let layout = &*named.layout;
    let leaves = layout.leaf_counts();
    let shown = shown(layout, found);
    let lines = || (0..).zip(&shown).filter(|(_, shown)| **shown).map(|(id, _)| line(layout, id, &leaves, found));
    let widest = |cell: fn(&Line) -> &str, most| lines().map(|line| width(cell(&line))).filter(|cells| *cells <= most).max().unwrap_or(0);
    let (names, kinds) = (widest(|line| &line.name, WIDEST_NAME), widest(|line| &line.kind, WIDEST_TYPE));
    for line in lines() {
        let mut text = format!("{}  {}", padded(&line.name, names), padded(&line.kind, kinds));
        let left = room.saturating_sub(width(&text) + 2);
        if !line.description.is_empty() && left >= LEAST_DESCRIPTION {
            text = format!("{text}  {}", clip(&line.description, left));
        }
        writeln!(out, "{}", text.trim_end())?;
    }
    Ok(())
}

fn head(out: &mut impl Write, named: &Named) -> Result<()> {
    let size = Size::of(&named.layout);
    let file = if named.file == named.title { String::new() } else { format!("  {}", visible(&named.file)) };
    writeln!(out, "{}{file}", visible(&named.title))?;
    let mut say = |word: &str, text: &str| writeln!(out, "  {word:WORDS$}{}", visible(text));
    if !named.tables().is_empty() {
        say("tables", &named.tables().join(", "))?;
    }
    say("columns", &format!("{} with RECORDs, {} without", count(size.columns as u64), count(size.leaves as u64)))?;
    for (i, gauge) in size.gauges().iter().enumerate() {
        say(if i == 0 { "size" } else { "" }, &gauge.to_string())?;
    }
    let notes = named.notes();
    for note in notes.iter().take(MOST_NOTES) {
        say("note", note)?;
    }
    if notes.len() > MOST_NOTES {
        say("", &format!("and {} more: --format json has all", count((notes.len() - MOST_NOTES) as u64)))?;
    }
    Ok(writeln!(out)?)
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
            if layout.form(id) != Form::Plain && layout.children(id).all(|child| says_nothing(layout, child)) {
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

fn line(layout: &Layout, id: ColumnId, leaves: &[u32], found: Option<&[ColumnId]>) -> Line {
    let Some(column) = layout.get(id) else { return Line { name: String::new(), kind: String::new(), description: String::new() } };
    let is_found = found.is_none_or(|found| found.binary_search(&id).is_ok());
    let indent = "  ".repeat(usize::from(column.depth).min(DEEPEST_INDENT));
    let mut description =
        if is_found { column.description.as_deref().map(|text| visible(text).into_owned()).unwrap_or_default() } else { String::new() };
    if !column.policy_tags.is_empty() {
        let tags = format!("[policy tags: {}]", visible(&column.policy_tags.join(", ")));
        description = format!("{tags} {description}");
    }
    Line { name: format!("{indent}{}", visible(&column.name)), kind: kind(layout, id, column, leaves), description }
}

/// Type and mode: `INT64`, `STRING REPEATED`, `map<INT64>`, `RECORD (12)` with its leaf columns.
fn kind(layout: &Layout, id: ColumnId, column: &Column, leaves: &[u32]) -> String {
    let form = layout.form(id);
    let mut kind = if form == Form::Plain { visible(&column.kind).into_owned() } else { visible(&layout.badge(id)).into_owned() };
    if form == Form::Plain && column.mode != Mode::Nullable {
        kind.push_str(&format!(" {}", column.mode.name()));
    }
    if column.is_record() && form == Form::Plain {
        kind.push_str(&format!(" ({})", count(u64::from(leaves.get(id as usize).copied().unwrap_or_default()))));
    }
    kind
}

fn padded(text: &str, cells: usize) -> String {
    format!("{text}{}", " ".repeat(cells.saturating_sub(width(text))))
}
