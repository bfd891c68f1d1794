//! The layout that the schema transpiler makes of a JSON schema, and what it would stumble over.
//!
//! Owns: the columns of a schema for which no layout is published, the reasons for values without a column, columns that change from run to run,
//! schemas that stop the run.
//! Refuses: what else the generator changes in single schemas (Glean's metrics, telemetry's probes and environment).
//!
//! Follows jsonschema-transpiler as the schema generator runs it: `--resolve drop --type bigquery --normalize-case --force-nullable --tuple-struct`.

mod check;
mod collapse;
mod columns;
mod read;
mod shape;
mod standard;

use crate::pipeline::document::NodeId;
use crate::pipeline::layout::Layout;
use crate::pipeline::schema::Schema;
pub use standard::{metadata_format, table};

/// Objects and arrays inside each other that the transpiler's JSON reader takes. This bounds every recursion over a schema's shapes.
const DEEPEST: usize = 127;

/// A schema's columns with what is noteworthy about them.
#[derive(Debug, Clone)]
pub struct Transpiled {
    /// Columns in the transpiler's order: by name.
    pub layout: Layout,
    /// In the order of the schema file.
    pub lints: Vec<Lint>,
}

/// Something that the author of a schema should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lint {
    /// What it is about.
    pub kind: LintKind,
    /// The schema node.
    pub node: NodeId,
    /// Its RFC 6901 pointer in the schema file; the empty text is the root.
    pub pointer: String,
    /// What happens and why, as a plain sentence. Safe for a terminal.
    pub sentence: String,
}

/// Kinds of lints, worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LintKind {
    /// A column's type depends on the order of a hash map: it may change from run to run without any change of the schema.
    RandomType,
    /// Values of this node have no column.
    Dropped,
    /// Several keys have one column: only one of their values is stored.
    SharedColumn,
}

impl LintKind {
    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            LintKind::RandomType => "random_type",
            LintKind::Dropped => "dropped",
            LintKind::SharedColumn => "shared_column",
        }
    }
}

/// Why a schema has no layout at all: the transpiler ends with exit code 101, and with it the whole run of the generator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {sentence}", place = if pointer.is_empty() { "the root of the schema".into() } else { crate::ground::text::visible(pointer) })]
pub struct TranspileStop {
    /// The schema node.
    pub node: NodeId,
    /// Its RFC 6901 pointer; the empty text is the root.
    pub pointer: String,
    /// The reason, as a plain sentence. Safe for a terminal.
    pub sentence: String,
}

impl TranspileStop {
    fn new(schema: &Schema, node: NodeId, sentence: impl Into<String>) -> Self {
        TranspileStop { node, pointer: schema.pointer(node), sentence: sentence.into() }
    }
}

impl Lint {
    fn new(schema: &Schema, kind: LintKind, node: NodeId, sentence: String) -> Self {
        Lint { kind, node, pointer: schema.pointer(node), sentence }
    }
}

/// The layout of a schema as it stands, without the columns that are merged into it for its table (see [`table`]).
pub fn layout(schema: &Schema) -> Result<Transpiled, TranspileStop> {
    let (root, lints) = read(schema)?;
    let (layout, dropped) = columns::columns(schema, root)?;
    Ok(finished(layout, lints, dropped))
}

/// The columns of a schema's members, which may be none: others are merged into it.
fn members(schema: &Schema) -> Result<Transpiled, TranspileStop> {
    let (root, lints) = read(schema)?;
    let (layout, dropped) = columns::members(schema, root);
    Ok(finished(layout, lints, dropped))
}

fn read(schema: &Schema) -> Result<(shape::Tag, Vec<Lint>), TranspileStop> {
    if schema.document.nesting() > DEEPEST {
        let sentence = format!("the schema is nested deeper than the {DEEPEST} levels that the transpiler reads");
        return Err(TranspileStop::new(schema, 0, sentence));
    }
    check::check(schema)?;
    read::read(schema)
}

fn finished(layout: Layout, mut lints: Vec<Lint>, dropped: Vec<Lint>) -> Transpiled {
    lints.extend(dropped);
    lints.sort_by_key(|lint| (lint.node, lint.kind));
    Transpiled { layout, lints }
}

#[cfg(test)]
mod tests;
