//! A patch as it is written: what it does in words, then the diff.
//!
//! Owns: the lines above the diff, refusing to write values that may not be told.
//! Refuses: making the edits (mend).

use super::{FOLDER, FilePatch, GroupPatch, OtherRows, PatchOf, PatchSettings, templates, templates::TemplateEdit, told};
use crate::ground::patch::unified;
use crate::ground::text::{count, plural, visible};
use crate::rows::advice::{Advice, Advised};
use crate::rows::group::{Group, doctype_name};
use crate::rows::schemas::SchemaStore;
use crate::triage::mend::{LimitFacts, Loosening, NodeEdit, Share, elsewhere, lets_in, says};
use crate::triage::recheck::Turn;
use crate::triage::redact::Redactor;

impl GroupPatch {
    /// The patch with what is to be known above it; `git apply` reads over that.
    ///
    /// # Errors
    /// It would tell values that may not be told, or there is no template to edit.
    pub fn text(
        &self,
        schemas: &SchemaStore,
        told: &Group,
        share: Share,
        of: PatchOf,
        settings: &PatchSettings,
        redactor: &mut Redactor,
    ) -> Result<String, Advised> {
        self.may_be_told(schemas, redactor)?;
        let templates = self.templates(schemas, settings);
        let diffs = self.diff(&templates, of)?;
        let key = &told.key;
        let name = doctype_name(key.namespace.as_deref(), key.doctype.as_deref(), key.version.as_deref());
        let mut lines = vec![
            format!("{name}: {}", title(share, &told.fingerprint.to_string(), self.turns.of(Turn::Taken), self.turns.all() + self.without)),
            String::new(),
        ];
        for (file, found) in self.files.iter().zip(&templates) {
            lines.extend(about(schemas, file, found, of, redactor, self.worked_from));
        }
        lines.extend(self.outcome());
        let above: String = lines.iter().map(|line| format!("{}\n", visible(line))).collect();
        Ok(format!("{above}\n{diffs}"))
    }

    /// Where each file is edited in the source.
    pub(super) fn templates(&self, schemas: &SchemaStore, settings: &PatchSettings) -> Vec<TemplateEdit> {
        self.files.iter().map(|file| templates::of(schemas, file, settings)).collect()
    }

    /// The diffs of all files alone.
    ///
    /// # Errors
    /// There is no template to edit.
    pub(super) fn diff(&self, templates: &[TemplateEdit], of: PatchOf) -> Result<String, Advised> {
        let mut diffs = String::new();
        for (file, found) in self.files.iter().zip(templates) {
            match (of, found) {
                (PatchOf::Schemas, _) => diffs.push_str(&file.diff()),
                (PatchOf::Templates, TemplateEdit::Files(files)) => {
                    for file in files {
                        // Several schemas may be made of one template.
                        let diff = unified(&file.file, &file.text, &file.edits);
                        if !diffs.contains(&diff) {
                            diffs.push_str(&diff);
                        }
                    }
                }
                (PatchOf::Templates, TemplateEdit::None(reason)) => return Err(reason.clone().into()),
            }
        }
        Ok(diffs)
    }

    /// What becomes of the rows.
    fn outcome(&self) -> Vec<String> {
        let (all, taken) = (self.turns.all(), self.turns.of(Turn::Taken));
        let rows = |n: u64| plural(n, "row", "rows");
        let mut lines = vec![format!("Replayed with the edit: {} of {} pass", count(taken), rows(all))];
        for turn in [Turn::Different, Turn::Same, Turn::Refused, Turn::Unjudged, Turn::Passes] {
            let of = self.turns.of(turn);
            if of > 0 {
                lines.push(format!("  {} {}", rows(of), if of == 1 { turn.words_of_one() } else { turn.words() }));
            }
        }
        for next in self.files.iter().flat_map(|file| &file.proposal.next) {
            lines.push(format!(
                "  next refused by {} of {}: {}",
                next.keyword,
                place(&next.pointer),
                plural(next.documents as u64, "row", "rows")
            ));
        }
        for file in &self.unedited {
            let of = rows(file.rows as u64);
            lines.push(format!("  {FOLDER}{}, which judges {of}, is not edited: {}", file.path, file.reason));
        }
        lines.extend(self.others.as_ref().map(OtherRows::line));
        let left_out: usize = self.files.iter().map(|file| file.proposal.left_out).sum();
        if left_out > 0 {
            lines.push(format!("  {} left out on purpose", rows(left_out as u64)));
        }
        if let Some(read) = self.worked_from {
            lines.push(format!("  worked out from {}, replayed on all", rows(read as u64)));
        }
        if self.without > 0 {
            lines.push(format!("  {} without a document", rows(self.without)));
        }
        lines
    }

    /// Whether what the edit writes into the schema may be told.
    pub(super) fn may_be_told(&self, schemas: &SchemaStore, redactor: &mut Redactor) -> Result<(), Advised> {
        let hidden = self.files.iter().flat_map(|file| &file.proposal.edits).find(|edit| !told::is_told(edit, schemas, redactor));
        hidden.map_or(Ok(()), |edit| {
            let text = format!("at {} the edit writes {}", visible(place(&edit.pointer)), told::untold(edit));
            Err(Advised::new(text, Advice::ExportRaw))
        })
    }

    /// What the exact edit would write out of documents and this one does not; sentences without a full stop.
    pub fn withheld(&self) -> impl Iterator<Item = &String> {
        self.files.iter().flat_map(|file| &file.proposal.withheld)
    }
}

impl FilePatch {
    /// The edit of the generated schema as a diff in its repository.
    pub fn diff(&self) -> String {
        unified(&format!("{FOLDER}{}", self.schema.path), self.schema.document.text(), &self.proposal.text_edits)
    }
}

/// What is done to a file, what that lets in, and what else it touches.
fn about(
    schemas: &SchemaStore,
    file: &FilePatch,
    found: &TemplateEdit,
    of: PatchOf,
    redactor: &Redactor,
    worked_from: Option<usize>,
) -> Vec<String> {
    let mut lines = Vec::new();
    for edit in &file.proposal.edits {
        lines.push(format!("{}: {}", place(&edit.pointer), says(&file.schema, edit)));
        lines.push(format!("  lets in: {}", lets_in(&file.schema, edit)));
        let known = limits_of(file, edit, redactor).flat_map(|limit| limit.lines());
        let before = lines.len();
        lines.extend(known.map(|line| format!("  {line}")));
        if let (Some(rows), true) = (worked_from, lines.len() > before) {
            lines.push(format!("  these values are of {}, not of all", plural(rows as u64, "row", "rows")));
        }
        lines.extend(elsewhere(schemas, &file.schema, edit).lines(of == PatchOf::Schemas).into_iter().map(|line| format!("  {line}")));
    }
    lines.extend(file.proposal.withheld.iter().map(|withheld| format!("  not told: {withheld}")));
    lines.extend(file.columns.lines().into_iter().map(|line| format!("  {line}")));
    match found {
        TemplateEdit::Files(files) => {
            let names: Vec<&str> = files.iter().map(|file| file.file.as_str()).collect();
            lines.push(format!("  the schema is generated: edit {}", names.join(", ")));
        }
        TemplateEdit::None(reason) => lines.push(format!("  {reason}")),
    }
    lines.push(String::new());
    lines
}

/// How values stand to the limit that an edit moves, as far as they may be told.
pub(super) fn limits_of<'a>(file: &'a FilePatch, edit: &'a NodeEdit, redactor: &'a Redactor) -> impl Iterator<Item = &'a LimitFacts> {
    let is_of = |keyword: &str| matches!(&edit.loosening, Loosening::Limit { keyword: of, .. } if *of == keyword);
    let is_told = |limit: &LimitFacts| {
        let mut values = limit.values.iter().chain(&limit.all);
        !limit.keyword.ends_with("imum") || values.all(|(value, _)| told::tells_number(&limit.pointer, value, redactor))
    };
    file.proposal.limits.iter().filter(move |limit| limit.pointer == edit.pointer && is_of(limit.keyword) && is_told(limit))
}

/// A schema node as it is named.
pub(in crate::triage::export) fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "the root" } else { pointer }
}

/// What the edit does, as its replay has it.
fn title(share: Share, group: &str, taken: u64, all: u64) -> String {
    let wanted = rows_wanted(share);
    // Where a part is wanted, so many as pass may be all that were wanted.
    if share != Share::ALL || taken == all {
        return format!("the smallest edit that takes {wanted} of group {group}");
    }
    format!(
        "the smallest edit that takes this fault of {wanted} of group {group}; {} of {} pass then",
        count(taken),
        plural(all, "row", "rows")
    )
}

fn rows_wanted(share: Share) -> String {
    if share == Share::ALL { "all rows".to_owned() } else { format!("{share} of the rows") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_says_what_the_replay_says() {
        assert_eq!(title(Share::ALL, "f", 3, 3), "the smallest edit that takes all rows of group f");
        assert_eq!(title(Share::ALL, "f", 1, 3), "the smallest edit that takes this fault of all rows of group f; 1 of 3 rows pass then");
        assert!(title(Share::ALL, "f", 1000, 3000).ends_with("; 1,000 of 3,000 rows pass then"));
    }
}
