//! Findings of rows and samples.

use super::{GateFinding, GateKind, GateReport, GateWeight, SourcePlaces, fingerprint};
use crate::ground::text::plural;
use crate::triage::recheck::{NO_SCHEMA, Recheck, Turn, TurnCounts};

/// A sample that is not judged as its name says.
#[derive(Debug, Clone)]
pub struct SampleFailure {
    /// Its file as it was given.
    pub file: String,
    /// Its line.
    pub line: Option<u64>,
    /// `namespace/doctype.version`.
    pub doctype: String,
    /// What is the matter.
    pub sentence: String,
    /// What the validator says of it; may hold what stands in the document.
    pub message: Option<String>,
    /// Whether the earlier schemas say the same.
    pub as_before: bool,
}

impl GateReport {
    /// Adds what became of rows or samples: `what` is what they are called, one and many.
    pub fn turns(&mut self, counts: &TurnCounts, recheck: &Recheck, what: (&str, &str), places: &SourcePlaces<'_>) {
        let mut newly: Vec<_> = counts.newly.iter().filter(|(place, _)| **place != NO_SCHEMA).collect();
        newly.sort_by_key(|(place, count)| (std::cmp::Reverse(**count), **place));
        let told: u64 = newly.iter().map(|(_, count)| **count).sum();
        let mut all = Vec::new();
        for ((doctype, node, keyword), &count) in newly {
            let (title, pointer) = named(recheck, *doctype, *node);
            let mut finding = plain(GateKind::Refused, GateWeight::Stops, Turn::Refused.words(), count);
            finding.sentence = format!("{} newly: {keyword} at #{pointer}", fails(count, what));
            finding.place = places.node(*doctype, *node);
            finding.fingerprint = fingerprint(GateKind::Refused, &title, &pointer, &format!("{} {keyword}", what.1), count);
            finding.tables = vec![title];
            all.push(finding);
        }
        let rest = counts.of(Turn::Refused) - told;
        if rest > 0 {
            let mut finding = plain(GateKind::Refused, GateWeight::Stops, Turn::Refused.words(), rest);
            finding.sentence = format!("{} newly: there is no schema for them now", fails(rest, what));
            finding.fingerprint = fingerprint(GateKind::Refused, "", "", what.1, rest);
            all.push(finding);
        }
        for (turn, kind, weight) in
            [(Turn::Taken, GateKind::Taken, GateWeight::Notice), (Turn::Unjudged, GateKind::Unjudged, GateWeight::Unknown)]
        {
            let count = counts.of(turn);
            if count > 0 {
                let mut finding = plain(kind, weight, turn.words(), count);
                finding.sentence = format!("{}: {}", plural(count, what.0, what.1), turn.words());
                finding.fingerprint = fingerprint(kind, "", "", what.1, count);
                all.push(finding);
            }
        }
        self.add(all);
    }

    /// Adds landings that moved.
    pub fn moves(&mut self, recheck: &Recheck, places: &SourcePlaces<'_>) {
        let all = recheck.moves().into_iter().map(|(moved, count)| {
            let (title, _) = named(recheck, moved.doctype, 0);
            let weight = if moved.is_loss() { GateWeight::Stops } else { GateWeight::Notice };
            let mut finding = plain(GateKind::Moved, weight, "landing moved", count);
            let moves = if count == 1 { "moves" } else { "move" };
            finding.sentence = format!("{} {moves}: {}", plural(count, "value", "values"), moved.words());
            finding.moved = Some((moved.from.clone(), moved.to.clone()));
            finding.place = places.node(moved.doctype, 0);
            finding.fingerprint = fingerprint(GateKind::Moved, &title, &moved.from, &moved.to, count);
            finding.tables = vec![title];
            finding
        });
        self.add(all.collect::<Vec<_>>());
    }

    /// Adds samples that are not judged as their names say.
    pub fn samples(&mut self, failures: &[SampleFailure]) {
        let all = failures.iter().map(|failure| {
            let mut finding = plain(GateKind::Sample, GateWeight::Stops, "sample", 1);
            let before = if failure.as_before { "; the earlier schemas say the same" } else { "" };
            finding.sentence = format!("{}{before}", failure.sentence);
            finding.why = failure.message.clone().into_iter().collect();
            let line = failure.line.unwrap_or(1) as usize;
            // The same from whatever folder it is called.
            let name = failure.file.rsplit(['/', '\\']).next().unwrap_or_default();
            finding.fingerprint = fingerprint(GateKind::Sample, &failure.doctype, name, &line.to_string(), 1);
            finding.place = Some((failure.file.clone(), line));
            finding.tables = vec![failure.doctype.clone()];
            finding
        });
        self.add(all.collect::<Vec<_>>());
    }

    /// Adds what could not be read or told, in a sentence.
    pub fn unjudged(&mut self, sentence: String, amount: u64) {
        let mut finding = plain(GateKind::Unjudged, GateWeight::Unknown, Turn::Unjudged.words(), amount);
        finding.fingerprint = fingerprint(GateKind::Unjudged, "", "", &sentence, amount);
        finding.sentence = sentence;
        self.add([finding]);
    }
}

fn fails(count: u64, (one, many): (&str, &str)) -> String {
    format!("{} {}", plural(count, one, many), if count == 1 { "fails" } else { "fail" })
}

fn plain(kind: GateKind, weight: GateWeight, title: &str, amount: u64) -> GateFinding {
    GateFinding {
        kind,
        weight,
        title: title.to_owned(),
        sentence: String::new(),
        why: Vec::new(),
        mend: None,
        tables: Vec::new(),
        place: None,
        fingerprint: String::new(),
        amount,
        moved: None,
        muted: None,
    }
}

/// Title of a doctype version of the later schemas, and the pointer of a node of its schema.
fn named(recheck: &Recheck, doctype: usize, node: u32) -> (String, String) {
    let known = recheck.after().doctypes().get(doctype);
    let title = known.map(|known| known.title()).unwrap_or_default();
    let pointer = recheck.after().schema(doctype).ok().flatten().map(|schema| schema.pointer(node)).unwrap_or_default();
    (title, pointer)
}
