//! A schema edited by hand: what it would make of a group's rows.
//!
//! Owns: which file a group's rows are refused by and where in it, judging the rows again with an edited text, the edit as a patch.
//! Refuses: the editor (tui), proposals (patch).

use std::ops::ControlFlow;
use std::sync::Arc;

use super::patch::{self, FOLDER, NamedDocuments};
use crate::ground::patch::{between, unified};
use crate::ground::text::plural;
use crate::pipeline::document::Document;
use crate::pipeline::schema::Schema;
use crate::pipeline::verdict::judge::{Judge, Outcome, Violation, input};
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::Group;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{ErrorSource, Watch};
use crate::triage::facts::turns::WITHOUT_SCHEMA;
use crate::triage::mend::{LimitFacts, columns, limit_facts};
use crate::triage::recheck::{NO_SCHEMA, Recheck, RefusingPlace, Turn, TurnCounts};

/// Documents between two words of the counts.
const STRIDE: usize = 64;

/// A schema file that a group's rows are refused by, with those rows.
pub struct EditSubject {
    /// The schema as it stands.
    pub schema: Arc<Schema>,
    /// The line of the node that refuses, from 1.
    pub line: usize,
    documents: NamedDocuments,
    /// Where a limit refuses them: how their values stand to it.
    limit: Option<LimitFacts>,
    /// Rows that are not judged, with why not.
    unread: Vec<(u64, &'static str)>,
}

/// What an edited schema makes of the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EditVerdict {
    /// What becomes of the rows.
    pub turns: TurnCounts,
    /// The same in lines, with the columns and where rows are refused then.
    pub lines: Vec<String>,
    /// How the values of the rows stand to the limit that refuses them, in lines; for the screen alone: values stand in it.
    pub limit: Vec<String>,
    /// The edit as a diff; the empty text where nothing was changed.
    pub diff: String,
}

impl EditSubject {
    /// Finds the file: of several the one that most rows are of.
    ///
    /// # Errors
    /// The source cannot be read, or no schema judges the rows.
    pub fn find(source: &dyn ErrorSource, schemas: &SchemaStore, group: &Group, watch: &dyn Watch) -> Result<Self, Advised> {
        let found = patch::read(source, schemas, group, watch)?;
        let judged: usize = found.of.values().map(Vec::len).sum();
        let most = found.of.into_iter().max_by_key(|(_, documents)| documents.len());
        let (at, documents) = most.ok_or("no schema of these judges the rows, so there is none to edit")?;
        let unread = vec![
            ((judged - documents.len()) as u64, "another schema file judges them"),
            (found.unjudged.len() as u64, "they are not JSON, or no schema of these judges them"),
            (found.without, "they have no document"),
            (group.count.saturating_sub(found.read as u64), "they are too many to judge at once"),
        ];
        let schema = schemas.schema(at).map_err(|error| Advised::from(error.to_string()))?;
        let schema = schema.ok_or_else(|| Advised::new("there is no schema to edit", Advice::GiveSchemas))?;
        let namespace = schemas.doctypes().get(at).map_or("", |doctype| doctype.namespace.as_str());
        let judge = schemas.judge(at).ok().flatten();
        let refusing = judge.zip(documents.first()).and_then(|(judge, (document, _))| refusing(&judge, namespace, document));
        let line = refusing.as_ref().map_or(1, |violation| schema.line(violation.node));
        let limit = refusing.and_then(|violation| {
            let texts: Vec<&Document> = documents.iter().map(|(document, _)| document).collect();
            limit_facts(namespace, &schema, (&violation.schema_pointer, violation.keyword), &texts)
        });
        Ok(EditSubject { schema, line, documents, limit, unread })
    }

    /// Judges the rows with the edited text; `tell` hears the counts as they grow.
    ///
    /// # Errors
    /// The text is no schema: the reason names the place.
    pub fn judge(
        &self,
        schemas: &SchemaStore,
        text: &[u8],
        tell: &mut dyn FnMut(&TurnCounts) -> ControlFlow<()>,
    ) -> Result<EditVerdict, String> {
        let edited = Schema::parse(&self.schema.path, text.to_vec())?;
        Judge::compile(Arc::new(edited)).map_err(|reason| format!("the validator does not take this schema: {reason}"))?;
        let after = Arc::new(schemas.with_file(&self.schema.path, text.to_vec()));
        let replay = Recheck::new(Arc::new(schemas.fresh()), Arc::clone(&after));
        let mut turns = TurnCounts::default();
        for part in self.documents.chunks(STRIDE) {
            for (document, names) in part {
                turns.add(&replay.document(document, patch::named(names)));
            }
            if tell(&turns).is_break() {
                break;
            }
        }
        let old = self.schema.document.text();
        let diff = unified(&format!("{FOLDER}{}", self.schema.path), old, &between(old, text));
        let mut lines = counted(&turns);
        lines.extend(turns.places().into_iter().map(|(at, count)| refused(&after, at, count)));
        for (count, why) in self.unread.iter().filter(|(count, _)| *count > 0) {
            lines.push(format!("  {} not judged: {why}", plural(*count, "more row", "more rows")));
        }
        let mut told = Vec::new();
        if let Some(limit) = &self.limit {
            told.push(format!("at {}, as it stands:", patch::place(&limit.pointer)));
            told.extend(limit.lines().into_iter().map(|line| format!("  {line}")));
        }
        lines.extend(columns(&self.schema, text).lines());
        Ok(EditVerdict { turns, lines, limit: told, diff })
    }
}

impl EditVerdict {
    /// All of it for people: counts, columns, the edit.
    pub fn text(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().chain(&self.limit).map(String::as_str).collect();
        format!("{}\n\n{}", lines.join("\n"), if self.diff.is_empty() { "nothing was edited\n" } else { &self.diff })
    }

    /// The edit as a patch, with what it does above it.
    pub fn patch(&self) -> String {
        format!("{}\n\n{}", self.lines.join("\n"), self.diff)
    }
}

/// The counts of an edit, in lines.
pub fn counted(turns: &TurnCounts) -> Vec<String> {
    let told = Turn::ALL.into_iter().filter(|turn| turns.of(*turn) > 0);
    told.map(|turn| format!("{} {}", plural(turns.of(turn), "row", "rows"), turn.words())).collect()
}

/// Where rows are refused then, in a line.
fn refused(after: &SchemaStore, place: RefusingPlace, count: u64) -> String {
    let rows = plural(count, "row", "rows");
    if place == NO_SCHEMA {
        return format!("  {WITHOUT_SCHEMA}: {rows}");
    }
    let (at, node, keyword) = place;
    let pointer = after.schema(at).ok().flatten().map(|schema| schema.pointer(node)).unwrap_or_default();
    format!("  refused by {keyword} of {}: {rows}", patch::place(&pointer))
}

/// What refuses a document: of a combinator the violation of its nearest branch.
fn refusing(judge: &Judge, namespace: &str, document: &Document) -> Option<Violation> {
    let given = input(namespace, document);
    match judge.verdict(given).outcome {
        Outcome::Pass => None,
        Outcome::Fail(violation) => Some(judge.cause(given).and_then(|cause| cause.ways.into_iter().next()).unwrap_or(*violation)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};

    #[test]
    fn an_edit_is_judged_on_the_rows_and_a_broken_one_says_where() {
        let (source, schemas) = (demo::source().unwrap(), Arc::new(demo::schemas().unwrap()));
        let groups = source.groups(&Request { schemas: Some(schemas.clone()), ..Request::default() }, &Unwatched).unwrap();
        let group = &groups.list[0];
        let subject = EditSubject::find(source.as_ref(), &schemas, group, &Unwatched).unwrap();
        let text = String::from_utf8(subject.schema.document.text().to_vec()).unwrap();
        assert!(text.lines().nth(subject.line - 1).unwrap().contains("propertyNames"), "line {}", subject.line);
        let mut heard = 0;
        let mut tell = |turns: &TurnCounts| {
            heard = turns.all();
            ControlFlow::Continue(())
        };
        let same = subject.judge(&schemas, text.as_bytes(), &mut tell).unwrap();
        assert_eq!((same.turns.of(Turn::Same), same.diff.as_str()), (group.count, ""));
        let taken = subject.judge(&schemas, b"{}\n", &mut tell).unwrap();
        assert_eq!((taken.turns.of(Turn::Taken), heard), (group.count, group.count));
        let has = |begin: &str| taken.limit.iter().any(|line| line.trim_start().starts_with(begin));
        assert!(
            has("at /properties/metrics") && has("all ") && has("values beyond maxLength: 4") && has("smallest limits: "),
            "{:?}",
            taken.lines
        );
        assert!(taken.diff.starts_with("diff --git a/schemas/") && taken.diff.ends_with("+{}\n"), "{}", taken.diff);
        assert!(taken.lines.iter().all(|line| !line.contains("not judged")), "{:?}", taken.lines);
        let root = subject.judge(&schemas, b"{\"required\": [\"nowhere\"]}\n", &mut |_| ControlFlow::Continue(())).unwrap();
        let line = format!("  refused by required of the root: {} rows", group.count);
        assert!(root.lines.contains(&line), "{:?}", root.lines);
        assert_eq!(refused(&schemas, NO_SCHEMA, 3), "  there is no schema of them: 3 rows");
        let broken = subject.judge(&schemas, b"{\n  \"a\": }", &mut |_| ControlFlow::Continue(())).unwrap_err();
        assert!(broken.contains("line 2"), "{broken}");
    }
}
