//! The schema generator's own comparison: leaves as `root.a.[].b TYPE`, every one of the earlier revision has to be there in the later one.
//!
//! Owns: its form of a layout, what it finds missing, which globs of its allowlist cover a table.
//! Refuses: modes, order, descriptions and additions, which it does not see.

use std::collections::BTreeSet;

use crate::pipeline::layout::{Layout, Mode};

/// The leaves of a layout as the generator lists them.
fn lines(layout: &Layout) -> BTreeSet<String> {
    let mut lines = BTreeSet::new();
    let mut open: Vec<(u32, usize)> = Vec::new();
    let mut prefix = "root".to_owned();
    for (id, column) in (0..).zip(&layout.columns) {
        while let Some(&(end, length)) = open.last()
            && id >= end
        {
            prefix.truncate(length);
            open.pop();
        }
        let before = prefix.len();
        prefix.push('.');
        prefix.push_str(&column.name);
        prefix.push_str(if column.mode == Mode::Repeated { ".[]" } else { "" });
        if column.is_record() {
            open.push((column.end, before));
        } else {
            lines.insert(format!("{prefix} {}", column.kind.spelling()));
            prefix.truncate(before);
        }
    }
    lines
}

/// Lines of the old layout that the new one lacks, in order.
pub fn missing(old: &Layout, new: &Layout) -> Vec<String> {
    let new = lines(new);
    lines(old).into_iter().filter(|line| !new.contains(line)).collect()
}

/// A line of an allowlist: a glob over `namespace.doctype.version`.
#[derive(Debug, Clone)]
pub struct AllowedGlob {
    /// As it is written.
    pub text: String,
    /// Line in the file, from 1.
    pub line: usize,
    pattern: Result<glob::Pattern, String>,
}

impl AllowedGlob {
    /// Reads an allowlist: a glob a line, `#` begins a comment.
    pub fn list(text: &str) -> Vec<AllowedGlob> {
        let lines = text.lines().enumerate().map(|(at, line)| (at + 1, line.split('#').next().unwrap_or_default().trim()));
        let made = lines.filter(|(_, line)| !line.is_empty()).map(|(line, text)| AllowedGlob {
            text: text.to_owned(),
            line,
            // The generator appends the ending of its compact files.
            pattern: glob::Pattern::new(&format!("{text}.txt")).map_err(|error| error.msg.to_owned()),
        });
        made.collect()
    }

    /// Why it is no glob, where it is none.
    pub fn fault(&self) -> Option<&str> {
        self.pattern.as_ref().err().map(String::as_str)
    }

    /// Whether it covers a table: `namespace.doctype.version`.
    pub fn covers(&self, table: &str) -> bool {
        self.pattern.as_ref().is_ok_and(|pattern| pattern.matches(&format!("{table}.txt")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(text: &str) -> Layout {
        Layout::parse(text.as_bytes()).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn leaves_are_listed_and_compared_as_the_generator_does() {
        let old = layout(
            r#"[{"name":"m","type":"RECORD","mode":"REPEATED","fields":[{"name":"key","type":"STRING"},{"name":"value","type":"INT64"}]},
            {"name":"a","type":"INTEGER","mode":"REQUIRED"},{"name":"e","type":"RECORD","fields":[]}]"#,
        );
        assert_eq!(lines(&old).into_iter().collect::<Vec<_>>(), ["root.a INTEGER", "root.m.[].key STRING", "root.m.[].value INT64"]);
        let new = layout(
            r#"[{"name":"m","type":"RECORD","fields":[{"name":"key","type":"STRING"}]},{"name":"a","type":"INT64"},{"name":"b","type":"JSON"}]"#,
        );
        assert_eq!(missing(&old, &new), ["root.a INTEGER", "root.m.[].key STRING", "root.m.[].value INT64"]);
        assert!(missing(&old, &old).is_empty());
    }

    #[test]
    fn globs_cover_tables() {
        let globs = AllowedGlob::list("# all of it\ntelemetry.*\n\nacme.a.1 # one\nx[\n");
        assert_eq!(
            globs.iter().map(|glob| (glob.text.as_str(), glob.line)).collect::<Vec<_>>(),
            [("telemetry.*", 2), ("acme.a.1", 4), ("x[", 5)]
        );
        assert!(globs[0].covers("telemetry.main.5") && !globs[0].covers("acme.a.1"));
        assert!(globs[1].covers("acme.a.1") && !globs[1].covers("acme.a.10"));
        assert!(globs[2].fault().is_some() && !globs[2].covers("x["));
    }
}
