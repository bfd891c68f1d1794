//! `misfit row`: the table row that the pipeline would make of a document.
//!
//! Owns: the question, the document and layout that it names, the exit code.
//! Also owns: what came with a document, a JSON object of texts in a file.
//! Refuses: making the row (sink), the fields of output (row/answer).

mod answer;
mod text;

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use color_eyre::Result;
use color_eyre::eyre::{Context, bail, ensure, eyre};

use super::{input, layout, out, safe_json};
use crate::cli::config::Config;
use crate::ground::text::visible;
use crate::pipeline::document::{Document, Kind, PathStyle};
use crate::pipeline::layout::Layout;
use crate::pipeline::sink::{self, Landed, Submission};
use crate::pipeline::verdict::judge::jackson::verdict_of;
use crate::rows::samples::{self, Content};
use answer::LineAnswer;

/// Exit code where there is no row.
const NO_ROW: u8 = 1;

/// Most bytes of a file of attributes.
const MOST_ATTRIBUTES: u64 = 16 << 20;

const EXAMPLES: &str = "\
DOC is one document, plain, gzip or zstd; or a row of the error table, whose payload
is taken; - is standard input.

The row is what the pipeline hands to BigQuery: standard fields from the attributes,
the document's members under the names of their columns, metadata, and what has no
column in additional_properties. Some documents pass the schema and still have no row,
because the pipeline's code fails on them: then the exception and its place are told,
and the exit code is 1.

Examples:
  misfit row ping.json --schemas ~/schemas --layout telemetry.crash.4
      the row
  misfit row ping.json --layout crash.4.bq --landings
      a line for every value: its column, its form, or why it has none
  misfit row ping.json --layout crash.4.bq --landings --format ndjson
      the same for scripts
  misfit row - --layout crash.4.bq --attributes attributes.json
      with what came with the request: {\"document_namespace\": \"telemetry\", ...}";

/// Which document, which table.
#[derive(Debug, clap::Args)]
#[group(skip)]
#[command(after_long_help = format!("{EXAMPLES}\n\n{}", out::RAW))]
pub(super) struct RowArgs {
    /// The document: a file, or - for standard input
    #[arg(value_name = "DOC")]
    document: String,

    /// The table's columns: a .bq file, one of dbt or Terraform (FILE#TABLE), or the doctype in the schemas
    #[arg(long, value_name = "FILE|NAMESPACE.DOCTYPE.VERSION")]
    layout: String,

    #[command(flatten)]
    schemas: input::SchemaArgs,

    /// What came with the document: a JSON object of strings, or one with an attributeMap
    #[arg(long, value_name = "FILE")]
    attributes: Option<PathBuf>,

    /// The doctype is deployed without additional_properties
    #[arg(long)]
    strict: bool,

    /// Print where every value lands instead of the row
    #[arg(long)]
    landings: bool,

    /// Form of the landings; the row itself is always one object
    #[arg(long, value_enum, default_value_t)]
    format: RowFormat,
}

/// How landings are printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum RowFormat {
    /// A line a value, what is lost or changed first, for people
    #[default]
    Text,
    /// One array
    Json,
    /// One object a line
    Ndjson,
}

/// Makes the row and prints it.
pub(super) fn run(args: RowArgs, config: &Config) -> Result<ExitCode> {
    let attributes = args.attributes.as_deref().map(read_attributes).transpose()?.unwrap_or_default();
    let named = layout::open(&args.layout, args.schemas, config)?;
    if named.origin == layout::LayoutOrigin::Transpiled {
        out::tell(&format!("misfit: {} has no published table layout; this is the one that its schema would give", visible(&named.title)));
    }
    let layout = named.layout;
    let document = document(&args.document)?;
    let transformed = sink::transform(&layout, &document, &Submission::of(attributes, args.strict));
    let landed = transformed.beside(&layout, &document);
    if let Some(refusal) = transformed.refusal() {
        let place = document.path(refusal.node, PathStyle::Pointer);
        let why = landed.why_refused(refusal);
        out::tell(&format!("misfit: no row: {} at {}: {why}", refusal.exception.name(), visible(&place)));
        return Ok(ExitCode::from(NO_ROW));
    }
    let mut stdout = BufWriter::new(std::io::stdout());
    match landed.row() {
        Ok(row) if !args.landings => writeln!(stdout, "{}", safe_json::escape(row))?,
        _ if args.format == RowFormat::Text => stdout.write_all(text::landings(&layout, &document, &landed).as_bytes())?,
        _ => print_landings(&mut stdout, &layout, &document, &landed, args.format)?,
    }
    stdout.flush()?;
    if let Some(warning) = text::warning(&document, &landed.warnings(1)) {
        out::tell(&format!("misfit: {warning}"));
    }
    Ok(ExitCode::SUCCESS)
}

fn print_landings(stdout: &mut impl Write, layout: &Layout, document: &Document, landed: &Landed<'_>, format: RowFormat) -> Result<()> {
    let is_array = format == RowFormat::Json;
    if is_array {
        stdout.write_all(b"[")?;
    }
    for (i, (line, shown)) in landed.lines().enumerate() {
        let line =
            safe_json::escape(serde_json::to_string(&LineAnswer::new(layout, document, (&line, &shown), &landed.landing_of(line.node))?)?);
        match (is_array, i) {
            (false, _) => writeln!(stdout, "{line}")?,
            (true, 0) => write!(stdout, "\n{line}")?,
            (true, _) => write!(stdout, ",\n{line}")?,
        }
    }
    if is_array {
        stdout.write_all(b"\n]\n")?;
    }
    Ok(())
}

fn not_one(named: &str) -> String {
    format!("{} holds no document, or more than one: misfit row takes one", visible(named))
}

/// The one document that an argument names.
fn document(named: &str) -> Result<Document> {
    ensure!(
        named != "-" || !std::io::stdin().is_terminal(),
        "standard input is a terminal: pipe a document into misfit row, or name a file"
    );
    let found = samples::find(&[named.to_owned()])?;
    let mut bytes = Vec::new();
    for file in &found.files {
        let flow = samples::read(file, &mut |sample| {
            bytes.push(sample.bytes);
            if bytes.len() > 1 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if flow.is_break() {
            break;
        }
    }
    let (Some(only), None) = (bytes.pop(), bytes.pop()) else {
        bail!("{}", not_one(named));
    };
    let document = Document::parse(Content::of(only).decoded.text);
    ensure!(!document.is_followed(), "{}", not_one(named));
    if let Err(failure) = verdict_of(&document) {
        let class = failure.class.rsplit('.').next().unwrap_or_default();
        bail!("{}: the pipeline cannot read it as a JSON object: {class}: {}", visible(named), visible(&failure.message));
    }
    // Ours has a limit that the pipeline's has not: the number of values.
    match document.error() {
        Some(error) => bail!("{}: {error}", visible(named)),
        None => Ok(document),
    }
}

/// Names and texts in the order of the file.
fn read_attributes(path: &Path) -> Result<Vec<(String, String)>> {
    let shown = path.to_string_lossy();
    let mut text = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST_ATTRIBUTES + 1).read_to_end(&mut text));
    read.wrap_err_with(|| format!("cannot read {}", visible(&shown)))?;
    ensure!(
        text.len() as u64 <= MOST_ATTRIBUTES,
        "{} is larger than {}, too large for attributes",
        visible(&shown),
        crate::ground::text::bytes(MOST_ATTRIBUTES)
    );
    parse_attributes(text).wrap_err_with(|| visible(&shown).into_owned())
}

fn parse_attributes(text: Vec<u8>) -> Result<Vec<(String, String)>> {
    let document = Document::parse(text);
    if let Some(error) = document.error() {
        bail!("{error}");
    }
    let all = document.member(0, "attributeMap").unwrap_or(0);
    if document.kind(all) != Kind::Object {
        bail!("attributes are a JSON object of strings, as {{\"document_id\": \"...\"}}; this is {}", document.kind(all).with_article());
    }
    let attribute = |node| {
        let name = document.key(node).unwrap_or_default().into_owned();
        let text = document
            .string(node)
            .ok_or_else(|| eyre!("the attribute {} must be a string, is {}", visible(&name), document.kind(node).with_article()))?;
        Ok((name, text.into_owned()))
    };
    document.children(all).map(attribute).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_end_holds_no_attributes() {
        let error = read_attributes(Path::new("/dev/zero")).unwrap_err().to_string();
        assert_eq!(error, "/dev/zero is larger than 16.0 MiB, too large for attributes");
    }

    #[test]
    fn attributes_are_texts_in_their_order() {
        let pairs = vec![("b".to_owned(), "1".to_owned()), ("a".to_owned(), String::new())];
        assert_eq!(parse_attributes(br#"{"b": "1", "a": ""}"#.to_vec()).unwrap(), pairs);
        assert_eq!(parse_attributes(br#"{"attributeMap": {"b": "1", "a": ""}, "payload": ""}"#.to_vec()).unwrap(), pairs);
        for (wrong, told) in
            [("[]", "array"), (r#"{"a": 1}"#, "attribute a must be a string"), ("{", "byte 1"), (r#"{"attributeMap": 1}"#, "number")]
        {
            let error = parse_attributes(wrong.into()).unwrap_err().to_string();
            assert!(error.contains(told), "{error}");
        }
    }
}
