//! Findings of comparisons of layouts.

use super::{GateFinding, GateKind, GateReport, GateWeight, SourcePlaces, fingerprint};
use crate::pipeline::compat::DeployVerdict;
use crate::triage::compat::{ComparedTable, DeployCause, DeployComparison};

impl GateReport {
    /// Adds the causes of a comparison; those of layouts that would be made are another kind.
    pub fn deploy(&mut self, found: &DeployComparison, kind: GateKind, places: &SourcePlaces<'_>) {
        let causes = found.causes.iter().filter(|cause| cause.verdict != DeployVerdict::Ok);
        self.add(causes.map(|cause| of_cause(cause, found, kind, places)).collect::<Vec<_>>());
        self.add(found.not_compared().map(|(table, reason)| unread(table, reason, places)).collect::<Vec<_>>());
    }
}

fn of_cause(cause: &DeployCause, found: &DeployComparison, kind: GateKind, places: &SourcePlaces<'_>) -> GateFinding {
    let tables: Vec<&ComparedTable> = cause.tables.iter().filter_map(|&at| found.tables.get(at)).collect();
    let titles: Vec<String> = tables.iter().map(|table| table.title()).collect();
    let columns = cause.columns.join(",");
    // What it was and is, of every column: another change of the same column is another finding.
    let forms: Vec<String> = cause
        .findings
        .iter()
        .filter_map(|&(at, place)| found.tables.get(at)?.changes.findings.get(place))
        .map(|finding| {
            let shape = |forms: &Option<crate::pipeline::compat::ColumnForms>| {
                forms.as_ref().map(|forms| format!("{} {}", forms.shape, forms.mode.name())).unwrap_or_default()
            };
            format!("{}>{}", shape(&finding.old), shape(&finding.new))
        })
        .collect();
    let what = format!("{} {} {}", cause.rule.name(), cause.kind.name(), forms.join(","));
    let amount = titles.len() as u64;
    let place = tables.first().map(|table| {
        let title = (table.namespace.as_str(), table.doctype.as_str(), table.version.as_str());
        places.table(title, &table.file, cause.columns.first().map(String::as_str))
    });
    let would = if kind == GateKind::WouldBe { "the layout that would be made: " } else { "" };
    GateFinding {
        kind,
        weight: GateWeight::of(cause.verdict),
        title: format!("{} {}", cause.verdict.name(), cause.rule.name()),
        sentence: format!("{would}{}", cause.sentence),
        why: std::iter::once(cause.rule.says().to_owned()).chain(cause.message.clone()).collect(),
        mend: cause.mends.first().map(|mend| mend.line.clone()),
        fingerprint: fingerprint(kind, &titles.join(","), &columns, &what, amount),
        tables: titles,
        place,
        amount,
        moved: None,
        muted: None,
    }
}

fn unread(table: &ComparedTable, reason: &str, places: &SourcePlaces<'_>) -> GateFinding {
    let title = table.title();
    GateFinding {
        kind: GateKind::Unjudged,
        weight: GateWeight::Unknown,
        title: "not compared".to_owned(),
        sentence: reason.to_owned(),
        why: Vec::new(),
        mend: None,
        fingerprint: fingerprint(GateKind::Unjudged, &title, "", reason, 1),
        tables: vec![title],
        place: Some(places.file(&table.file)),
        amount: 1,
        moved: None,
        muted: None,
    }
}
