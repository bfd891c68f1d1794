//! A brief for those who bring refused documents back: which days, how many, by which condition, into which tables.
//!
//! Owns: the facts of a brief and their names for scripts, how they are told to people.
//! Refuses: names of tables (destination), the condition (predicate).

use std::collections::BTreeMap;

use serde::Serialize;

use super::hidden::ToldGroup;
use super::page::{Page, data, ours, rows, said};
use super::predicate::Neighbours;
use super::recovery::{RecoveredRows, Recovery};
use super::statement;
use crate::ground::text::count;
use crate::ground::time::Micros;
use crate::ground::time::minute;
use crate::pipeline::destination::{SplitPart, Stage};
use crate::rows::group::{Group, doctype_name};
use crate::rows::schemas::{self, SchemaStore};
use crate::rows::source::{ErrorSource, RowTable};
use crate::triage::redact::Redactor;

/// A brief. Names and meanings are stable.
#[derive(Debug, Serialize)]
pub struct Brief {
    /// What comes of bringing them back with other schemas, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery: Option<Recovery>,
    /// In the order of their names.
    pub doctypes: Vec<BackfillDoctype>,
}

/// Refused documents of one doctype version.
#[derive(Debug, Serialize)]
pub struct BackfillDoctype {
    /// `namespace/doctype.version` as far as it is known.
    pub doctype: String,
    /// Rows in all of its groups.
    pub rows: u64,
    /// First and last day in UTC, `2026-06-25`.
    pub first_day: Option<String>,
    /// Likewise.
    pub last_day: Option<String>,
    /// Tables that the documents belong in; none where the version is not known.
    pub tables: Vec<BackfillTable>,
    /// What is to be brought back.
    pub groups: Vec<BackfillGroup>,
}

/// A table.
#[derive(Debug, Serialize)]
pub struct BackfillTable {
    /// `live` or `stable`.
    pub stage: &'static str,
    /// `telemetry_live.main_v5`
    pub table: String,
    /// Which part of a document, where documents are split: `remainder` or `subset`.
    pub part: Option<&'static str>,
}

/// One group.
#[derive(Debug, Serialize)]
pub struct BackfillGroup {
    /// What it is called by.
    pub fingerprint: String,
    /// In one sentence.
    pub fault: String,
    /// Rows.
    pub rows: u64,
    /// The error tables that the rows are in, as SQL names them.
    pub error_tables: Vec<String>,
    /// What comes of its rows with other schemas, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered: Option<RecoveredRows>,
    /// Conditions in SQL, to be joined by AND.
    pub conditions: Vec<String>,
    /// Fingerprints of groups whose rows the conditions select as well: the first few.
    pub alike: Vec<String>,
    /// How many there are.
    pub alike_count: usize,
    /// The same as a comment of SQL.
    #[serde(skip)]
    pub remark: String,
}

/// What a brief is made of besides the groups that it is about.
pub struct BriefOrigin<'a> {
    /// All groups that there are.
    pub neighbours: Neighbours<'a>,
    /// Where their rows are.
    pub source: &'a dyn ErrorSource,
    /// What is known of their doctypes.
    pub schemas: Option<&'a SchemaStore>,
}

type BackfillName<'a> = (Option<&'a str>, Option<&'a str>, Option<String>);

impl Brief {
    /// A brief on these groups, each with the version of its documents where its rows do not tell it.
    pub fn new(groups: &[(&Group, Option<String>)], of: &BriefOrigin<'_>, redactor: &mut Redactor) -> Self {
        let mut by_name: BTreeMap<BackfillName<'_>, Vec<&Group>> = BTreeMap::new();
        for (group, version) in groups {
            let key = &group.key;
            let version = key.version.as_deref().map(str::to_owned).or_else(|| version.clone());
            by_name.entry((key.namespace.as_deref(), key.doctype.as_deref(), version)).or_default().push(group);
        }
        Brief { recovery: None, doctypes: by_name.iter().map(|(name, groups)| doctype(name, groups, of, redactor)).collect() }
    }

    /// Tells what comes of it with other schemas, which are called that.
    pub fn with_recovery(&mut self, mut recovery: Recovery, schemas: String) {
        recovery.schemas = schemas;
        for group in self.doctypes.iter_mut().flat_map(|doctype| &mut doctype.groups) {
            group.recovered = recovery.groups.get(&group.fingerprint).cloned();
        }
        self.recovery = Some(recovery);
    }

    /// As a page, to be written in one of its forms.
    pub fn page(&self) -> Page {
        let mut page = Page::default();
        if let Some(recovery) = &self.recovery {
            recovery.page(&mut page);
        }
        for doctype in &self.doctypes {
            page.heading([ours("Backfill of "), data(&doctype.doctype)]);
            page.fact("rows", [ours(count(doctype.rows))]);
            if let Some((first, last)) = doctype.first_day.as_deref().zip(doctype.last_day.as_deref()) {
                page.fact("days", [ours(format!("{first} to {last}"))]);
            }
            for table in &doctype.tables {
                let part = table.part.map(|part| format!(", the {part} of each document")).unwrap_or_default();
                page.fact(table.stage, [data(&table.table), ours(part)]);
            }
            if doctype.tables.is_empty() {
                page.fact("tables", [ours("not known: no version is told, or nobody knows the doctype")]);
            }
            for group in &doctype.groups {
                page.line([said(&group.fault), ours(format!(" ({}, group ", rows(group.rows))), data(&group.fingerprint), ours("):")]);
                if let Some(recovered) = &group.recovered {
                    page.line([ours(format!("{}.", recovered.sentence()))]);
                }
                let tables = group.error_tables.iter().map(|table| format!("-- in {table}\n")).collect::<String>();
                page.code("sql", format!("{tables}{}{}", group.remark, statement::joined(&group.conditions)));
            }
        }
        page
    }
}

fn doctype(name: &BackfillName<'_>, groups: &[&Group], of: &BriefOrigin<'_>, redactor: &mut Redactor) -> BackfillDoctype {
    let told: Vec<ToldGroup> = groups.iter().map(|group| ToldGroup::new(group, &of.neighbours, of.schemas, redactor)).collect();
    let spans: Vec<(Micros, Micros)> = groups.iter().filter_map(|group| group.span).collect();
    let day = |time: Option<Micros>| time.map(|time| minute(time).chars().take(10).collect());
    let (namespace, doctype, version) = name;
    let version = version.as_deref().map(|version| redactor.version(version).into_owned());
    let shown = told.first().map(|told| &told.group.key);
    let (namespace_told, doctype_told) = shown.map_or((None, None), |key| (key.namespace.as_deref(), key.doctype.as_deref()));
    // Names that may not be told are those of no table.
    let known = namespace.zip(*doctype).filter(|_| (*namespace, *doctype) == (namespace_told, doctype_told)).zip(version.as_deref());
    BackfillDoctype {
        doctype: doctype_name(namespace_told, doctype_told, version.as_deref()),
        rows: groups.iter().map(|group| group.count).sum(),
        first_day: day(spans.iter().map(|span| span.0).min()),
        last_day: day(spans.iter().map(|span| span.1).max()),
        tables: known.map(|((namespace, doctype), version)| tables(of.schemas, namespace, doctype, version)).unwrap_or_default(),
        groups: told.iter().zip(groups).map(|(told, group)| fault(told, &of.source.tables(group))).collect(),
    }
}

fn tables(schemas: Option<&SchemaStore>, namespace: &str, doctype: &str, version: &str) -> Vec<BackfillTable> {
    let all = schemas::tables_of(schemas, namespace, doctype, version).to_vec().into_iter();
    let wanted = all.filter(|table| matches!(table.stage, Stage::Live | Stage::Stable));
    wanted.map(|table| BackfillTable { stage: table.stage.name(), table: table.path(), part: table.part.map(SplitPart::name) }).collect()
}

fn fault(told: &ToldGroup, tables: &[RowTable]) -> BackfillGroup {
    let group = &told.group;
    let (error_tables, conditions) = statement::tables_and_conditions(told, tables);
    BackfillGroup {
        fingerprint: group.fingerprint.to_string(),
        fault: group.sentence(),
        rows: group.count,
        error_tables,
        recovered: None,
        conditions,
        alike: told.alike.first.iter().map(ToString::to_string).collect(),
        alike_count: told.alike.count,
        remark: statement::remark(&told.alike),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};
    use crate::triage::redact::Policy;

    #[test]
    fn every_doctype_has_its_days_its_tables_and_its_conditions() {
        let source = demo::source().unwrap();
        let groups = source.groups(&Request::default(), &Unwatched).unwrap();
        let of = |name: &str| groups.list.iter().find(|group| group.key.doctype.as_deref() == Some(name)).unwrap();
        let (sync, crash) = (of("sync"), of("crash"));
        let of = BriefOrigin { neighbours: Neighbours::new(&groups.list), source: &*source, schemas: None };
        let policy = Policy::default().knowing(Some(&demo::schemas().unwrap()));
        let brief = Brief::new(&[(crash, Some("4".into())), (sync, None)], &of, &mut Redactor::new(policy));
        let names: Vec<&str> = brief.doctypes.iter().map(|doctype| doctype.doctype.as_str()).collect();
        assert_eq!(names, ["acme-desktop/sync.1", "telemetry/crash.4"]);
        assert_eq!(brief.doctypes[1].tables[0].table, "telemetry_live.crash_v4");
        assert_eq!((brief.doctypes[0].rows, brief.doctypes[0].first_day.as_deref()), (sync.count, Some("2026-03-02")));
        let page = brief.page().markdown();
        assert!(page.contains("REGEXP_CONTAINS(error_message, ") && page.contains("`acme_desktop_stable.sync_v1`"), "{page}");
    }

    #[test]
    fn parts_of_split_documents_have_tables_of_their_own() {
        let names: Vec<String> =
            tables(None, "telemetry", "main", "4").into_iter().filter(|table| table.stage == "live").map(|table| table.table).collect();
        assert_eq!(names, ["telemetry_live.main_v5", "telemetry_live.main_use_counter_v4"]);
        assert!(tables(None, "telemetry", "crash", "4").iter().all(|table| table.part.is_none()));
    }
}
