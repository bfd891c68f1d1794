//! `misfit compat --git-diff`: what git calls for a file with another content.
//!
//! Owns: git's arguments, the causes of one file in a few lines.
//! Refuses: comparing (triage), exit codes of findings: git takes any for a failure.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use color_eyre::Result;
use color_eyre::eyre::bail;

use super::opened::{loose, shown};
use crate::cli::out::{self, plural};
use crate::ground::text::{clip_middle, visible};
use crate::pipeline::compat::DeployVerdict;
use crate::rows::schemas::doctype_of;
use crate::triage::compat::{DeployComparison, PairOf, compare_pair, deployed_tables};

/// Most lines of one file.
const MOST: usize = 12;

/// What git gives for a side that is not there.
const NOTHING: &str = "/dev/null";

/// Reads `PATH OLD-FILE OLD-HEX OLD-MODE NEW-FILE NEW-HEX NEW-MODE`, with a new path and git's own words behind where the file was renamed.
pub(super) fn run(args: &[PathBuf]) -> Result<ExitCode> {
    let mut stdout = out::WhileRead::new(io::stdout());
    if let [path] = args {
        writeln!(stdout, "{}: not merged yet", shown(path))?;
        return Ok(ExitCode::SUCCESS);
    }
    let [path, old, _, _, new, _, _, ..] = args else {
        bail!(
            "git gives 7 arguments to a command that shows differences, here are {}: set diff.schemas.command to \"misfit compat --git-diff\"",
            args.len()
        );
    };
    let name = args.get(7).unwrap_or(path);
    let is_there = |file: &Path| file.as_os_str() != NOTHING;
    match (is_there(old), is_there(new)) {
        (true, true) => {
            let (old, new) = (loose(old, shown(path))?, loose(new, shown(name))?);
            if old.text == new.text {
                // Another mode, or another name.
                writeln!(stdout, "{}: the same text", shown(name))?;
            } else {
                let of = pair_of(name);
                write(&mut stdout, &shown(name), &compare_pair(&old, &new, of, None))?;
            }
        }
        (false, _) => writeln!(stdout, "{}: new", shown(name))?,
        (true, false) if path.to_string_lossy().ends_with(".bq") => {
            let gone = crate::pipeline::compat::DeployFinding::table_gone();
            writeln!(stdout, "{}: {}", shown(path), gone.verdict.name())?;
            writeln!(stdout, "  {} {} {}", gone.verdict.name(), gone.rule.name(), gone.sentence("the table", false))?;
        }
        (true, false) => writeln!(stdout, "{}: gone", shown(path))?,
    }
    stdout.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// The table that a path of the schemas names.
fn pair_of(path: &Path) -> PairOf {
    let shown_path = shown(path);
    let mut parts: Vec<&str> = shown_path.rsplitn(4, '/').take(3).collect();
    parts.reverse();
    let inside = parts.join("/");
    let Some((namespace, doctype, version)) = doctype_of(&inside) else { return PairOf { file: shown_path, ..PairOf::default() } };
    let tables = deployed_tables(namespace, doctype, &version);
    PairOf { doctype: Some((namespace.to_owned(), doctype.to_owned(), version)), file: shown_path.clone(), tables, is_deployed: false }
}

fn write(out: &mut impl Write, name: &str, found: &DeployComparison) -> io::Result<()> {
    if let Some((_, reason)) = found.not_compared().next() {
        return writeln!(out, "{name}: NOT COMPARED: {}", visible(reason));
    }
    if found.tables.is_empty() {
        return writeln!(out, "{name}: other text, the same columns and keywords");
    }
    writeln!(out, "{name}: {}", found.verdict().name())?;
    let causes = found.causes.iter().map(|cause| format!("{} {} {}", cause.verdict.name(), cause.rule.name(), cause.sentence));
    let keywords = found.tables.iter().flat_map(|table| &table.schema);
    let keywords = keywords.map(|change| format!("{} #{} {}: {}", change.effect.name(), change.pointer, change.keyword, change.words));
    let lines: Vec<String> = causes.chain(keywords).collect();
    for line in lines.iter().take(MOST) {
        writeln!(out, "  {}", clip_middle(&visible(line), out::width()))?;
    }
    let more = lines.len().saturating_sub(MOST);
    if more > 0 {
        writeln!(out, "  and {}", plural(more as u64, "other change", "other changes"))?;
    }
    let mends = found.causes.iter().filter(|cause| cause.verdict != DeployVerdict::Ok).filter_map(|cause| cause.mends.first());
    if let Some(mend) = mends.take(1).next() {
        writeln!(out, "  mend {}", clip_middle(&visible(&mend.line), out::width() * 2))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::triage::compat::LooseFile;

    #[test]
    fn the_path_names_the_table_of_a_mend() {
        let file = |text: &str| LooseFile { name: "x".into(), text: text.into(), table: None, is_schema: false, kept: None };
        let (old, new) = (
            file(r#"[{"name":"a","type":"STRING"},{"name":"b","type":"STRING","description":"d"}]"#),
            file(r#"[{"name":"a","type":"STRING"}]"#),
        );
        let told = |path: &str| {
            let mut out = Vec::new();
            write(&mut out, path, &compare_pair(&old, &new, pair_of(Path::new(path)), None)).unwrap();
            String::from_utf8(out).unwrap()
        };
        let named = told("schemas/acme/ping/ping.1.bq");
        assert!(named.contains("acme_live.ping_v1") && !named.contains("dataset.table"), "{named}");
        assert!(told("ping.bq").contains("dataset.table"));
    }
}
