//! Cases of real error rows: every row opens, and leads to the schema node that the pipeline names.

use crate::corpus;

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::corpus::Line;
use base64::Engine;
use misfit::pipeline::sink::Fate;
use misfit::rows::payload::Payload;
use misfit::rows::row::SourceRow;
use misfit::triage::case::{self, Case, CaseParts, Replay};

fn row(Line(line): &Line) -> SourceRow {
    let payload = match line.member(0, "payload").and_then(|id| line.string(id)) {
        None => Payload::Absent,
        Some(text) => match base64::engine::general_purpose::STANDARD.decode(&*text) {
            Ok(bytes) => Payload::Bytes(bytes),
            Err(_) => Payload::NotBase64(text.into_owned()),
        },
    };
    let columns = line.children(0).filter_map(|id| Some((line.key(id)?.into_owned().into(), line.string(id).map(Cow::into_owned))));
    SourceRow {
        columns: columns.filter(|(name, _): &(Cow<'static, str>, _)| name != "payload").collect(),
        payload,
        origin: "corpus".to_owned(),
        ..SourceRow::default()
    }
}

#[derive(Default)]
struct Score {
    rows: usize,
    pointers: usize,
    keywords: usize,
    values: usize,
    landings: usize,
}

impl Score {
    fn count(&mut self, case: &Case, truth: &Line) {
        let broken = case.broken.as_ref();
        self.rows += 1;
        self.pointers += usize::from(broken.and_then(|broken| broken.schema_pointer.as_deref()) == truth.text("schema_pointer").as_deref());
        self.keywords += usize::from(broken.and_then(|broken| broken.keyword) == truth.text("keyword").as_deref());
        self.landings += usize::from(case.landing.is_some());
        let truth = &truth.0;
        let path = truth.member(0, "instance_path");
        let path: Vec<_> = path
            .into_iter()
            .flat_map(|path| truth.children(path))
            .map(|id| truth.string(id).unwrap_or_else(|| String::from_utf8_lossy(truth.raw(id))))
            .collect();
        self.values += usize::from(broken.is_some_and(|broken| broken.tokens == path) && case.value.is_some());
    }
}

/// What the pane of columns tells, held against what is told of each value.
#[derive(Default)]
struct Landings {
    columns: usize,
    additional: usize,
    warnings: u64,
    warned: usize,
}

impl Landings {
    fn count(&mut self, case: &Case) {
        self.warnings += case.warnings.count;
        self.warned += usize::from(case.warnings.count > 0);
        for table in &case.tables {
            for column in 0..table.layout.columns.len() as u32 {
                let Some(filled) = table.fates().of(column).filter(|filled| filled.values == 1) else { continue };
                let value = table.value_of(column).unwrap();
                let landing = table.landing_of(value).unwrap();
                let path = table.layout.path(column);
                assert!(landing.fate == filled.fate || path.ends_with(".key"), "{path}: {filled:?}, told {landing:?}");
                self.columns += 1;
            }
            for &value in &table.fates().additional {
                let landing = table.landing_of(value).unwrap();
                assert!(matches!(landing.fate, Fate::Additional | Fate::Refused), "{landing:?}");
                self.additional += 1;
            }
        }
    }
}

#[test]
fn every_row_opens_and_leads_to_its_node() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let mut score = Score::default();
    let mut told = Landings::default();
    let mut versions = (0, 0);
    let mut notes: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for (line, truth) in corpus::lines(&corpus.join("errors-2k.ndjson")).zip(corpus::lines(&corpus.join("errors-2k.truth.ndjson"))) {
        let case = case::open(row(&line), Some(&store));
        // A verdict that is asked for alone is the same.
        let bare = CaseParts { columns: false, tables: false, violations: false, place: false };
        let alone = case::open_parts(row(&line), Some(&store), bare).replay;
        let verdict = |replay: &Option<Replay>| replay.as_ref().map(|replay| (replay.message.clone(), replay.reproduced, replay.agreement));
        assert_eq!(verdict(&alone), verdict(&case.replay));
        assert!(!case.sentence().is_empty() && !case.sentence().contains(misfit::ground::text::is_unsafe), "{}", case.sentence());
        // What fails on its address has not come to a version.
        let valid = truth.0.member(0, "valid_json").is_some_and(|id| truth.0.raw(id) == b"true")
            && truth.text("error_type").as_deref() == Some("ParsePayload");
        if let (true, Some(version)) = (valid, truth.text("version")) {
            versions.0 += 1;
            versions.1 += usize::from(case.doctype.as_ref().and_then(|doctype| doctype.version.as_deref()) == Some(&*version));
        }
        told.count(&case);
        for note in &case.notes {
            notes.entry(note.chars().take(24).collect()).or_insert((0, note.clone())).0 += 1;
        }
        if truth.text("keyword").is_some() {
            score.count(&case, &truth);
        }
    }
    notes.values().for_each(|(count, note)| println!("{count:5} {note}"));
    println!(
        "{} landings by column, {} in additional_properties; {} warnings in {} cases",
        told.columns, told.additional, told.warnings, told.warned
    );
    let Score { rows, pointers, keywords, values, landings } = score;
    println!(
        "{rows} validation rows: node {pointers}, keyword {keywords}, value {values}, landing {landings}; version {} of {}",
        versions.1, versions.0
    );
    assert_eq!(versions.0, versions.1, "versions as the decoder resolves them");
    assert!([pointers, keywords, values, landings].iter().all(|&right| right * 1000 >= rows * 999));
}
