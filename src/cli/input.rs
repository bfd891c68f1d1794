//! The inputs that every command takes: sources of rows and a folder of schemas.
//!
//! Owns: what a source on the command line means, flags before environment before configuration.
//! Refuses: reading anything (source, schemas).

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use color_eyre::Result;
use color_eyre::eyre::{bail, ensure};
use etcetera::BaseStrategy;

use super::scope::Scope;
use super::{bigquery, out};
use crate::cli::config::{Config, load_map};
use crate::ground::text::visible;
use crate::rows::bundle::{self, Bundle};
use crate::rows::demo;
use crate::rows::foreign::map::FieldMap;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::ErrorSource;
use crate::rows::source::bigquery::SCHEME;
use crate::rows::source::files::{Files, ReadOptions};
use crate::triage::revisions::beside;
use crate::tui::advice::old_schemas;

/// Environment variable that names the folder of schemas. Read here and not by the argument parser, which would let it pass for the flag.
const VARIABLE: &str = "MISFIT_SCHEMAS";

/// Where rows and schemas come from.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct InputArgs {
    /// Rows of the error table: files, patterns, - for standard input, bigquery:P.D.T, demo:, or a configured name
    #[arg(value_name = "SOURCE")]
    pub sources: Vec<String>,

    #[command(flatten)]
    pub schemas: SchemaArgs,

    /// Which member of rows of another pipeline is what: a file in TOML, or a configured source; misfit groups FILE prints one to start from
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,

    #[command(flatten)]
    pub bigquery: bigquery::BigQueryArgs,
}

/// Where schemas come from.
#[derive(Debug, Clone, Default, clap::Args)]
#[group(skip)]
pub(super) struct SchemaArgs {
    /// Folder of generated schemas, REPO@REVISION (branch, tag, commit, date), or a .tar.gz of them [env: MISFIT_SCHEMAS]
    #[arg(long = "schemas", value_name = "FOLDER")]
    pub folder: Option<PathBuf>,

    /// Whether their age is told elsewhere: on the screen.
    #[arg(skip)]
    pub is_aged_elsewhere: bool,
}

/// A question about rows, with where they come from.
#[derive(Debug, clap::Args)]
#[group(skip)]
pub(super) struct Asked<Q: clap::Args> {
    #[command(flatten)]
    pub input: InputArgs,

    #[command(flatten)]
    pub question: Q,
}

/// Rows and schemas, opened.
pub(super) struct OpenedInput {
    pub source: Arc<dyn ErrorSource>,
    pub schemas: Option<Arc<SchemaStore>>,
}

impl InputArgs {
    /// The sample.
    pub(super) fn demo(schemas: SchemaArgs) -> Self {
        InputArgs { sources: vec![demo::NAME.to_owned()], schemas, ..InputArgs::default() }
    }

    /// Opens the sources and the schemas. Reads no more than it must to tell that they are there. `scope` is what a source that counts
    /// elsewhere reads at all.
    pub(super) fn open(self, config: &Config, keep_rows: bool, scope: &Scope) -> Result<OpenedInput> {
        scope.check()?;
        let map = self.map(config)?;
        let inputs = expand(self.sources, config)?;
        if inputs.iter().any(|input| input.starts_with(SCHEME)) {
            let mut config = config.clone();
            let mapped = match map {
                Some(map) => match map.columns() {
                    Some(columns) => {
                        config.bigquery.columns.extend(columns);
                        None
                    }
                    None => Some(map),
                },
                None => None,
            };
            let config = &config;
            let source = self.bigquery.open(&inputs, config, scope.clone().request(None), mapped)?;
            return Ok(OpenedInput { source, schemas: self.schemas.open(config, false)? });
        }
        self.bigquery.refuse()?;
        let is_demo = inputs.iter().any(|input| input == demo::NAME);
        ensure!(!is_demo || inputs.len() == 1, "the sample cannot be read together with files: give {} alone", demo::NAME);
        ensure!(
            !inputs.iter().any(|input| input == "-") || !std::io::stdin().is_terminal(),
            "standard input is a terminal: pipe rows into misfit, or name a file"
        );
        if let [only] = inputs.as_slice()
            && bundle::is_bundle(Path::new(only))
        {
            ensure!(map.is_none(), "a bundle brings its rows as they were read, so no map is needed: leave out --map");
            return self.schemas.with_bundle(Bundle::open(Path::new(only))?);
        }
        ensure!(map.is_none() || !is_demo, "the sample is of this pipeline, so no map is needed: leave out --map");
        let source: Arc<dyn ErrorSource> = match (is_demo, map) {
            (true, _) => demo::source()?,
            (false, Some(map)) => Arc::new(Files::open(&inputs, ReadOptions { keep_rows })?.with_map(map)),
            (false, None) => {
                let files = Files::open(&inputs, ReadOptions { keep_rows })?;
                let columns = FieldMap::of_columns(&config.bigquery.columns);
                Arc::new(if columns.check().is_ok() { files.with_columns(columns) } else { files })
            }
        };
        Ok(OpenedInput { source, schemas: self.schemas.open(config, is_demo)? })
    }
}

impl InputArgs {
    /// The map of the rows: the flag's goes before that of a configured source.
    fn map(&self, config: &Config) -> Result<Option<FieldMap>> {
        if let Some(file) = &self.map {
            let named = config.mapped.get(&*file.to_string_lossy()).and_then(|source| source.map.clone());
            return Ok(Some(named.map_or_else(|| load_map(file), Ok)?));
        }
        let mut maps = self.sources.iter().filter_map(|source| config.mapped.get(source)?.map.as_ref());
        let first = maps.next();
        ensure!(
            maps.all(|other| Some(other) == first),
            "the sources have different maps: read one of them at a time, or give one map with --map"
        );
        let is_mapped = |source: &String| config.mapped.get(source).is_some_and(|source| source.map.is_some());
        ensure!(
            first.is_none() || self.sources.iter().all(is_mapped),
            "only some of the sources have a map: read them apart, or give one map for all with --map"
        );
        Ok(first.cloned())
    }
}

impl SchemaArgs {
    /// The flag goes before the environment, that before the configuration, that before what was fetched. The sample's rows say nothing about schemas that
    /// were set for other rows, so its own go before those.
    pub(super) fn open(self, config: &Config, is_demo: bool) -> Result<Option<Arc<SchemaStore>>> {
        let environment = || std::env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let configured = || config.schemas.as_ref().map(|setting| setting.value.clone());
        let sample = || is_demo.then(|| PathBuf::from(demo::NAME));
        let fetched = || fetched().filter(|folder| folder.is_dir());
        let Some(folder) = self.folder.or_else(sample).or_else(environment).or_else(configured).or_else(fetched) else {
            return Ok(None);
        };
        let store = if folder.as_os_str() == demo::NAME { demo::schemas()? } else { SchemaStore::open_named(&folder)? };
        if !self.is_aged_elsewhere {
            tell_age(&store);
        }
        Ok(Some(Arc::new(store)))
    }
}

impl SchemaArgs {
    /// A bundle brings its own schemas, which go before all others but the flag's. What it is, is told: it does not look like less than its source.
    fn with_bundle(self, bundle: Bundle) -> Result<OpenedInput> {
        out::tell(&format!("misfit: {}", bundle.about()));
        let schemas = match &self.folder {
            Some(folder) => {
                let shown = visible(&folder.to_string_lossy()).into_owned();
                out::tell(&format!(
                    "misfit: rows are opened with the schemas of {shown}, not the bundle's; groups stay as they were counted"
                ));
                self.open(&Config::default(), false)?
            }
            None => bundle.schemas(),
        };
        Ok(OpenedInput { source: Arc::new(bundle), schemas })
    }
}

/// Opens schemas that are named beside opened ones, if there are any.
pub(super) fn open_against(schemas: Option<&SchemaStore>, given: &Path) -> Result<Arc<SchemaStore>> {
    let found = match schemas {
        Some(schemas) => beside(schemas, given)?,
        None => SchemaStore::open_named(given)?,
    };
    tell_age(&found);
    Ok(Arc::new(found))
}

/// Tells people which revision schemas are of and how old that is, where they are of any: they may not be what the rows were judged by. Whoever named
/// a revision wants that one, and is told of no newer.
pub(super) fn tell_age(schemas: &SchemaStore) {
    if !std::io::stderr().is_terminal() {
        return;
    }
    if let Some(age) = schemas.age(jiff::Timestamp::now().as_microsecond()) {
        let told = if age.is_old() && !age.is_chosen { old_schemas(&age) } else { format!("these schemas are of {age}") };
        out::tell(&format!("misfit: {}: {told}", schemas.name()));
    }
}

/// Where fetched schemas are kept: `$XDG_DATA_HOME/misfit/schemas`; `None` where the user has no home.
pub(super) fn fetched() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.data_dir().join("misfit").join("schemas"))
}

/// Configured names stand for their inputs.
pub(super) fn expand(sources: Vec<String>, config: &Config) -> Result<Vec<String>> {
    if sources.is_empty() {
        bail!("no source of rows: give a file (misfit errors.ndjson), - for standard input, or try misfit demo");
    }
    let inputs = |source: String| {
        let mapped = || config.mapped.get(&source).map(|mapped| mapped.inputs.clone()).filter(|inputs| !inputs.is_empty());
        config.sources.get(&source).cloned().or_else(mapped).unwrap_or_else(|| vec![source])
    };
    Ok(sources.into_iter().flat_map(inputs).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_name_stands_for_its_inputs() {
        let config = crate::cli::config::parse("[sources]\nweek = [\"/a\", \"/b\"]", std::path::Path::new("/c.toml")).unwrap();
        assert_eq!(expand(vec!["x".into(), "week".into()], &config).unwrap(), ["x", "/a", "/b"]);
        assert_eq!(expand(vec!["./week".into()], &config).unwrap(), ["./week"]);
        assert!(expand(vec![], &config).unwrap_err().to_string().contains("misfit demo"));
    }

    #[test]
    fn the_sample_stands_alone() {
        let args = InputArgs { sources: vec!["demo:".into(), "a".into()], ..InputArgs::default() };
        assert!(args.open(&Config::default(), false, &Scope::default()).err().unwrap().to_string().contains("give demo: alone"));
    }
}
