//! What the sources themselves have to obey: the arrows between modules, and what a wing may know of.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::sources::{Source, read, source};

/// The wings, from the ground up. Imports point downwards.
const WINGS: [&str; 6] = ["ground", "pipeline", "rows", "triage", "tui", "cli"];

/// Wings that know of no terminal and no command line.
const DOMAIN: [&str; 4] = ["ground", "pipeline", "rows", "triage"];

/// Crates of terminals and command lines.
const SURFACE: [&str; 3] = ["ratatui", "crossterm", "clap"];

/// What the explorer's state and its drawing leave to the workers and the loop.
const OUTSIDE: [&[&str]; 6] = [
    &["std", "fs"],
    &["std", "env"],
    &["std", "process"],
    &["std", "time", "SystemTime"],
    &["std", "time", "Instant"],
    &["jiff", "Timestamp", "now"],
];

/// Words with which a text names a key.
const KEYS: [&str; 12] = ["Ctrl-", "Alt-", "Shift-", "Esc", "Enter", "Tab", "Space", "PageUp", "PageDown", "press", "Press", "pressed"];

fn told(source: &Source, path: &[String], law: &str) -> String {
    format!("src/{} imports {}: {law}", source.file.display(), path.join("::"))
}

fn wing(module: &[String]) -> Option<usize> {
    WINGS.iter().position(|wing| module.first().is_some_and(|first| first == wing))
}

fn is_domain(source: &Source) -> bool {
    source.module.first().is_some_and(|wing| DOMAIN.contains(&wing.as_str()))
}

/// Imports of a wing above.
fn upward(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources {
        for path in &source.paths {
            if let (Some(from), Some(to)) = (wing(&source.module), wing(path))
                && from < to
            {
                found.push(told(source, path, &format!("{} stands below {}", WINGS[from], WINGS[to])));
            }
        }
    }
    found
}

/// The module that a path leads to or into.
fn target<'a>(modules: &BTreeSet<&'a [String]>, path: &[String]) -> Option<&'a [String]> {
    (1..=path.len()).rev().find_map(|length| modules.get(&path[..length]).copied())
}

type Arrows<'a> = BTreeMap<&'a [String], BTreeMap<&'a [String], String>>;

/// Arrows between modules that stand side by side, each with an import that draws it: of any two modules, those are meant around them that
/// have the same parent.
fn arrows(sources: &[Source]) -> Arrows<'_> {
    let modules: BTreeSet<&[String]> = sources.iter().map(|source| &source.module[..]).collect();
    let mut arrows = Arrows::new();
    for source in sources {
        let from = &source.module[..];
        for path in &source.paths {
            let Some(to) = target(&modules, path) else { continue };
            let common = from.iter().zip(to).take_while(|(a, b)| a == b).count();
            if common < from.len() && common < to.len() {
                let import = told(source, path, "modules that stand side by side draw no circle");
                arrows.entry(&from[..=common]).or_default().entry(&to[..=common]).or_insert(import);
            }
        }
    }
    arrows
}

/// The imports that draw circles.
fn circles(sources: &[Source]) -> Vec<String> {
    let arrows = arrows(sources);
    let reaches = |from: &[String], to: &[String]| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(at) = next.pop() {
            next.extend(arrows.get(at).into_iter().flat_map(BTreeMap::keys).filter(|&&module| seen.insert(module)));
        }
        seen.contains(to)
    };
    let all = arrows.iter().flat_map(|(from, to)| to.iter().map(move |(to, import)| (from, to, import)));
    all.filter(|(from, to, _)| reaches(to, from)).map(|(_, _, import)| import.clone()).collect()
}

/// What domain wings know of terminals and command lines.
fn surface(sources: &[Source]) -> Vec<String> {
    let domain = sources.iter().filter(|source| is_domain(source));
    let named = domain.flat_map(|source| SURFACE.iter().filter(|&&name| source.words.contains(name)).map(move |name| (source, name)));
    named.map(|(source, name)| told(source, &[(*name).to_owned()], "domain wings know of no terminal and no command line")).collect()
}

/// What the explorer's state and its drawing do outside of themselves.
fn outside(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources
        .iter()
        .filter(|source| matches!(&source.module[..], [tui, room, ..] if tui == "tui" && (room == "update" || room == "view")))
    {
        for path in &source.paths {
            let named = |name: &&[&str]| path.iter().skip(1).zip(*name).filter(|(a, b)| a == b).count() == name.len();
            let clock = path.ends_with(&["now".to_owned()]);
            if path[0] == "::" && (clock || OUTSIDE.iter().any(named)) {
                found.push(told(source, &path[1..], "update and view know of no files, environment, clock and processes"));
            }
        }
    }
    found
}

/// Whether a text for people names a flag of the command line. A text without a blank is an argument of another program.
fn names_flag(text: &str) -> bool {
    text.contains(' ') && text.match_indices("--").any(|(at, _)| text[at + 2..].starts_with(|c: char| c.is_ascii_lowercase()))
}

fn names_key(text: &str) -> bool {
    let stands = |at: usize, key: &str| {
        let (before, behind) = (&text[..at], &text[at + key.len()..]);
        !before.ends_with(char::is_alphanumeric) && (key.ends_with('-') || !behind.starts_with(char::is_alphanumeric))
    };
    text.contains(' ') && KEYS.iter().any(|key| text.match_indices(key).any(|(at, _)| stands(at, key)))
}

/// A report ends with the command that opens its group: what it tells of, not how it speaks to somebody.
const COMMAND: &str = "triage/export/report/build.rs";

/// Texts of domain wings that only one of command line and explorer can mean.
fn advice(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for source in sources.iter().filter(|source| is_domain(source) && source.file != Path::new(COMMAND)) {
        for text in source.texts.iter().filter(|text| names_flag(text) || names_key(text)) {
            found.push(format!("src/{} says {text:?}: a message of a domain wing names no flag and no key", source.file.display()));
        }
    }
    found
}

fn none(found: Vec<String>) {
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn imports_point_downwards() {
    none(upward(&read()));
}

#[test]
fn no_circle_between_modules_side_by_side() {
    none(circles(&read()));
}

#[test]
fn domain_wings_know_of_no_terminal_and_no_command_line() {
    none(surface(&read()));
}

#[test]
fn update_and_view_do_nothing_outside() {
    none(outside(&read()));
}

#[test]
fn messages_of_domain_wings_name_no_flag_and_no_key() {
    none(advice(&read()));
}

/// The sources of made-up files.
fn made(files: &[(&str, &str)]) -> Vec<Source> {
    files.iter().map(|(file, text)| source(Path::new(file), text)).collect()
}

#[test]
fn an_import_is_seen_however_it_is_written() {
    for text in [
        "use crate::tui::app::App;",
        "use crate::{ground::text, tui::{self, app as other}};",
        "use super::super::tui::app;",
        "fn a() { b(|| { crate::tui::app::run() }) }",
        "/* \" */ const A: char = '\"'; const B: &str = r#\"\"\"#; fn a<'a>() -> crate::tui::app::App<'a> {}",
    ] {
        let sources = made(&[("rows/row.rs", text), ("tui/app.rs", ""), ("ground/text.rs", "")]);
        let found = upward(&sources);
        assert!(!found.is_empty() && found[0].contains("src/rows/row.rs imports tui"), "{text}: {found:?}");
    }
    for text in ["// use crate::tui::app;", "const A: &str = \"crate::tui::app\";", "#[cfg(test)]\nmod tests { use crate::tui::app; }"] {
        assert!(upward(&made(&[("rows/row.rs", text)])).is_empty(), "{text}");
    }
}

#[test]
fn a_circle_is_seen_from_far_below() {
    let circle = [
        ("tui/app.rs", "use super::tables::Table;"),
        ("tui/tables/deep.rs", "use super::super::app::List;"),
        ("tui/tables.rs", "mod deep;"),
    ];
    let found = circles(&made(&circle));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(circles(&made(&circle[..1])).is_empty());
    let parent = [("tui/app.rs", "mod list; use list::List;"), ("tui/app/list.rs", "use super::App;")];
    assert!(circles(&made(&parent)).is_empty());
}

#[test]
fn a_flag_and_a_key_are_seen_in_a_message() {
    for text in ["give a folder with --schemas", "Esc stops", "press it", "back with Ctrl-C"] {
        assert!(names_flag(text) || names_key(text), "{text}");
    }
    for text in ["--quiet", "a -- b", "Escape codes are shown", "a keyword of it", "the monkey is"] {
        assert!(!names_flag(text) && !names_key(text), "{text}");
    }
}
