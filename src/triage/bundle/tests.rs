use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use proptest::prelude::*;

use super::*;
use crate::rows::advice::Advice;
use crate::rows::bundle::{Bundle, is_bundle, open, read};
use crate::rows::demo;
use crate::rows::group::{Group, Groups};
use crate::rows::row::{RowRef, SourceRow};
use crate::rows::schemas::{Lookup, SchemaStore};
use crate::rows::source::files::Files;
use crate::rows::source::{ErrorSource, Request, RowOrder, Unwatched};
use crate::triage::case;
use crate::triage::export::choice::Choice;
use crate::triage::export::files::{DraftFile, Readers, WriteOptions};
use crate::triage::redact::Policy;

/// A source with what groups it.
struct Input {
    source: Arc<dyn ErrorSource>,
    schemas: Option<Arc<SchemaStore>>,
    groups: Groups,
}

impl Input {
    fn new(source: Arc<dyn ErrorSource>) -> Self {
        let schemas = Some(Arc::new(demo::schemas().unwrap()));
        let groups = source.groups(&Request { schemas: schemas.clone(), ..Request::default() }, &Unwatched).unwrap();
        Input { source, schemas, groups }
    }

    fn sample() -> Self {
        Self::new(demo::source().unwrap())
    }

    /// A bundle of the groups that are named, or all.
    fn bundle(&self, folder: &Path, raw: bool, per_group: usize) -> (PathBuf, MadeBundle) {
        let choice = Choice::of(&self.groups, &[]);
        let asked = BundleRequest {
            source: self.source.as_ref(),
            schemas: self.schemas.as_deref(),
            groups: &self.groups,
            choice: &choice,
            per_group,
            policy: Policy { raw, ..Policy::default() },
        };
        let path = folder.join("made");
        let draft = DraftFile::begin(&path, WriteOptions { replace: true, readers: Readers::Usual }).unwrap();
        let made = make(&asked, draft, &Unwatched).unwrap();
        (path, made)
    }
}

fn rows(source: &dyn ErrorSource) -> Vec<(RowRef, SourceRow)> {
    let mut rows = Vec::new();
    let visit = &mut |_, at, row| {
        rows.push((at, row));
        ControlFlow::Continue(())
    };
    source.rows(0..u64::MAX, &Unwatched, visit).unwrap();
    rows
}

fn text(path: &Path) -> String {
    String::from_utf8(zstd::decode_all(std::fs::File::open(path).unwrap()).unwrap()).unwrap()
}

/// What a file of such text is refused for.
fn refusal(text: &str) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("bad");
    std::fs::write(&path, zstd::encode_all(text.as_bytes(), 1).unwrap()).unwrap();
    Bundle::open(&path).err().map(|error| error.to_string()).unwrap_or_default()
}

/// A bundle of two rows as text.
fn small() -> String {
    let dir = tempfile::tempdir().unwrap();
    let mut input = Input::sample();
    input.groups.list.truncate(2);
    text(&input.bundle(dir.path(), false, 1).0)
}

/// The same with a line changed.
fn changed(text: &str, begins: &str, change: impl Fn(&str) -> String) -> String {
    text.lines().map(|line| if line.starts_with(begins) { change(line) } else { format!("{line}\n") }).collect()
}

#[test]
fn a_raw_bundle_is_its_source() {
    let (dir, input) = (tempfile::tempdir().unwrap(), Input::sample());
    let (path, made) = input.bundle(dir.path(), true, usize::MAX);
    assert!(is_bundle(&path));
    let bundle = Bundle::open(&path).unwrap();
    let groups = bundle.groups(&Request::default(), &Unwatched).unwrap();
    let without_rows = |groups: &Groups| {
        let list: Vec<Group> = groups.list.iter().map(|group| Group { rows: Default::default(), ..group.clone() }).collect();
        format!("{:?}", Groups { list, ..groups.clone() })
    };
    assert_eq!(without_rows(&groups), without_rows(&input.groups));
    assert_eq!((made.rows, made.left_out, made.small), (216, 0, 0));
    let (kept, known) = (rows(&bundle), rows(input.source.as_ref()));
    assert_eq!(kept.len(), known.len());
    for (at, row) in &kept {
        let (known_at, of) = known.iter().find(|(_, known)| row.origin.ends_with(&format!("({})", known.origin))).unwrap();
        assert_eq!((&row.columns, &row.payload), (&of.columns, &of.payload));
        let group = input.groups.list.iter().find(|group| group.rows.contains(known_at)).unwrap();
        assert_eq!(bundle.group_of(*at), Some(group.fingerprint));
        assert_eq!(bundle.fetch(*at, &Unwatched).unwrap().origin, row.origin);
    }
    assert!(bundle.fetch(RowRef::new(0, 999), &Unwatched).is_err() && bundle.fetch(RowRef::new(1, 0), &Unwatched).is_err());
}

#[test]
fn a_redacted_bundle_fails_for_the_same_reasons_with_its_own_schemas() {
    let (dir, input) = (tempfile::tempdir().unwrap(), Input::sample());
    let (path, made) = input.bundle(dir.path(), false, 3);
    assert!(made.left_out * 10 < made.rows && made.small * 10 < made.rows, "{made:?}");
    let bundle = Bundle::open(&path).unwrap();
    let groups = bundle.groups(&Request::default(), &Unwatched).unwrap();
    let counts = |groups: &Groups| -> Vec<_> {
        let told =
            |group: &Group| (group.fingerprint, group.count, group.span, group.trend.clone(), Arc::clone(&group.standing), group.noise);
        groups.list.iter().map(told).collect()
    };
    assert_eq!(counts(&groups), counts(&input.groups));
    for (at, row) in rows(&bundle) {
        let group = input.groups.list.iter().find(|group| Some(group.fingerprint) == bundle.group_of(at)).unwrap();
        let own = case::open(row, bundle.schemas().as_deref());
        let of = case::open(input.source.fetch(group.rows[0], &Unwatched).unwrap(), input.schemas.as_deref());
        let reason = |case: &case::Case| {
            let replay = case.replay.as_ref().map(|replay| (replay.class, replay.reproduced));
            let broken = case.broken.as_ref().map(|broken| (broken.path.clone(), broken.schema_pointer.clone(), broken.keyword));
            let schema = case.schema.as_ref().map(|schema| schema.path.clone());
            (replay, broken, schema, case.landing.as_ref().map(|landing| (landing.column, landing.fate)))
        };
        assert_eq!(reason(&own), reason(&of), "{}", group.sample);
    }
}

#[test]
fn names_are_looked_up_as_in_all_schemas() {
    let dir = tempfile::tempdir().unwrap();
    let mut input = Input::sample();
    input.groups.list.retain(|group| group.key.doctype.as_deref() == Some("crash"));
    let (path, made) = input.bundle(dir.path(), false, 1);
    assert_eq!(made.files, 2);
    let (own, all) = (Bundle::open(&path).unwrap().schemas().unwrap(), input.schemas.unwrap());
    for (namespace, doctype, version) in [("acme-raeder", "session", "1"), ("acme-reader", "session", "3"), ("telemetry", "crash", "4")] {
        assert_eq!(own.lookup(namespace, doctype, Some(version)), all.lookup(namespace, doctype, Some(version)));
    }
    let Lookup::Found(at) = own.lookup("acme-reader", "session", Some("1")) else { panic!("not found") };
    assert!(own.schema(at).unwrap().is_none());
}

#[test]
fn what_was_asked_for_is_answered_or_refused() {
    let (dir, input) = (tempfile::tempdir().unwrap(), Input::sample());
    let bundle = Bundle::open(&input.bundle(dir.path(), false, 1).0).unwrap();
    let some = bundle.groups(&Request { namespaces: vec!["acme_desktop".into()], ..Request::default() }, &Unwatched).unwrap();
    let of_source = |request| input.source.groups(&request, &Unwatched).unwrap();
    let known = of_source(Request { namespaces: vec!["acme_desktop".into()], ..Request::default() });
    assert_eq!((some.rows, some.outside, some.list.len()), (known.rows, known.outside, known.list.len()));
    let stage = bundle.groups(&Request { stages: vec!["ParseUri".into()], ..Request::default() }, &Unwatched).unwrap();
    assert_eq!((stage.rows, stage.list.len()), (7, 2));
    let of_a_job = bundle.groups(&Request { jobs: vec!["decoder".into()], ..Request::default() }, &Unwatched);
    assert_eq!(of_a_job.unwrap_err().advice(), Some(Advice::WholeJobs));
    let bundle = Bundle::open(&input.bundle(dir.path(), false, 4).0).unwrap();
    let group = &bundle.groups(&Request::default(), &Unwatched).unwrap().list[0];
    let times = |order, from| -> Vec<_> {
        let rows = bundle.more_rows(group, order, from, &Unwatched).unwrap();
        rows.into_iter().map(|at| bundle.fetch(at, &Unwatched).unwrap().error_row().time).collect()
    };
    let (oldest, mut newest) = (times(RowOrder::Oldest, 0), times(RowOrder::Newest, 0));
    newest.reverse();
    assert!(oldest.is_sorted() && oldest.len() == 4 && times(RowOrder::Spread, 4).is_empty());
    assert_eq!(oldest, newest);
    let (first, last) = input.groups.span.unwrap();
    let within = |since, until| bundle.groups(&Request { since, until, ..Request::default() }, &Unwatched);
    assert!(within(Some(first), Some(last + 1)).is_ok());
    assert_eq!(within(Some(first + 1), None).unwrap_err().advice(), Some(Advice::WholeWindow));
    assert!(bundle.about().contains("redacted: groups of 216 rows of demo"), "{}", bundle.about());
}

#[test]
fn secrets_stay_where_they_are() {
    const SECRETS: [&str; 6] = [
        "jo.doe@example.com",
        "203.0.113.77",
        "5f3a9c1e-77aa-4b1c-9d2e-0123456789ab",
        "Josephine Doe",
        "/home/jdoe/x",
        "sk_live_9aZ4kQ2mX8bT7cW1",
    ];
    let document =
        |secret: &str| format!(r#"{{"client_info":{{"app_channel":"{secret}","{secret}":1}},"metrics":{{"counter":{{"{secret}":0.5}}}}}}"#);
    let mut lines = String::new();
    for (secret, class) in SECRETS.iter().zip(["org.everit.json.schema.ValidationException", "a.b.UnknownException"].iter().cycle()) {
        for (doctype, payload) in [("session", document(secret)), ("unknown", format!("[\"{secret}")), (secret, String::new())] {
            let row = serde_json::json!({
                "document_namespace": "acme-reader", "document_type": doctype, "document_version": "1", "error_type": "ParsePayload",
                "exception_class": class, "error_message": format!("{class}: #/metrics/counter/{}: {secret}", secret.replace('/', "~1")), "user_agent": secret,
                "client_id": secret, "job_name": secret, "submission_timestamp": "2026-06-25 12:00:00 UTC",
                "payload": base64::Engine::encode(&base64::engine::general_purpose::STANDARD, payload),
            });
            lines.push_str(&format!("{row}\n{{\"not a row\": {secret}}}\n"));
        }
    }
    let input = Input::new(Arc::new(Files::from_memory("people", lines.into_bytes()).unwrap()));
    assert_eq!(input.groups.unreadable.count, 18);
    let dir = tempfile::tempdir().unwrap();
    let told = text(&input.bundle(dir.path(), false, 9).0);
    assert!(!told.contains("base64"), "nothing is hidden from this test");
    for secret in SECRETS {
        assert!(!told.contains(secret), "{secret}: {}", told.lines().find(|line| line.contains(secret)).unwrap());
    }
    let raw = text(&input.bundle(dir.path(), true, 9).0);
    assert!(SECRETS.iter().all(|secret| raw.contains(secret)));
}

#[test]
fn what_is_not_whole_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let (path, _) = Input::sample().bundle(dir.path(), false, 1);
    let whole = std::fs::read(&path).unwrap();
    let cut = dir.path().join("cut");
    for end in (0..whole.len()).step_by(613) {
        std::fs::write(&cut, &whole[..end]).unwrap();
        let error = Bundle::open(&cut).err().unwrap().to_string();
        assert!(error.contains("ends too early") || (end < 32 && error.contains("is no usable bundle")), "{end}: {error}");
    }
    let text = small();
    assert!(refusal(&changed(&text, "{\"end\"", |_| String::new())).contains("ends too early"));
    assert!(refusal(&changed(&text, "{\"row\"", |_| String::new())).contains("does not hold what its first line says"));
    assert!(refusal(&format!("{text}{text}")).contains("goes on after its end"));
    assert!(refusal(text.trim_end()).contains("ends too early"));
    assert!(!is_bundle(dir.path()) && !is_bundle(&dir.path().join("none")) && !is_bundle(Path::new("Cargo.toml")));
}

#[test]
fn what_is_no_bundle_of_this_version_says_so() {
    assert!(refusal("").contains("is not that of a bundle"));
    assert!(refusal("{}\n").contains("is not that of a bundle"));
    assert!(refusal("{\"misfit_bundle\":2,\"x\":1}\n").contains("its format is 2"));
    assert!(refusal("{\"misfit_bundle\":1}\n").contains("line 1: missing field"));
    let text = small();
    let line = |line: &str| refusal(&changed(&text, "{\"end\"", |end| format!("{line}\n{end}\n")));
    for (hostile, said) in [
        ("[]", "line "),
        ("{\"nonsense\":1}", "unknown variant `nonsense`"),
        ("{\"\u{1b}[2J\":1}", "line "),
        ("{\"row\":{\"group\":2,\"origin\":\"\",\"columns\":[],\"payload\":null}}", "group 2, which does not come before it"),
        ("{\"row\":{\"group\":0,\"origin\":\"\",\"columns\":[],\"payload\":{\"base64\":\"?\"}}}", "not base64"),
        ("{\"file\":{\"path\":\"a/b/b.1.bq\",\"content\":{\"base64\":\"?\"}}}", "does not hold what its first line says"),
    ] {
        let error = line(hostile);
        assert!(error.contains(said) && !error.contains('\u{1b}'), "{hostile}: {error}");
    }
    assert!(line(&format!("{{\"x\":{}", "[".repeat(20_000))).contains("line "));
    let many =
        format!("{{\"row\":{{\"group\":0,\"origin\":\"\",\"columns\":[{}[\"a\",null]],\"payload\":null}}}}", "[\"a\",null],".repeat(1000));
    assert!(line(&many).contains("more than 1000"));
    let group = |from: &str, to: &str| refusal(&changed(&text, "{\"group\"", |line| format!("{}\n", line.replace(from, to))));
    assert!(group("\"count\":", "\"count\":1000000000000000,\"x\":").contains("more than can be counted"));
    assert!(group("\"fingerprint\":\"", "\"fingerprint\":\"x").contains("16 hexadecimal digits"));
}

#[test]
fn paths_lead_nowhere() {
    let text = small();
    let hostile =
        changed(&text, "{\"file\"", |line| format!("{}\n", line.replacen("\"path\":\"", "\"path\":\"../../../../../../etc/passwd/", 1)));
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("hostile");
    std::fs::write(&path, zstd::encode_all(hostile.as_bytes(), 1).unwrap()).unwrap();
    let store = Bundle::open(&path).unwrap().schemas().unwrap();
    // They are names that nothing is called by.
    assert!(!store.strays().is_empty());
    assert!(store.doctypes().iter().all(|known| known.schema.is_none() && known.layout.is_none()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_text_is_too_bad(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<prop::sample::Index>()) {
        static TEXT: std::sync::OnceLock<String> = std::sync::OnceLock::new();
        let mut bytes = TEXT.get_or_init(small).clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if byte % 2 == 0 {
            bytes.truncate(cut.index(bytes.len()));
        }
        let packed = zstd::encode_all(bytes.as_slice(), 1).unwrap();
        if let Ok(contents) = read::contents(packed.as_slice()) {
            let _ = open::whole(String::new(), contents);
        }
    }
}
