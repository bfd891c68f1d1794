//! Landings against the pipeline's own answers, for real documents and made-up hard cases: every field of every line.

use crate::corpus;
use crate::sink;

use std::collections::BTreeMap;

use crate::corpus::Line;
use crate::sink::{Case, Files, equal, raw};
use misfit::ground::sql::literal;
use misfit::pipeline::document::{Document, Kind, PathStyle};
use misfit::pipeline::layout::Layout;
use misfit::pipeline::sink::{Fate, Landed, Landing, Shown};

/// The names of the fields that are compared as text, and their values.
type Fields = BTreeMap<&'static str, Option<String>>;

/// Types are called by one name in a layout, whatever the file calls them.
fn canonical(kind: String) -> String {
    match kind.as_str() {
        "INTEGER" => "INT64".to_owned(),
        "FLOAT" => "FLOAT64".to_owned(),
        "BOOLEAN" => "BOOL".to_owned(),
        _ => kind,
    }
}

fn expected(line: &Line) -> Fields {
    let text = |name: &'static str| (name, line.text(name));
    let mut fields: Fields =
        ["landing", "column", "mode", "coercion", "row_pointer", "ap_pointer", "inner_pointer", "key_column", "target", "reason"]
            .into_iter()
            .map(text)
            .collect();
    fields.insert("bq_type", line.text("bq_type").map(canonical));
    fields.insert("shape_mismatch", (raw(line, "shape_mismatch") == b"true").then(|| "true".to_owned()));
    let keys =
        line.0.member(0, "map_keys").map(|keys| line.0.children(keys).filter_map(|key| Some(line.0.string(key)?.into_owned())).collect());
    fields.insert("map_keys", keys.map(|keys: Vec<String>| keys.join("\n")));
    fields
}

fn found(line: &misfit::pipeline::sink::LandingLine, layout: &Layout) -> Fields {
    let column = line.column.and_then(|id| layout.get(id));
    BTreeMap::from([
        ("landing", Some(line.landing.name().to_owned())),
        ("column", line.column_path(layout)),
        ("bq_type", column.map(|column| column.kind.to_string())),
        ("mode", column.map(|column| column.mode.name().to_owned())),
        ("coercion", line.coercion.map(|coercion| coercion.name().to_owned())),
        ("row_pointer", line.row_pointer.clone()),
        ("ap_pointer", line.ap_pointer.clone()),
        ("inner_pointer", line.inner_pointer.clone()),
        ("map_keys", (!line.map_keys.is_empty()).then(|| line.map_keys.join("\n"))),
        ("key_column", line.key_column.map(|id| layout.path(id))),
        ("target", line.target_path(layout)),
        ("reason", line.reason.map(|reason| reason.name().to_owned())),
        ("shape_mismatch", line.shape_mismatch.then(|| "true".to_owned())),
    ])
}

/// What becomes of the value in the words for people, where these follow from the line.
fn told(line: &Line, layout: &Layout, is_nothing: bool) -> (Option<String>, Fate, Option<String>) {
    let landing = line.text("landing");
    let fate = match landing.as_deref() {
        _ if raw(line, "shape_mismatch") == b"true" => Fate::Refused,
        Some("additional_properties") if layout.find("additional_properties").is_some() => Fate::Additional,
        Some("column") if line.text("bq_type").is_none() => Fate::Lost,
        Some("column" | "map_value") if line.text("coercion").is_none() => Fate::Stored,
        Some("column" | "map_value" | "json_string") if raw(line, "value") != b"null" => Fate::Changed,
        Some("json_string") => Fate::Changed,
        // Of what is null or empty nothing is lost; whether the column holds it or another value, the line does not tell.
        _ if is_nothing => Fate::Stored,
        _ => Fate::Lost,
    };
    // Where only the key of an entry is stored, the value's own column counts.
    let column = line.text("column").filter(|_| landing.as_deref() != Some("map_key"));
    let column = column.or_else(|| line.text("target")).or_else(|| line.text("key_column"));
    let column =
        column.filter(|column| !line.text("reason").is_some_and(|reason| reason.ends_with("unknown_key")) && layout.find(column).is_some());
    (column, fate, line.text("ap_pointer").filter(|_| fate == Fate::Additional))
}

/// Whether people are told the same; a column of another name is no other outcome, a changed form is.
fn is_told(landing: &Landing, line: &Line, layout: &Layout, is_nothing: bool) -> bool {
    let (column, fate, pointer) = told(line, layout, is_nothing);
    let column_is = landing.column.map(|id| layout.path(id)) == column;
    // Of what the decoder takes out, the column that it is named for is told.
    let stripped = line.text("target").is_none() && matches!(fate, Fate::Lost | Fate::Stored);
    let stored = [Fate::Changed].into_iter().chain(is_nothing.then_some(Fate::Empty));
    let fate_is = landing.fate == fate || (fate == Fate::Stored && stored.into_iter().any(|stored| landing.fate == stored));
    (column_is || stripped) && fate_is && landing.additional_pointer == pointer
}

/// Whether what landed is the line's value, of which long ones are told by their length.
fn value_is(line: &Line, shown: &Shown) -> bool {
    let Line(truth) = line;
    match shown {
        Shown::Null => raw(line, "value") == b"null" && raw(line, "value_len").is_empty(),
        // The truth keeps what lands in the additional properties whole.
        Shown::Long(length) => match line.text("value") {
            Some(value) => value.chars().count() == *length,
            None => raw(line, "value_len") == length.to_string().as_bytes(),
        },
        Shown::Json(json) => {
            let json = Document::parse(json.as_bytes());
            truth.member(0, "value").is_some_and(|value| equal(&json, truth, (0, value)))
        }
    }
}

fn is_nothing(document: &Document, node: u32) -> bool {
    let kind = document.kind(node);
    kind == Kind::Null || (kind.is_container() && document.count(node) == 0)
}

/// Whether the expression for a value that is in the row, or may be in others, names the key of every map around it. Where this document's value
/// has no place in the column, its expression is that of the column.
fn names_keys(landing: &Landing, keys: &[String]) -> bool {
    let is_elsewhere = matches!(landing.fate, Fate::Additional | Fate::Lost) || landing.fate == Fate::Empty && landing.reason.is_some();
    landing.sql.as_ref().is_none_or(|sql| is_elsewhere || keys.iter().all(|key| sql.contains(&literal(key))))
}

#[derive(Default)]
struct Score {
    lines: usize,
    wrong: usize,
    kinds: BTreeMap<String, (usize, String)>,
}

impl Score {
    fn count(&mut self, case: &Case, truth: &BTreeMap<String, Line>) {
        let landed: Landed<'_> = case.transformed.beside(&case.layout, &case.document);
        let mut seen = 0;
        for (line, shown) in landed.lines() {
            let pointer = case.document.path(line.node, PathStyle::Pointer);
            seen += 1;
            self.lines += 1;
            let Some(truth) = truth.get(&pointer) else {
                self.miss("a line too many".to_owned(), case, &pointer);
                continue;
            };
            let (expected, found) = (expected(truth), found(&line, &case.layout));
            let differing: Vec<String> = expected
                .iter()
                .filter(|(name, value)| found.get(*name) != Some(value))
                .map(|(name, value)| format!("{name} {value:?} became {:?}", found[name]))
                .collect();
            let landing = landed.landing_of(line.node);
            if !differing.is_empty() {
                self.miss(differing.join(", "), case, &pointer);
            } else if !is_told(&landing, truth, &case.layout, is_nothing(&case.document, line.node)) {
                self.miss(format!("people are told {landing:?}"), case, &pointer);
            } else if !names_keys(&landing, &line.map_keys) {
                self.miss(format!("a key is not in {landing:?}"), case, &pointer);
            } else if !value_is(truth, &shown) {
                self.miss(format!("value {:?} became {shown:?}", String::from_utf8_lossy(raw(truth, "value"))), case, &pointer);
            }
        }
        if seen < truth.len() {
            self.miss(format!("{} lines missing", truth.len() - seen), case, "");
        }
    }

    fn miss(&mut self, kind: String, case: &Case, pointer: &str) {
        self.wrong += 1;
        self.kinds.entry(kind).or_insert((0, format!("{} {pointer}", sink::name(&case.truth)))).0 += 1;
    }
}

fn landings_are_equal(rows: &str, columns: &str) {
    let Some(mut files) = Files::open() else { return };
    let mut truth: BTreeMap<String, BTreeMap<String, Line>> = BTreeMap::new();
    for line in corpus::lines(&files.corpus.join("sink").join(columns)) {
        let pointer = line.text("pointer").unwrap_or_default();
        truth.entry(sink::name(&line)).or_default().insert(pointer, line);
    }
    let (mut score, none) = (Score::default(), BTreeMap::new());
    for case in files.cases(rows) {
        score.count(&case, truth.get(&sink::name(&case.truth)).unwrap_or(&none));
    }
    println!("{columns}: {} lines, {} wrong", score.lines, score.wrong);
    let first: Vec<String> = score.kinds.iter().take(40).map(|(kind, (count, example))| format!("{count} {kind}\n    {example}")).collect();
    assert!(score.lines > 0 && score.wrong == 0, "{} wrong\n{}", score.wrong, first.join("\n"));
}

#[test]
fn real_documents_land_where_the_pipeline_puts_them() {
    landings_are_equal("rows.ndjson.gz", "columns.ndjson.gz");
}

#[test]
fn hard_cases_land_where_the_pipeline_puts_them() {
    landings_are_equal("rows.synthetic.ndjson.gz", "columns.synthetic.ndjson.gz");
}

#[test]
fn keys_find_the_columns_the_pipeline_names() {
    let Some(folder) = corpus::folder() else { return };
    let (mut names, mut missed) = (0, Vec::new());
    for line in corpus::lines(&folder.join("sink/snake_case.ndjson.gz")) {
        let (key, column) = (line.text("in").unwrap_or_default(), line.text("bq").unwrap_or_default());
        // An empty name is never a column's.
        if column.is_empty() {
            continue;
        }
        let layout = Layout::parse(format!(r#"[{{"name": "{column}", "type": "STRING"}}]"#).as_bytes()).expect("a layout");
        names += 1;
        if misfit::pipeline::sink::landing(&layout, &[&key], None).column != Some(0) {
            missed.push(key);
        }
    }
    println!("{names} names, {} missed", missed.len());
    assert!(names > 0 && missed.is_empty(), "{missed:?}");
}
