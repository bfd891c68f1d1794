//! What a deploy does: causes of a comparison, tables, columns and keywords in them, how much there is.

use crate::ground::text::{clip_middle, count, plural, visible};
use crate::pipeline::compat::schemas::{SchemaChange, SchemaEffect};
use crate::pipeline::compat::{ColumnChange, ColumnForms, DeployRule, DeployVerdict};
use crate::pipeline::layout::{Gauge, Limit};
use crate::pipeline::witness::Witness;
use crate::rows::schemas::git::revision_at;
use crate::triage::compat::{AllowReport, CauseClash, ComparedTable, DeployCause, DeployComparison, GlobUse, TableState};

/// Most characters of a line to paste: what is longer is whole where scripts get it, and on the clipboard.
const LONGEST_MEND: usize = 2_000;

/// The same of what else could be done.
const LONGEST_NOTE: usize = 240;

/// Parts of what is said, each with its name; without one, more of the part before. Safe for a terminal.
pub type ToldParts = Vec<(&'static str, String)>;

/// `BLOCK 3 tables: a, b, c: client_info is gone`, with at most so many tables.
pub fn cause_head(found: &DeployComparison, cause: &DeployCause, most: usize) -> String {
    format!("{} {}: {}", cause.verdict.name(), visible(&cause.of_tables(&found.tables, most)), visible(&cause.sentence))
}

/// `C11: a nested column cannot be dropped`.
pub fn rule(rule: DeployRule) -> String {
    format!("{}: {}", rule.name(), rule.says())
}

/// Why, BigQuery's own words, the line that ends it and what else could be done, which tables wait for nothing else.
pub fn cause_parts(found: &DeployComparison, cause: &DeployCause) -> ToldParts {
    let mut parts = vec![("why", rule(cause.rule))];
    parts.extend(cause.message.as_ref().map(|message| ("error", visible(message).into_owned())));
    if let Some(mend) = cause.mends.first() {
        parts.push(("mend", shortened(&mend.line)));
    }
    parts.extend(cause.notes.iter().map(|note| ("", clip_middle(&visible(note), LONGEST_NOTE).into_owned())));
    parts.extend(cause.clash.as_ref().map(|clash| ("since", clashes_with(clash))));
    if cause.verdict.stops() && !cause.frees.is_empty() && found.tables.len() > 1 {
        parts.push(("frees", format!("{}: nothing else stops them", plural(cause.frees.len() as u64, "table", "tables"))));
    }
    parts
}

/// The line of the allowlist that covers a table, its sizes beside their limits.
pub fn table_parts(table: &ComparedTable) -> ToldParts {
    let allowed = table.allowed.iter().map(|glob| ("allowed", visible(glob).into_owned()));
    let sizes = growth(table).into_iter().enumerate().map(|(at, line)| (if at == 0 { "size" } else { "" }, line));
    allowed.chain(sizes).collect()
}

/// What a changed keyword does to documents, what it was and is.
pub fn keyword_parts(change: &SchemaChange) -> ToldParts {
    let told = |value: &Option<String>| visible(value.as_deref().unwrap_or("nothing")).into_owned();
    vec![("effect", change.effect.name().to_owned()), ("before", told(&change.old)), ("now", told(&change.new))]
}

/// Most characters of a document that shows a change.
const LONGEST_WITNESS: usize = 1_000;

/// The same of what is said of it.
const LONGEST_MESSAGE: usize = 240;

/// A document that shows a change, or how it was looked for; and what the side says of it that refuses it.
pub fn witness(witness: &Witness) -> (String, Option<String>) {
    let (told, message) = match &witness.outcome {
        Ok(document) => (clip_middle(&visible(&document.text), LONGEST_WITNESS).into_owned(), Some(visible(&document.message))),
        Err(how) => (visible(how).into_owned(), None),
    };
    (format!("{}: {told}", witness.words()), message.map(|message| clip_middle(&message, LONGEST_MESSAGE).into_owned()))
}

/// The same as parts of what is said of a keyword.
pub fn witness_parts(found: &[Witness]) -> ToldParts {
    let told = found.iter().map(witness);
    told.flat_map(|(document, message)| [Some(("shows", document)), message.map(|message| ("", message))]).flatten().collect()
}

/// How the allowlist was used, in a line.
pub fn allowlist(report: &AllowReport) -> String {
    let covering = report.globs.iter().filter(|glob| !glob.covers.is_empty()).count();
    let lines = plural(report.globs.len() as u64, "line", "lines");
    let bare = plural(report.uncovered.len() as u64, "incompatible table", "incompatible tables");
    format!("allowlist: {lines}, {} of use; {bare} that none covers", count(covering as u64))
}

/// What is said below a limit that was exceeded before already.
pub const STANDING_NOTE: &str = "the earlier side exceeds it already: no fault of this deploy";

/// What is said below a table that could not be compared.
pub const NOT_COMPARED_NOTE: &str = "whether the deploy goes through is not known";

/// The earlier revision that a cause clashes with.
fn clashes_with(clash: &CauseClash) -> String {
    format!("the column got its present form by {}; this change goes against it", revision_at(&clash.revision, clash.date))
}

/// A line to paste, as people see it.
pub fn shortened(line: &str) -> String {
    clip_middle(&visible(line), LONGEST_MEND).into_owned()
}

/// `2 lines for other tables`, where a cause has others.
pub fn other_lines(cause: &DeployCause) -> Option<String> {
    let others = cause.mends.len().saturating_sub(1);
    (others > 0).then(|| plural(others as u64, "line for other tables", "lines for other tables"))
}

/// A table that could not be compared.
pub fn not_compared(title: &str, reason: &str) -> String {
    format!("NOT COMPARED {}: {}", visible(title), visible(reason))
}

/// How many keywords of JSON schemas changed; `None` where none did.
pub fn documents(found: &DeployComparison) -> Option<String> {
    let changes = || found.tables.iter().flat_map(|table| &table.schema);
    let all = changes().count();
    let refusing = changes().filter(|change| change.effect != SchemaEffect::Loosened).count();
    let keywords = plural(all as u64, "keyword of a JSON schema", "keywords of JSON schemas");
    (all > 0).then(|| format!("documents: {keywords} changed, {} may refuse what passed", count(refusing as u64)))
}

/// `telemetry/main.5 #/properties/a maxLength`.
pub fn keyword_place(table: &ComparedTable, change: &SchemaChange) -> String {
    visible(&format!("{} #{} {}", table.title(), change.pointer, change.keyword)).into_owned()
}

/// A line of the allowlist and what it covers.
pub fn allowed(glob: &GlobUse) -> String {
    let told = match (&glob.fault, glob.covers.len()) {
        (Some(fault), _) => format!("cannot be read as a glob: {fault}"),
        (None, 0) => "covers no incompatible table".to_owned(),
        (None, _) => format!("covers {}", glob.covers.join(", ")),
    };
    format!("allowlist line {}: {} {}", glob.line, visible(&glob.glob), visible(&told))
}

/// An incompatible table that no line of the allowlist covers.
pub fn uncovered(table: &str) -> String {
    format!("allowlist: no line covers {}, which is incompatible", visible(table))
}

/// What the earlier side exceeds already: with the table and its place in [`crate::pipeline::compat::TableChanges::standing`].
pub fn standing(found: &DeployComparison) -> impl Iterator<Item = (usize, usize)> + '_ {
    found.tables.iter().enumerate().flat_map(|(at, table)| (0..table.changes.standing.len()).map(move |place| (at, place)))
}

/// `standing telemetry/main.5: …`.
pub fn stands(found: &DeployComparison, (at, place): (usize, usize)) -> String {
    let Some(table) = found.tables.get(at) else { return String::new() };
    let sentence = table.changes.standing.get(place).map(String::as_str).unwrap_or_default();
    format!("standing {}: {}", visible(&table.title()), visible(sentence))
}

/// `1,040 tables unchanged, 2 changed; changes: 2 BLOCK, 1 DDL`.
pub fn summary(found: &DeployComparison) -> String {
    let moved = found.moved();
    let told = |n: usize, word: &str| (n > 0).then(|| format!("{} {word}", count(n as u64)));
    let tables = |state: &TableState, word: &str| told(found.count_of(state), word);
    let mut parts = vec![format!("{} unchanged", plural(found.unchanged as u64, "table", "tables"))];
    parts.extend(tables(&TableState::Changed, "changed"));
    parts.extend(told(found.count_of(&TableState::Added) - moved, "new"));
    parts.extend(told(found.count_of(&TableState::Removed) - moved, "gone"));
    parts.extend(told(moved, "moved"));
    let not = found.not_compared().count();
    parts.extend((not > 0).then(|| format!("{} not compared", count(not as u64))));
    parts.extend(
        (found.unusable > 0).then(|| plural(found.unusable as u64, "file that neither side can use", "files that neither side can use")),
    );
    let verdicts = [DeployVerdict::Block, DeployVerdict::Ddl, DeployVerdict::Warn, DeployVerdict::Ok];
    let changes: Vec<String> = verdicts
        .into_iter()
        .filter_map(|verdict| Some((verdict, found.count(verdict))).filter(|(_, n)| *n > 0))
        .map(|(verdict, n)| format!("{} {}", count(n as u64), verdict.name()))
        .collect();
    let changes = if changes.is_empty() { "no change of a column".to_owned() } else { format!("changes: {}", changes.join(", ")) };
    format!("{}; {changes}", parts.join(", "))
}

/// Whether the deploy goes through, in a sentence.
pub fn outcome(found: &DeployComparison) -> String {
    let words = match found.verdict() {
        DeployVerdict::Block => "BLOCK: the deploy stops",
        DeployVerdict::Ddl => "DDL: the deploy stops until a statement is run",
        _ if found.not_compared().next().is_some() => return format!("NOT COMPARED: {NOT_COMPARED_NOTE}"),
        DeployVerdict::Warn => "WARN: the deploy goes through; read what it does",
        DeployVerdict::Ok => "OK: the deploy goes through",
    };
    words.to_owned()
}

/// `map<INT64> became RECORD`: what a column was and is.
pub fn became(change: &ColumnChange) -> String {
    let shape = |forms: &Option<ColumnForms>| forms.as_ref().map(ColumnForms::told);
    match (shape(&change.old), shape(&change.new)) {
        (Some(old), Some(new)) if old == new => visible(&new).into_owned(),
        (Some(old), Some(new)) => visible(&format!("{old} became {new}")).into_owned(),
        (Some(old), None) => visible(&format!("{old}, gone")).into_owned(),
        (None, Some(new)) => visible(&format!("{new}, new")).into_owned(),
        (None, None) => String::new(),
    }
}

/// The sizes of a table beside their limits, and how much they grew.
fn growth(table: &ComparedTable) -> Vec<String> {
    let (old, new) = (&table.changes.old, &table.changes.new);
    let sizes = [
        (Limit::Leaves, old.leaves, new.leaves),
        (Limit::Levels, old.levels, new.levels),
        (Limit::Generated, old.generated, new.generated),
    ];
    let told = |(limit, before, used): (Limit, usize, usize)| {
        let pace = match used.checked_sub(before) {
            _ if before == 0 => String::new(),
            Some(0) => "; as before".to_owned(),
            Some(more) => format!("; {} more than before", count(more as u64)),
            None => format!("; {} fewer than before", count((before - used) as u64)),
        };
        format!("{}{pace}", Gauge { limit, used })
    };
    if *new == Default::default() { Vec::new() } else { sizes.into_iter().map(told).collect() }
}
