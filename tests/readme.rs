//! The README stays true: its screen and its list of keys are what the program prints.

use std::process::Command;

const README: &str = include_str!("../README.md");

fn misfit(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(args).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("LC_ALL", "C.UTF-8");
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What stands between two marks.
fn part(name: &str) -> &'static str {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let from = README.find(&begin).expect("a beginning") + begin.len();
    &README[from..from + README[from..].find(&end).expect("an end")]
}

#[test]
fn the_screen_is_the_one_that_is_drawn() {
    let screen = misfit(&["demo", "--print", "--size", "110x34", "--keys", "<enter>"]);
    assert_eq!(part("screen"), format!("```text\n{screen}```\n"), "print it anew: misfit demo --print --size 110x34 --keys '<enter>'");
}

#[test]
fn the_keys_are_those_of_the_explorer() {
    assert_eq!(part("keys"), misfit(&["keys", "--format", "md"]), "print them anew: misfit keys --format md");
}

/// The anchors of a page: its headings as they stand in an address.
fn anchors(page: &str) -> Vec<String> {
    let headings = page.lines().filter_map(|line| line.strip_prefix('#')).map(|line| line.trim_start_matches('#').trim().to_lowercase());
    headings.map(|line| line.replace(' ', "-").chars().filter(|c| c.is_alphanumeric() || *c == '-').collect()).collect()
}

#[test]
fn every_link_leads_somewhere() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let jobs = std::fs::read_dir(root.join("tests/jobs")).expect("the pages of jobs").map(|file| file.expect("a page").path());
    let mut links = 0;
    for page in [root.join("README.md")].into_iter().chain(jobs) {
        let text = std::fs::read_to_string(&page).expect("a page");
        for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|target| !target.contains("://")) {
            let (file, anchor) = target.split_once('#').map_or((target, None), |(file, anchor)| (file, Some(anchor)));
            let file = if file.is_empty() { page.clone() } else { page.parent().expect("a folder").join(file) };
            assert!(file.exists(), "{}: {target} leads nowhere", page.display());
            if let Some(anchor) = anchor {
                let there = anchors(&std::fs::read_to_string(&file).expect("a page"));
                assert!(there.iter().any(|known| known == anchor), "{}: {target} has no such heading: {there:?}", page.display());
            }
            links += 1;
        }
    }
    assert!(links > 12, "{links} links were looked at");
}

/// No page tells the same twice: no heading and no long line stands in it a second time.
#[test]
fn no_page_says_anything_twice() {
    let pages = [
        ("README.md", include_str!("../README.md")),
        ("ARCHITECTURE.md", include_str!("../ARCHITECTURE.md")),
        ("CHANGELOG.md", include_str!("../CHANGELOG.md")),
        ("CONTRIBUTING.md", include_str!("../CONTRIBUTING.md")),
    ];
    for (name, page) in pages {
        let mut seen = std::collections::HashSet::new();
        for line in page.lines().filter(|line| line.starts_with("## ") || line.chars().count() > 60) {
            assert!(seen.insert(line), "{name} has twice: {line}");
        }
    }
}
