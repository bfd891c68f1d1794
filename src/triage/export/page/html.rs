//! A page as a part of an HTML page.
//!
//! Owns: which element each part of a page becomes.
//! Refuses: escaping, the frame and the policy of the page (html), how it looks (report).

use super::{LinePiece, Page, PageBlock, TableCell, TableHead};
use crate::ground::html::Html;
use crate::ground::text::count;

/// Languages of what is typed to see more; it is folded away.
const COMMANDS: [&str; 2] = ["sh", "sql"];

/// Units of a drawn trend: the place that each count takes, the width of its bar, the height of the largest.
const STEP: u64 = 10;
const BAR: &str = "8";
const HEIGHT: u64 = 40;

impl Page {
    /// Writes it; headings are of the second level.
    pub fn html(&self, out: &mut Html) {
        let mut blocks = self.0.as_slice();
        while let Some((first, rest)) = blocks.split_first() {
            let taken = match first {
                PageBlock::Heading(pieces) => {
                    out.tag("<h2>");
                    line(pieces, out);
                    out.tag("</h2>\n");
                    0
                }
                PageBlock::Line(pieces) => match rest.iter().take_while(|block| matches!(block, PageBlock::Code { .. })).count() {
                    0 => {
                        out.tag("<p>");
                        line(pieces, out);
                        out.tag("</p>\n");
                        0
                    }
                    codes => {
                        folded(pieces, &rest[..codes], out);
                        codes
                    }
                },
                PageBlock::Facts(facts) => {
                    self::facts(facts, out);
                    0
                }
                PageBlock::Item(pieces) => {
                    out.tag("<ul>\n");
                    let items = rest.iter().map_while(|block| if let PageBlock::Item(pieces) = block { Some(pieces) } else { None });
                    let mut taken = 0;
                    for pieces in std::iter::once(pieces).chain(items) {
                        out.tag("<li>");
                        line(pieces, out);
                        out.tag("</li>\n");
                        taken += 1;
                    }
                    out.tag("</ul>\n");
                    taken - 1
                }
                PageBlock::Code { text, .. } => {
                    code(text, out);
                    0
                }
                PageBlock::Table { heads, rows } => {
                    table(heads, rows, out);
                    0
                }
            };
            blocks = &rest[taken..];
        }
    }
}

/// Text in its own lines below the words that say what it is, to be folded and unfolded.
fn folded(words: &[LinePiece], codes: &[PageBlock], out: &mut Html) {
    let is_command = codes.iter().all(|block| matches!(block, PageBlock::Code { language, .. } if COMMANDS.contains(language)));
    out.tag(if is_command { "<details>\n<summary>" } else { "<details open>\n<summary>" });
    line(words, out);
    out.tag("</summary>\n");
    for block in codes {
        if let PageBlock::Code { text, .. } = block {
            code(text, out);
        }
    }
    out.tag("</details>\n");
}

/// A browser drops a line end right behind the tag, so there is one. Longer ones are scrolled, with keys too.
fn code(text: &str, out: &mut Html) {
    out.tag("<pre tabindex=\"0\">\n<code>");
    out.lines(text);
    out.tag("</code></pre>\n");
}

/// Facts of the same name that follow each other share it.
fn facts(facts: &[(&'static str, Vec<LinePiece>)], out: &mut Html) {
    out.tag("<dl>\n");
    for same in facts.chunk_by(|a, b| a.0 == b.0) {
        let Some((name, _)) = same.first() else { continue };
        out.tag("<div><dt>");
        out.tag(name);
        out.tag("</dt>");
        for (_, pieces) in same {
            out.tag("<dd>");
            line(pieces, out);
            out.tag("</dd>");
        }
        out.tag("</div>\n");
    }
    out.tag("</dl>\n");
}

/// On a narrow screen a row is a card whose cells name their heads; the roles say that it is a table all the same.
fn table(heads: &[TableHead], rows: &[Vec<TableCell>], out: &mut Html) {
    out.tag("<table role=\"table\">\n<thead role=\"rowgroup\"><tr role=\"row\">");
    for head in heads {
        out.tag(if head.is_number {
            "<th scope=\"col\" role=\"columnheader\" class=\"number\">"
        } else {
            "<th scope=\"col\" role=\"columnheader\">"
        });
        out.tag(head.words);
        out.tag("</th>");
    }
    out.tag("</tr></thead>\n<tbody role=\"rowgroup\">\n");
    for row in rows {
        out.tag("<tr role=\"row\">");
        for (head, cell) in heads.iter().zip(row) {
            out.tag(if head.is_number { "<td role=\"cell\" class=\"number\" data-head=\"" } else { "<td role=\"cell\" data-head=\"" });
            out.tag(head.words);
            out.tag("\">");
            line(cell, out);
            out.tag("</td>");
        }
        out.tag("</tr>\n");
    }
    out.tag("</tbody>\n</table>\n");
}

fn line(pieces: &[LinePiece], out: &mut Html) {
    for piece in pieces {
        match piece {
            LinePiece::Ours(words) => out.text(words),
            LinePiece::Data(value) => {
                out.tag("<code>");
                out.text(value);
                out.tag("</code>");
            }
            // Letters that are read from the right keep to their own sentence.
            LinePiece::Said(sentence) => {
                out.tag("<bdi>");
                out.text(sentence);
                out.tag("</bdi>");
            }
            LinePiece::Group { print, is_below } => {
                let print = print.to_string();
                if *is_below {
                    out.tag("<a href=\"#");
                    out.text(&print);
                    out.tag("\">");
                }
                out.tag("<code>");
                out.text(&print);
                out.tag("</code>");
                if *is_below {
                    out.tag("</a>");
                }
            }
            LinePiece::Trend { drawn, counts } => trend(drawn, counts, out),
        }
    }
}

/// A bar for each count, which is told where the pointer rests on it.
fn trend(drawn: &str, counts: &[(String, u64)], out: &mut Html) {
    let most = counts.iter().map(|(_, rows)| *rows).max().unwrap_or(0).max(1);
    out.tag("<svg role=\"img\" aria-label=\"");
    out.text(drawn);
    out.tag("\" width=\"");
    number(counts.len() as u64 * STEP, out);
    out.tag("\" height=\"42\" viewBox=\"0 0 ");
    number(counts.len() as u64 * STEP, out);
    out.tag(" 42\">");
    for (at, (start, rows)) in counts.iter().enumerate() {
        // What was there at all is seen.
        let height = if *rows == 0 { 0 } else { (u128::from(*rows) * u128::from(HEIGHT) / u128::from(most)).max(2) as u64 };
        out.tag("<rect x=\"");
        number(at as u64 * STEP + 1, out);
        out.tag("\" y=\"");
        number(HEIGHT - height, out);
        out.tag("\" width=\"");
        out.tag(BAR);
        out.tag("\" height=\"");
        number(height, out);
        out.tag("\"><title>");
        out.text(&format!("{start}: {}", count(*rows)));
        out.tag("</title></rect>");
    }
    out.tag("<line x1=\"0\" y1=\"41\" x2=\"100%\" y2=\"41\"/></svg>");
}

fn number(number: u64, out: &mut Html) {
    out.text(&number.to_string());
}

#[cfg(test)]
mod tests {
    use super::super::{data, ours, said};
    use super::*;
    use crate::rows::group::Fingerprint;

    const HOSTILE: &str = "</code></script><img src=x onerror=\"alert(1)\">\u{202e}&amp;'";

    #[test]
    fn every_part_shows_what_is_in_it_and_obeys_none_of_it() {
        let mut page = Page::default();
        page.heading([ours("about "), said(HOSTILE)]);
        page.line([data(HOSTILE)]);
        page.fact("column", [data(HOSTILE)]);
        page.fact("column", [said(HOSTILE)]);
        page.item([data(HOSTILE)]);
        page.item([ours("two")]);
        page.line([ours("A message: "), said(HOSTILE)]);
        page.code("", format!("{HOSTILE}\n{HOSTILE}"));
        page.line([ours("To see the rows:")]);
        page.code("sh", HOSTILE);
        page.code("sql", HOSTILE);
        let head = TableHead { words: "rows", is_number: true };
        let trend = LinePiece::Trend { drawn: HOSTILE.into(), counts: vec![(HOSTILE.into(), u64::MAX), ("b".into(), 0), ("c".into(), 1)] };
        let group = LinePiece::Group { print: Fingerprint(171), is_below: true };
        page.table([head], vec![vec![vec![data(HOSTILE), said(HOSTILE), trend, group]]]);
        let mut html = Html::default();
        page.html(&mut html);
        let text = html.take();
        assert!(
            !text.contains("<img") && !text.contains("</script") && !text.contains('\u{202e}') && !text.contains("onerror=\""),
            "{text}"
        );
        assert_eq!(text.matches("&lt;img src=x onerror=&quot;alert(1)&quot;&gt;\\u{202e}&amp;amp;&#39;").count(), 14, "{text}");
        assert!(text.contains("<ul>\n<li>") && text.matches("<li>").count() == 2 && text.matches("<dt>").count() == 1, "{text}");
        assert!(text.contains("<details open>\n<summary>A message: ") && text.contains("<details>\n<summary>To see the rows:"), "{text}");
        assert!(text.contains("<a href=\"#00000000000000ab\"><code>00000000000000ab</code></a>"), "{text}");
        // Every tag is closed.
        for tag in
            ["h2", "p", "dl", "div", "dt", "dd", "ul", "li", "details", "summary", "pre", "code", "table", "tr", "td", "th", "svg", "bdi"]
        {
            let opened = text.matches(&format!("<{tag}>")).count() + text.matches(&format!("<{tag} ")).count();
            assert_eq!(opened, text.matches(&format!("</{tag}>")).count(), "{tag}");
        }
    }
}
