//! What stands behind the program that is handed out: the dependencies that there are, by what `deny.toml` and `Cargo.toml` allow.
//! `cargo deny` asks the same and more where it is installed; this asks offline, with nothing but cargo.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The packages that are built on this machine; `None` where some that the workspace names were never fetched, as after `cargo test` alone.
fn packages() -> Option<Vec<Value>> {
    let system = if cfg!(target_os = "macos") { "apple-darwin" } else { "unknown-linux-gnu" };
    let platform = format!("{}-{system}", std::env::consts::ARCH);
    let mut command = Command::new(env!("CARGO"));
    command.args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", &platform]).current_dir(ROOT);
    let output = command.output().expect("cargo runs");
    let error = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() && error.contains("--offline") {
        println!("skipped: not all dependencies are here to be looked at; cargo fetch gets them");
        return None;
    }
    assert!(output.status.success(), "{error}");
    let told: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let built: Vec<&str> =
        told["resolve"]["nodes"].as_array().expect("nodes").iter().map(|node| node["id"].as_str().expect("an id")).collect();
    let all = told["packages"].as_array().expect("packages");
    let others = all.iter().filter(|package| built.contains(&package["id"].as_str().expect("an id")) && !package["source"].is_null());
    Some(others.cloned().collect())
}

fn table(file: &str) -> toml::Table {
    std::fs::read_to_string(Path::new(ROOT).join(file)).expect("a file").parse().expect("TOML")
}

fn name(package: &Value) -> &str {
    package["name"].as_str().expect("a name")
}

/// Whether a licence expression can be kept with what is allowed: `OR` is a choice, `AND` is all of it, a slash an old way to write `OR`.
fn is_allowed(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = spaced.split_whitespace().peekable();
    either(&mut words, allowed)
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut holds = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        holds |= both(words, allowed);
    }
    holds
}

fn both(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let mut holds = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        holds &= one(words, allowed);
    }
    holds
}

fn one(words: &mut Words<'_>, allowed: &[&str]) -> bool {
    let word = words.next().expect("a licence");
    if word == "(" {
        let holds = either(words, allowed);
        assert_eq!(words.next(), Some(")"), "a bracket is open");
        return holds;
    }
    let licence = match words.next_if_eq(&"WITH") {
        Some(_) => format!("{word} WITH {}", words.next().expect("an exception")),
        None => word.to_owned(),
    };
    allowed.contains(&&*licence)
}

#[test]
fn licences_are_read_as_they_are_meant() {
    let allowed = ["MIT", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
    for (expression, holds) in [
        ("MIT", true),
        ("GPL-3.0", false),
        ("GPL-3.0 OR MIT", true),
        ("GPL-3.0/MIT", true),
        ("GPL-3.0 AND MIT", false),
        ("(MIT OR GPL-3.0) AND Unicode-3.0", true),
        ("MIT AND (GPL-3.0 OR LGPL-2.1)", false),
        ("Apache-2.0 WITH LLVM-exception OR GPL-3.0", true),
        ("Apache-2.0", false),
    ] {
        assert_eq!(is_allowed(expression, &allowed), holds, "{expression}");
    }
}

#[test]
fn every_dependency_has_a_licence_that_is_allowed() {
    let deny = table("deny.toml");
    let allowed: Vec<&str> =
        deny["licenses"]["allow"].as_array().expect("a list").iter().map(|licence| licence.as_str().expect("a name")).collect();
    let Some(packages) = packages() else { return };
    assert!(packages.len() > 150, "{}", packages.len());
    let refused: Vec<String> = packages
        .iter()
        .filter(|package| !package["license"].as_str().is_some_and(|licence| is_allowed(licence, &allowed)))
        .map(|package| format!("{} {}: {}", name(package), package["version"], package["license"]))
        .collect();
    assert!(refused.is_empty(), "not allowed by deny.toml: {refused:?}");
}

#[test]
fn none_is_banned_none_is_there_twice_that_must_not_be_and_all_are_of_the_registry() {
    let deny = table("deny.toml");
    let banned: Vec<&str> =
        deny["bans"]["deny"].as_array().expect("a list").iter().map(|entry| entry["name"].as_str().expect("a name")).collect();
    let Some(packages) = packages() else { return };
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in &packages {
        assert!(!banned.contains(&name(package)), "{} is banned by deny.toml", name(package));
        let source = package["source"].as_str().expect("a source");
        assert!(source.starts_with("registry+https://github.com/rust-lang/crates.io-index"), "{}: {source}", name(package));
        versions.entry(name(package)).or_default().push(package["version"].as_str().expect("a version"));
    }
    // Two event queues, two clipboards, two measures of a text's width, two readers of JSON numbers.
    for alone in ["crossterm", "ratatui-core", "arboard", "unicode-width", "serde_json", "tokio", "rustls", "ring", "parquet"] {
        assert!(versions.get(alone).is_none_or(|all| all.len() == 1), "{alone} is there twice: {:?}", versions[alone]);
    }
}

/// `1.88`, `1.88.0`.
fn rust(version: &str) -> (u32, u32) {
    let mut numbers = version.split('.').map(|number| number.parse().expect("a number"));
    (numbers.next().expect("a number"), numbers.next().unwrap_or(0))
}

/// What the standard library has newer than the stated version is a lint of clippy (`incompatible_msrv`), which every change has to pass.
#[test]
fn no_dependency_needs_a_newer_rust_than_is_stated() {
    let manifest = table("Cargo.toml");
    let stated = manifest["package"]["rust-version"].as_str().expect("a version").to_owned();
    let Some(packages) = packages() else { return };
    let newer: Vec<String> = packages
        .iter()
        .filter_map(|package| Some((package, package["rust_version"].as_str()?)))
        .filter(|(_, needs)| rust(needs) > rust(&stated))
        .map(|(package, needs)| format!("{} needs {needs}", name(package)))
        .collect();
    assert!(newer.is_empty(), "Rust {stated} is stated: {newer:?}");
    for file in ["README.md", "CONTRIBUTING.md"] {
        let text = std::fs::read_to_string(Path::new(ROOT).join(file)).expect("a file");
        assert!(text.contains(&format!("Rust {stated} or newer")), "{file} states another version than {stated}");
    }
}

fn sources(folder: &Path, all: &mut String) {
    for file in std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").path()) {
        if file.is_dir() {
            sources(&file, all);
        } else if file.extension().is_some_and(|ending| ending == "rs") {
            all.push_str(&std::fs::read_to_string(&file).expect("a source"));
        }
    }
}

#[test]
fn no_dependency_is_unused() {
    let manifest = table("Cargo.toml");
    let mut program = String::new();
    sources(&Path::new(ROOT).join("src"), &mut program);
    let mut tests = program.clone();
    sources(&Path::new(ROOT).join("tests"), &mut tests);
    // Named for a feature that another crate leaves out.
    let for_features = ["crossterm"];
    for (part, text) in [("dependencies", &program), ("dev-dependencies", &tests)] {
        for crate_name in manifest[part].as_table().expect("a table").keys() {
            let path = crate_name.replace('-', "_");
            let is_used = [format!("{path}::"), format!("use {path};")].iter().any(|used| text.contains(used));
            assert!(is_used || for_features.contains(&&**crate_name), "{crate_name} is used nowhere");
        }
    }
}
