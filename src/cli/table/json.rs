//! A table as JSON: one object, a column a line in it.

use std::io::Write;

use color_eyre::Result;
use serde::Serialize;

use super::record::ColumnRecord;
use crate::cli::layout::NamedLayout;
use crate::cli::safe_json;
use crate::pipeline::layout::{Gauge, Size};
use crate::pipeline::transpile::Lint;

/// All but the columns.
#[derive(Serialize)]
struct Head<'a> {
    /// `telemetry/main.5`, or the file.
    name: &'a str,
    namespace: Option<&'a str>,
    doctype: Option<&'a str>,
    version: Option<&'a str>,
    file: &'a str,
    /// `published` or `transpiled`.
    origin: &'static str,
    /// Live and stable table.
    tables: Vec<String>,
    /// All columns of the table, also those that a search leaves out.
    column_count: usize,
    gauges: Vec<Measure>,
    oddities: &'a [String],
    /// Oddities that are not listed.
    more_oddities: usize,
    /// Those of the oddities for which BigQuery would refuse the layout, at most 100.
    refusals: &'a [String],
    /// All of them, exactly.
    refusal_count: usize,
    lint: Vec<Remark<'a>>,
    search: Option<&'a str>,
}

/// A gauge.
#[derive(Serialize)]
struct Measure {
    /// `leaf_columns`, `record_levels` or `generator_size`.
    what: &'static str,
    used: usize,
    limit: usize,
    /// `roomy`, `near` or `over`.
    level: &'static str,
}

impl From<Gauge> for Measure {
    fn from(gauge: Gauge) -> Self {
        Measure { what: gauge.limit.name(), used: gauge.used, limit: gauge.limit.most(), level: gauge.level().name() }
    }
}

#[derive(Serialize)]
struct Remark<'a> {
    kind: &'static str,
    schema_pointer: &'a str,
    sentence: &'a str,
}

impl<'a> From<&'a Lint> for Remark<'a> {
    fn from(lint: &'a Lint) -> Self {
        Remark { kind: lint.kind.name(), schema_pointer: &lint.pointer, sentence: &lint.sentence }
    }
}

/// Writes the head and the columns.
pub(super) fn write<'a>(
    out: &mut impl Write,
    named: &NamedLayout,
    search: Option<&str>,
    records: impl Iterator<Item = ColumnRecord<'a>>,
) -> Result<()> {
    let doctype = named.doctype.as_ref();
    let size = Size::of(&named.layout);
    let head = Head {
        name: &named.title,
        namespace: doctype.map(|name| &*name.namespace),
        doctype: doctype.map(|name| &*name.doctype),
        version: doctype.and_then(|name| name.version.as_deref()),
        file: &named.file,
        origin: named.origin.name(),
        tables: named.tables(),
        column_count: size.columns,
        gauges: size.gauges().map(Measure::from).into(),
        oddities: &named.layout.oddities,
        more_oddities: named.layout.unlisted,
        refusals: &named.layout.refusals,
        refusal_count: named.layout.refused,
        lint: named.lints.iter().map(Remark::from).collect(),
        search,
    };
    let head = safe_json::escape(serde_json::to_string(&head)?);
    let open = head.strip_suffix('}').unwrap_or(&head);
    safe_json::write_list(out, &format!("{open},\"columns\":"), records)
}
