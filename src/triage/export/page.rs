//! A text of headings, facts, tables, lists and code, as Markdown, as plain text or as a part of an HTML page.
//!
//! Owns: all forms; what stands in a page is ours only where it says so, everything else is shown as data.
//! Refuses: what is told (report, backfill).

mod html;

use crate::ground::aligned::Aligned;
use crate::ground::markdown;
use crate::ground::text::{plural, visible, width};
use crate::rows::group::Fingerprint;

/// A text in parts.
#[derive(Debug, Default)]
pub struct Page(Vec<PageBlock>);

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinePiece {
    /// Words of ours, without anything from outside.
    Ours(String),
    /// A value from outside.
    Data(String),
    /// A sentence with values from outside in it.
    Said(String),
    /// What a group is called by, and whether more of it stands on the same page.
    Group {
        /// The group.
        print: Fingerprint,
        /// Whether there is a part about it.
        is_below: bool,
    },
    /// Counts over time.
    Trend {
        /// A sign each, of ours.
        drawn: String,
        /// The same as names of hours or days with their counts.
        counts: Vec<(String, u64)>,
    },
}

/// The head of a column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableHead {
    /// Its words, of ours.
    pub words: &'static str,
    /// Whether numbers stand below it.
    pub is_number: bool,
}

/// A cell of a table.
pub type TableCell = Vec<LinePiece>;

#[derive(Debug)]
enum PageBlock {
    Heading(Vec<LinePiece>),
    Line(Vec<LinePiece>),
    Facts(Vec<(&'static str, Vec<LinePiece>)>),
    Item(Vec<LinePiece>),
    Code { language: &'static str, text: String },
    Table { heads: Vec<TableHead>, rows: Vec<Vec<TableCell>> },
}

/// Words of ours.
pub fn ours(words: impl Into<String>) -> LinePiece {
    LinePiece::Ours(words.into())
}

/// A value from outside.
pub fn data(value: impl Into<String>) -> LinePiece {
    LinePiece::Data(value.into())
}

/// A sentence with values from outside in it.
pub fn said(sentence: impl Into<String>) -> LinePiece {
    LinePiece::Said(sentence.into())
}

/// `1 row`, `2,000 rows`.
pub fn rows(number: u64) -> String {
    plural(number, "row", "rows")
}

impl Page {
    /// A heading of its own line.
    pub fn heading(&mut self, pieces: impl Into<Vec<LinePiece>>) {
        self.0.push(PageBlock::Heading(pieces.into()));
    }

    /// A paragraph.
    pub fn line(&mut self, pieces: impl Into<Vec<LinePiece>>) {
        self.0.push(PageBlock::Line(pieces.into()));
    }

    /// A name with what it is; facts that follow each other stand below each other.
    pub fn fact(&mut self, name: &'static str, pieces: impl Into<Vec<LinePiece>>) {
        match self.0.last_mut() {
            Some(PageBlock::Facts(facts)) => facts.push((name, pieces.into())),
            _ => self.0.push(PageBlock::Facts(vec![(name, pieces.into())])),
        }
    }

    /// A line of a list.
    pub fn item(&mut self, pieces: impl Into<Vec<LinePiece>>) {
        self.0.push(PageBlock::Item(pieces.into()));
    }

    /// Text in its own lines; the language is a word of ours.
    pub fn code(&mut self, language: &'static str, text: impl Into<String>) {
        self.0.push(PageBlock::Code { language, text: text.into() });
    }

    /// A table; each row has a cell for each head.
    pub fn table(&mut self, heads: impl Into<Vec<TableHead>>, rows: Vec<Vec<TableCell>>) {
        self.0.push(PageBlock::Table { heads: heads.into(), rows });
    }

    /// All of another page below it.
    pub fn append(&mut self, other: Page) {
        self.0.extend(other.0);
    }

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let line = |pieces: &[LinePiece]| pieces.iter().map(in_markdown).collect::<String>();
        self.written(|block| match block {
            PageBlock::Heading(pieces) => format!("## {}\n", line(pieces)),
            PageBlock::Line(pieces) => format!("{}\n", line(pieces)),
            PageBlock::Facts(facts) => facts.iter().map(|(name, pieces)| format!("- **{name}**: {}\n", line(pieces))).collect(),
            PageBlock::Item(pieces) => format!("- {}\n", line(pieces)),
            PageBlock::Code { language, text } => markdown::fence(language, text),
            PageBlock::Table { heads, rows } => {
                let words: Vec<&str> = heads.iter().map(|head| head.words).collect();
                let rule: String = heads.iter().map(|head| if head.is_number { "---:|" } else { "---|" }).collect();
                let cells = |row: &Vec<TableCell>| row.iter().map(|cell| markdown::cell(&line(cell))).collect::<Vec<_>>().join(" | ");
                let rows: String = rows.iter().map(|row| format!("| {} |\n", cells(row))).collect();
                format!("| {} |\n|{rule}\n{rows}", words.join(" | "))
            }
        })
    }

    /// As plain text.
    pub fn text(&self) -> String {
        let line = |pieces: &[LinePiece]| pieces.iter().map(in_text).collect::<String>();
        self.written(|block| match block {
            PageBlock::Heading(pieces) => {
                let words = line(pieces);
                format!("{words}\n{}\n", "=".repeat(width(&words)))
            }
            PageBlock::Line(pieces) => format!("{}\n", line(pieces)),
            PageBlock::Facts(facts) => {
                let mut rows = Aligned::bare(&[]);
                facts.iter().for_each(|(name, pieces)| rows.push([(*name).to_owned(), line(pieces)]));
                rows.to_text()
            }
            PageBlock::Item(pieces) => format!("- {}\n", line(pieces)),
            PageBlock::Table { heads, rows } => {
                let words = heads.iter().map(|head| head.words.to_owned()).collect();
                let cells = rows.iter().map(|row| row.iter().map(|cell| line(cell)).collect());
                aligned(heads, &std::iter::once(words).chain(cells).collect::<Vec<_>>())
            }
            PageBlock::Code { text, .. } => text.lines().map(|line| format!("    {}\n", visible(line))).collect(),
        })
    }

    /// The blocks with an empty line between them, but not between the lines of a list.
    fn written(&self, form: impl Fn(&PageBlock) -> String) -> String {
        let mut out = String::new();
        for (i, block) in self.0.iter().enumerate() {
            let in_list =
                matches!((i.checked_sub(1).and_then(|before| self.0.get(before)), block), (Some(PageBlock::Item(_)), PageBlock::Item(_)));
            if i > 0 && !in_list {
                out.push('\n');
            }
            out.push_str(&form(block));
        }
        out
    }
}

/// Lines with their cells below each other, numbers at the right end of theirs.
fn aligned(heads: &[TableHead], lines: &[Vec<String>]) -> String {
    let widest = |at: usize| lines.iter().filter_map(|cells| cells.get(at)).map(|cell| width(cell)).max().unwrap_or(0);
    let widths: Vec<usize> = (0..heads.len()).map(widest).collect();
    let padded = |((cell, head), most): ((&String, &TableHead), &usize)| {
        let room = " ".repeat(most.saturating_sub(width(cell)));
        if head.is_number { format!("{room}{cell}") } else { format!("{cell}{room}") }
    };
    let line = |cells: &Vec<String>| cells.iter().zip(heads).zip(&widths).map(padded).collect::<Vec<_>>().join("  ");
    lines.iter().map(|cells| format!("{}\n", line(cells).trim_end())).collect()
}

fn in_markdown(piece: &LinePiece) -> String {
    match piece {
        LinePiece::Ours(words) => words.clone(),
        LinePiece::Data(value) => markdown::code(value),
        LinePiece::Said(sentence) => markdown::prose(sentence),
        LinePiece::Group { print, .. } => markdown::code(&print.to_string()),
        LinePiece::Trend { drawn, .. } => drawn.clone(),
    }
}

fn in_text(piece: &LinePiece) -> String {
    match piece {
        LinePiece::Ours(words) => words.clone(),
        LinePiece::Data(value) | LinePiece::Said(value) => visible(value).into_owned(),
        LinePiece::Group { print, .. } => print.to_string(),
        LinePiece::Trend { drawn, .. } => drawn.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_say_the_same() {
        let mut page = Page::default();
        page.heading([ours("Fault in "), data("a|b`c")]);
        page.fact("where", [data("/a\u{202e}")]);
        page.fact("rows", [ours("12")]);
        page.item([said("see #1 and @me")]);
        page.item([ours("two")]);
        page.code("json", "{\n```\n}");
        let head = |words, is_number| TableHead { words, is_number };
        let group = LinePiece::Group { print: Fingerprint(171), is_below: true };
        page.table([head("rows", true), head("fault", false)], vec![vec![vec![ours("1")], vec![data("a|<b>"), ours(" "), group]]]);
        assert_eq!(
            page.markdown(),
            "## Fault in ``a|b`c``\n\n- **where**: `/a\\u{202e}`\n- **rows**: 12\n\n- see `#1` and `@me`\n- two\n\n````json\n{\n```\n}\n````\n\n\
             | rows | fault |\n|---:|---|\n| 1 | `a\\|<b>` `00000000000000ab` |\n"
        );
        assert_eq!(
            page.text(),
            "Fault in a|b`c\n==============\n\nwhere  /a\\u{202e}\nrows   12\n\n- see #1 and @me\n- two\n\n    {\n    ```\n    }\n\n\
             rows  fault\n   1  a|<b> 00000000000000ab\n"
        );
    }
}
