//! A text of headings, facts, lists and code, as Markdown or as plain text.
//!
//! Owns: both forms; what stands in a page is ours only where it says so, everything else is shown as data.
//! Refuses: what is told (report, backfill).

use crate::ground::aligned::Aligned;
use crate::ground::markdown;
use crate::ground::text::{plural, visible, width};

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
}

#[derive(Debug)]
enum PageBlock {
    Heading(Vec<LinePiece>),
    Line(Vec<LinePiece>),
    Facts(Vec<(&'static str, Vec<LinePiece>)>),
    Item(Vec<LinePiece>),
    Code { language: &'static str, text: String },
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

    /// As Markdown.
    pub fn markdown(&self) -> String {
        let line = |pieces: &[LinePiece]| pieces.iter().map(in_markdown).collect::<String>();
        self.written(|block| match block {
            PageBlock::Heading(pieces) => format!("## {}\n", line(pieces)),
            PageBlock::Line(pieces) => format!("{}\n", line(pieces)),
            PageBlock::Facts(facts) => facts.iter().map(|(name, pieces)| format!("- **{name}**: {}\n", line(pieces))).collect(),
            PageBlock::Item(pieces) => format!("- {}\n", line(pieces)),
            PageBlock::Code { language, text } => markdown::fence(language, text),
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

fn in_markdown(piece: &LinePiece) -> String {
    match piece {
        LinePiece::Ours(words) => words.clone(),
        LinePiece::Data(value) => markdown::code(value),
        LinePiece::Said(sentence) => markdown::prose(sentence),
    }
}

fn in_text(piece: &LinePiece) -> String {
    match piece {
        LinePiece::Ours(words) => words.clone(),
        LinePiece::Data(value) | LinePiece::Said(value) => visible(value).into_owned(),
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
        assert_eq!(
            page.markdown(),
            "## Fault in ``a|b`c``\n\n- **where**: `/a\\u{202e}`\n- **rows**: 12\n\n- see `#1` and `@me`\n- two\n\n````json\n{\n```\n}\n````\n"
        );
        assert_eq!(
            page.text(),
            "Fault in a|b`c\n==============\n\nwhere  /a\\u{202e}\nrows   12\n\n- see #1 and @me\n- two\n\n    {\n    ```\n    }\n"
        );
    }
}
