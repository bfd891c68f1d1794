//! What the explorer has around it: what it keeps from one time to the next, further sources, its log's file.
//!
//! Owns: where these are, the names that sources are kept by, what a typed source means.
//! Refuses: what is kept and shown (tui).

use std::path::{Path, PathBuf};

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure, eyre};

use super::input::{InputArgs, OpenedInput, SchemaArgs, expand};
use super::scope::Scope;
use super::{bigquery, told};
use crate::cli::config::Config;
use crate::ground::text::visible;
use crate::ground::zone::Zone;
use crate::rows::demo;
use crate::rows::source::bigquery::SCHEME;
use crate::tui::Surroundings;
use crate::tui::keeper::{Keeper, usual_folder};
use crate::tui::log_file::LogFile;
use crate::tui::opened::{OpenedSource, SourceOpener};
use crate::tui::shell_command::ShellCommand;

/// Environment variable that asks for the log's file.
const LOG: &str = "MISFIT_LOG";

/// Options that are of one run alone, and whether a value stands behind them.
const OF_ONE_RUN: [(&str, bool); 6] =
    [("--fresh", false), ("--group", true), ("--document", true), ("--keys", true), ("--size", true), ("--print", false)];

/// Opens sources as the command line of this run would.
pub(super) struct Opener {
    config: Config,
    schemas: SchemaArgs,
    bigquery: bigquery::BigQueryArgs,
    scope: Scope,
}

impl Opener {
    /// With the options of the run.
    pub(super) fn new(config: &Config, input: &InputArgs, scope: &Scope) -> Self {
        Opener { config: config.clone(), schemas: input.schemas.clone(), bigquery: input.bigquery.clone(), scope: scope.clone() }
    }

    fn opened(&self, words: &str) -> Result<OpenedSource> {
        let named = named(words)?;
        ensure!(!named.iter().any(|word| word == "-"), "standard input cannot be opened here: it is read once, at the beginning");
        let is_remote = expand(named.clone(), &self.config)?.iter().any(|input| input.starts_with(SCHEME));
        let bigquery = if is_remote { self.bigquery.clone() } else { bigquery::BigQueryArgs::default() };
        let kept_as = kept_as(&named, &self.config);
        let input = InputArgs {
            sources: named.clone(),
            map: None,
            schemas: SchemaArgs { is_aged_elsewhere: true, ..self.schemas.clone() },
            bigquery,
        };
        let OpenedInput { source, schemas } = input.open(&self.config, true, &self.scope)?;
        let folder = self.schemas.folder.iter().flat_map(|folder| ["--schemas".to_owned(), folder.to_string_lossy().into_owned()]);
        let words = named.into_iter().chain(folder).chain(self.scope.words()).collect();
        Ok(OpenedSource { source, request: self.scope.clone().request(schemas), kept_as, words })
    }
}

impl SourceOpener for Opener {
    fn open(&self, words: &str) -> Result<OpenedSource, String> {
        self.opened(words).map_err(|error| visible(&told(&error)).into_owned())
    }
}

/// The sources that a typed line names: all of it where that is a file, else its words, of which quotes hold some together. `~/` is the home.
fn named(words: &str) -> Result<Vec<String>> {
    let home = |word: String| match word.strip_prefix("~/").zip(std::env::home_dir()) {
        Some((rest, home)) => home.join(rest).to_string_lossy().into_owned(),
        None => word,
    };
    let whole = home(words.trim().to_owned());
    if Path::new(&whole).exists() {
        return Ok(vec![whole]);
    }
    let (mut found, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in words.chars() {
        match quote {
            Some(mark) if c == mark => quote = None,
            Some(_) => word.get_or_insert_default().push(c),
            None if matches!(c, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => found.extend(word.take()),
            None => word.get_or_insert_default().push(c),
        }
    }
    if let Some(mark) = quote {
        bail!("a {mark} has no second one behind it");
    }
    found.extend(word);
    ensure!(!found.is_empty(), "no source was named");
    Ok(found.into_iter().map(home).collect())
}

/// The line that names sources, as it would be typed.
pub(super) fn typed(sources: &[String]) -> String {
    let quoted = |source: &String| match source {
        plain if !plain.contains(|c: char| c.is_whitespace() || c == '\'' || c == '"') => plain.clone(),
        double if double.contains('\'') => format!("\"{double}\""),
        other => format!("'{other}'"),
    };
    match sources {
        [one] if Path::new(one).exists() => one.clone(),
        several => several.iter().map(quoted).collect::<Vec<_>>().join(" "),
    }
}

/// The name that the state of sources is kept by: their full paths, or tables. `None` of what is there once, of the sample and of a query.
pub(super) fn kept_as(sources: &[String], config: &Config) -> Option<String> {
    let inputs = expand(sources.to_vec(), config).ok()?;
    let name = |input: &String| match input.as_str() {
        "-" | demo::NAME | SCHEME => None,
        table if table.starts_with(SCHEME) => Some(table.to_owned()),
        path => {
            let path = Path::new(path);
            let full = path.canonicalize().or_else(|_| std::path::absolute(path)).ok()?;
            full.to_str().map(str::to_owned)
        }
    };
    inputs.iter().map(name).collect::<Option<Vec<String>>>().map(|names| names.join("\n"))
}

/// The command that began the run, without what is of this run alone.
fn command() -> Option<ShellCommand> {
    let folder = std::env::current_dir().ok()?;
    let mut words: Vec<String> = Vec::new();
    let mut given = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = given.next() {
        let name = word.split_once('=').map_or(&*word, |(name, _)| name);
        match OF_ONE_RUN.iter().find(|(option, _)| *option == name) {
            Some((_, takes_value)) if *takes_value && !word.contains('=') => drop(given.next()),
            Some(_) => {}
            None => words.push(word),
        }
    }
    // The sample as a source can be opened at a group.
    if let Some(word) = words.iter_mut().find(|word| *word == "demo") {
        *word = demo::NAME.to_owned();
    }
    Some(ShellCommand { folder, words })
}

/// The file that `MISFIT_LOG` names; `1` is the usual one.
fn log() -> Result<Option<LogFile>> {
    let Some(named) = std::env::var_os(LOG).filter(|named| !named.is_empty() && named != "0") else { return Ok(None) };
    let path = if named == "1" {
        usual_folder().ok_or_else(|| eyre!("{LOG}=1: there is no home folder; name a file instead"))?.join("misfit.log")
    } else {
        PathBuf::from(named)
    };
    let shown = visible(&path.to_string_lossy()).into_owned();
    LogFile::create(&path).map(Some).map_err(|error| eyre!("{LOG}: the log cannot be written to {shown}: {error}"))
}

/// What an explorer in a terminal has around it. `keeps`: whether anything is read of the last time, and kept for the next.
pub(super) fn of_terminal(keeps: bool, is_fresh: bool) -> Result<Surroundings> {
    let keeper = usual_folder().filter(|_| keeps).map(|folder| Keeper::new(folder, is_fresh));
    Ok(Surroundings { keeper, log: log()?, command: command(), zone: Zone::of_machine(), ..Surroundings::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_line_names_sources_as_a_shell_would() {
        assert_eq!(named(" a.ndjson  'b c.ndjson' d\" e\" ").unwrap(), ["a.ndjson", "b c.ndjson", "d e"]);
        assert!(named("'a").unwrap_err().to_string().contains("no second one"));
        assert!(named("  ").is_err());
        let sources = ["a.ndjson", "b c", "it's", "say \"so\""].map(str::to_owned);
        assert_eq!(named(&typed(&sources)).unwrap(), sources, "and back");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("two words");
        std::fs::write(&file, "").unwrap();
        assert_eq!(named(file.to_str().unwrap()).unwrap(), [file.to_str().unwrap()], "a file with a blank in its name");
    }

    #[test]
    fn sources_are_kept_by_their_full_names() {
        let config = Config::default();
        let kept = |sources: &[&str]| kept_as(&sources.iter().map(|source| (*source).to_owned()).collect::<Vec<_>>(), &config);
        assert_eq!(kept(&["-"]), None);
        assert_eq!(kept(&["demo:"]), None);
        assert_eq!(kept(&["bigquery:"]), None);
        assert_eq!(kept(&["bigquery:a.b.c"]).as_deref(), Some("bigquery:a.b.c"));
        let (one, two) = (kept(&["Cargo.toml"]).unwrap(), kept(&["./src/../Cargo.toml"]).unwrap());
        assert!(one == two && one.starts_with('/'), "{one} {two}");
    }
}
