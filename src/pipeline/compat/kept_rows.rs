//! How a table keeps its rows: partitions and clusters.
//!
//! Owns: reading both from what BigQuery tells, the pipeline's own, what a deploy does with a change.
//! Refuses: columns.

use super::change::{ChangeKind, DeployFinding};
use super::rule::{DeployRule, DeployVerdict};
use crate::pipeline::document::Document;
use crate::pipeline::layout::ddl::TableOrder;
use crate::pipeline::layout::{Layout, Mode};

/// Most columns that a table is clustered by.
const MOST_CLUSTERED: usize = 4;

/// How rows are kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptRows {
    /// Column and span (`DAY`, `HOUR`) of the partitions; without a column by the time of arrival.
    pub partition: Option<(Option<String>, String)>,
    /// Columns that the rows are clustered by; `None` where that is not known.
    pub clustering: Option<Vec<String>>,
}

impl KeptRows {
    /// As the pipeline makes its tables: a partition for each day. Its layouts tell nothing of clusters.
    pub fn pipeline() -> Self {
        KeptRows { partition: Some((Some("submission_timestamp".to_owned()), "DAY".to_owned())), clustering: None }
    }

    /// Of what `bq show` prints of a table; `None` where a text tells nothing of it, as a list of columns does.
    pub fn read(text: &[u8]) -> Option<Self> {
        let document = Document::parse(text);
        if document.error().is_some() || document.is_empty() {
            return None;
        }
        document.member(0, "schema")?;
        let text = |node, name: &str| document.member(node, name).and_then(|id| document.string(id)).map(|text| text.into_owned());
        let partition = document.member(0, "timePartitioning").map(|node| (text(node, "field"), text(node, "type").unwrap_or_default()));
        let range = || {
            let node = document.member(0, "rangePartitioning")?;
            Some((text(node, "field"), "RANGE".to_owned()))
        };
        let clustering = document.member(0, "clustering").and_then(|node| document.member(node, "fields"));
        let clustering = clustering.into_iter().flat_map(|list| document.children(list)).filter_map(|id| document.string(id));
        let clustering = Some(clustering.map(|name| name.into_owned()).collect());
        Some(KeptRows { partition: partition.or_else(range), clustering })
    }

    /// As SQL says it: `PARTITION BY DATE(submission_timestamp)`.
    fn partition_text(&self, layout: &Layout) -> String {
        let partition = self.partition.as_ref().map(|(field, span)| (field.as_deref(), span.as_str()));
        match TableOrder::told(layout, partition, &[]).partition {
            Some(partition) => format!("PARTITION BY {partition}"),
            None => "no partitions".to_owned(),
        }
    }
}

/// What a deploy does where a table of `new`'s columns is to keep its rows in another way.
pub fn compare_kept(old: &KeptRows, new: &KeptRows, layout: &Layout) -> Vec<DeployFinding> {
    let mut findings = Vec::new();
    if old.partition != new.partition {
        let mut finding = DeployFinding::new(ChangeKind::Partition, String::new(), DeployRule::C(19), DeployVerdict::Block);
        finding.detail = format!("{} became {}", old.partition_text(layout), new.partition_text(layout));
        finding.other = Some(old.partition_text(layout));
        findings.push(finding);
    }
    let (Some(before), Some(now)) = (&old.clustering, &new.clustering) else { return findings };
    let by = |columns: &[String]| if columns.is_empty() { "no clusters".to_owned() } else { format!("CLUSTER BY {}", columns.join(", ")) };
    if before != now {
        let fault = clustering_fault(now, layout);
        let verdict = if fault.is_some() { DeployVerdict::Block } else { DeployVerdict::Warn };
        let mut finding = DeployFinding::new(ChangeKind::Clustering, String::new(), DeployRule::C(20), verdict);
        let fault = fault.map(|fault| format!(": {fault}")).unwrap_or_default();
        finding.detail = format!("{} became {}{fault}", by(before), by(now));
        finding.other = Some(by(before));
        findings.push(finding);
    }
    findings
}

/// Why BigQuery does not cluster by these.
fn clustering_fault(columns: &[String], layout: &Layout) -> Option<String> {
    if columns.len() > MOST_CLUSTERED {
        return Some(format!("{} columns are more than {MOST_CLUSTERED}", columns.len()));
    }
    columns.iter().find_map(|name| match layout.child(None, name).and_then(|id| layout.get(id)) {
        None => Some(format!("the table has {name} nowhere at the top")),
        Some(column) if column.mode == Mode::Repeated || column.is_record() => Some(format!("{name} repeats or is a RECORD")),
        Some(_) => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] =
        br#"{"schema": {"fields": [{"name": "day", "type": "TIMESTAMP"}, {"name": "ids", "type": "INTEGER", "mode": "REPEATED"}]},
        "timePartitioning": {"type": "DAY", "field": "day"}, "clustering": {"fields": ["day"]}}"#;

    #[test]
    fn another_partitioning_blocks_and_another_clustering_is_told() {
        let layout = Layout::parse(TABLE).unwrap();
        let kept = KeptRows::read(TABLE).unwrap();
        assert_eq!(kept.partition, Some((Some("day".to_owned()), "DAY".to_owned())));
        assert!(compare_kept(&kept, &kept, &layout).is_empty());
        let hourly = KeptRows { partition: Some((Some("day".to_owned()), "HOUR".to_owned())), clustering: Some(Vec::new()) };
        let found = compare_kept(&kept, &hourly, &layout);
        let told: Vec<_> = found.iter().map(|finding| (finding.rule, finding.verdict, finding.sentence("the table", false))).collect();
        assert_eq!(told[0].0, DeployRule::C(19));
        assert_eq!((told[0].1, told[1].1), (DeployVerdict::Block, DeployVerdict::Warn));
        assert_eq!(
            told[0].2,
            "the table is partitioned in another way: PARTITION BY DATE(day) became PARTITION BY TIMESTAMP_TRUNC(day, HOUR)"
        );
        assert_eq!(told[1].2, "the table is clustered in another way: CLUSTER BY day became no clusters");
        assert!(found[0].message().unwrap().starts_with("Cannot replace a table with a different partitioning spec."));
        let wrong = |columns: &[&str]| {
            let clustering = Some(columns.iter().map(|name| (*name).to_owned()).collect());
            compare_kept(&kept, &KeptRows { clustering, ..kept.clone() }, &layout)[0].verdict
        };
        assert_eq!(
            (wrong(&["ids"]), wrong(&["a", "b", "c", "d", "e"]), wrong(&["nowhere"])),
            (DeployVerdict::Block, DeployVerdict::Block, DeployVerdict::Block)
        );
    }

    #[test]
    fn a_list_of_columns_tells_nothing_of_it() {
        assert_eq!(KeptRows::read(b"[]"), None);
        assert_eq!(KeptRows::read(b"{"), None);
        assert_eq!(KeptRows::pipeline().clustering, None);
    }
}
