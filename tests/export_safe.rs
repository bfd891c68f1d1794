//! Exports through the program: no secret leaves without --raw, and no text of a payload means anything in Markdown.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::secrets::{Secret, assert_hidden, secrets};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

/// Everything that can be exported as text.
const TEXTS: [&str; 7] = ["report", "rows", "documents", "reproducer", "sql", "backfill", "table"];

fn misfit(arguments: &[&str]) -> (String, bool) {
    let mut misfit = Command::new(env!("CARGO_BIN_EXE_misfit"));
    misfit.args(arguments).args(["--schemas", "demo:"]);
    misfit.env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"));
    let output = misfit.output().unwrap();
    let text = [output.stdout, b"\n".to_vec(), output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.success())
}

/// Rows that hold the text in every column that senders fill, in values and keys of the payload, and in their message.
fn rows(text: &str) -> Vec<serde_json::Value> {
    let pointer = text.replace('~', "~0").replace('/', "~1").replace('\\', "\\\\").replace('"', "\\\"");
    let client = json!({"app_build": text, "app_channel": text, "os": text, "client_id": text, "app_display_version": text, text: text});
    let kinds = [
        (
            format!("#/metrics/url/{pointer}: string [{text}] does not match pattern ^x"),
            json!({"client_info": client, "metrics": {"url": {text: text}}}),
        ),
        (
            format!("#/{pointer}: extraneous key [{text}] is not permitted"),
            json!({"client_info": client, "metrics": {}, text: {text: [text]}}),
        ),
        ("#/client_info: required key [app_build] not found".to_owned(), json!({"client_info": {text: text}, "metrics": {}})),
        (
            format!("#/pages/0/zoom: {text} is odd"),
            json!({"client_info": client, "metrics": {}, "pages": [{"kind": text, "zoom": text, "seconds": 1}]}),
        ),
    ];
    let validator = "org.everit.json.schema.ValidationException";
    let mut all: Vec<serde_json::Value> = kinds
        .into_iter()
        .map(|(message, payload)| {
            json!({
                "document_namespace": "acme-reader", "document_type": "session", "document_version": "1", "error_type": "ParsePayload",
                "exception_class": validator, "error_message": format!("{validator}: {message}"), "submission_timestamp": "2026-03-02 17:15:58 UTC",
                "uri": format!("/submit/acme-reader/session/1/{text}"), "user_agent": text, "args": text, "client_id": text, "remote_addr": text,
                "geo_city": text, "geo_country": text, "x_debug_id": text, "x_forwarded_for": text, "isp_name": text, "job_name": text,
                "payload": STANDARD.encode(payload.to_string()),
            })
        })
        .collect();
    all.push(json!({
        "document_namespace": text, "document_type": text, "document_version": text, "error_type": "ParseUri", "exception_class": "java.lang.Odd",
        "error_message": format!("java.lang.OddException: {text} is wrong"), "uri": text, "payload": STANDARD.encode(format!("{{\"a\":{text}")),
    }));
    all
}

fn write(path: &Path, rows: impl Iterator<Item = serde_json::Value>) -> String {
    let lines: Vec<String> = rows.map(|row| row.to_string()).collect();
    fs::write(path, lines.join("\n")).unwrap();
    path.to_string_lossy().into_owned()
}

/// Names and contents of all files below a folder, payloads of rows decoded.
fn below(folder: &Path) -> String {
    let mut all = String::new();
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        all.push_str(&format!("{}\n", path.file_name().unwrap().to_string_lossy()));
        all.push_str(&if path.is_dir() { below(&path) } else { fs::read_to_string(&path).unwrap() });
    }
    all
}

fn decoded(rows: &str) -> String {
    let payload = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line).ok()?;
        String::from_utf8(STANDARD.decode(row["payload"].as_str()?).ok()?).ok()
    };
    rows.lines().filter_map(payload).collect()
}

#[test]
fn no_secret_leaves_without_raw() {
    let top = tempfile::tempdir().unwrap();
    let all: Vec<Secret> = secrets();
    let source = write(&top.path().join("rows.ndjson"), all.iter().flat_map(|secret| rows(&secret.whole)));
    let mut told = String::new();
    for what in TEXTS {
        let (text, _) = misfit(&["export", &source, "--as", what, "--per-group", "3"]);
        told.push_str(&decoded(&text));
        told.push_str(&text);
    }
    for (what, format) in [("report", "json"), ("report", "text"), ("table", "json"), ("backfill", "json")] {
        told.push_str(&misfit(&["export", &source, "--as", what, "--format", format]).0);
    }
    for what in ["tests", "documents", "reproducer"] {
        let out = top.path().join(what);
        told.push_str(&misfit(&["export", &source, "--as", what, "--out", &out.to_string_lossy()]).0);
        told.push_str(&below(&out));
    }
    // Each group of rows has a patch, and each is worked out by judging.
    let patches = top.path().join("patches");
    let few = write(&top.path().join("few.ndjson"), all.iter().take(3).flat_map(|secret| rows(&secret.whole)));
    for format in [&[][..], &["--format", "json"]] {
        told.push_str(
            &misfit(&[&["export", &few, "--as", "patch", "--force", "--out", &patches.to_string_lossy()][..], format].concat()).0,
        );
        told.push_str(&below(&patches));
    }
    assert!(fs::read_dir(&patches).unwrap().count() > 1, "patches are made without values");
    let bundle = top.path().join("bundle");
    told.push_str(&misfit(&["bundle", &source, "--rows", "3", "--out", &bundle.to_string_lossy()]).0);
    told.push_str(&String::from_utf8(zstd::decode_all(fs::File::open(&bundle).unwrap()).unwrap()).unwrap());
    assert!(told.len() > 50_000, "{} bytes", told.len());
    for secret in &all {
        let told = told.lines().filter(|line| line.contains(&secret.whole) || secret.parts.iter().any(|part| line.contains(part.as_str())));
        told.for_each(|line| assert_hidden(secret, line, "an export"));
    }
}

#[test]
fn raw_says_that_it_is_and_is_for_the_owner_alone() {
    let top = tempfile::tempdir().unwrap();
    let source = write(&top.path().join("rows.ndjson"), rows("a secret of mine").into_iter());
    let out = top.path().join("report.md");
    assert!(misfit(&["export", &source, "--as", "report", "--raw", "--out", &out.to_string_lossy()]).1);
    let report = fs::read_to_string(&out).unwrap();
    assert!(report.starts_with("This report is raw") && report.contains("a secret of mine"), "{report}");
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&out).unwrap().permissions()) & 0o777, 0o600);
}

#[cfg(unix)]
#[test]
fn a_patch_into_a_folder_that_nobody_may_write_to_says_so() {
    let top = tempfile::tempdir().unwrap();
    fs::set_permissions(top.path(), std::os::unix::fs::PermissionsExt::from_mode(0o555)).unwrap();
    // Whoever may do everything may write there too; not so into a file system of the kernel's.
    let folders = [top.path().to_owned(), "/sys".into()];
    let Some(folder) = folders.iter().find(|folder| folder.is_dir() && fs::write(folder.join("probe"), "").is_err()) else { return };
    let args = ["export", "demo:", "--as", "patch", "--group", "dd577e840197fd96", "--out"];
    let (told, is_done) = misfit(&[&args[..], &[&folder.join("x.patch").to_string_lossy()]].concat());
    assert!(!is_done && told.contains("cannot write ") && told.contains("name a folder that you may write to"), "{told}");
}

/// The Markdown without its code: what a renderer reads as text.
fn outside_of_code(markdown: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    for line in markdown.lines() {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if ticks.len() >= open.len() && line.trim_start_matches('`').is_empty() => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 && !line[ticks.len()..].contains('`') => fence = Some(ticks),
            None => {
                let mut rest = line;
                while let Some(at) = rest.find('`') {
                    out.push_str(&rest[..at]);
                    let open = rest[at..].len() - rest[at..].trim_start_matches('`').len();
                    let body = &rest[at + open..];
                    let run = "`".repeat(open);
                    let is_run = |end: &usize| !body[..*end].ends_with('`') && !body[end + open..].starts_with('`');
                    let end = body.match_indices(&run).map(|(end, _)| end).find(is_run).unwrap_or_else(|| panic!("an open span: {line}"));
                    rest = &body[end + open..];
                }
                out.push_str(rest);
                out.push('\n');
            }
        }
    }
    assert!(fence.is_none(), "an open fence");
    out
}

#[test]
fn nothing_in_a_report_is_obeyed() {
    let hostile = [
        "```",
        "`````x",
        "~~~",
        "<script>alert(1)</script>",
        "@someone",
        "#123",
        "bug 99",
        "[a](http://evil)",
        "a\n```\nb",
        "\u{1b}[2J",
        "\u{202e}",
        "|x|",
        "<!-- ",
        "![i](x)",
        "\\`",
        "`` ` ``",
        "www.evil.example",
        "* x",
        "# x",
    ];
    let top = tempfile::tempdir().unwrap();
    for (i, text) in hostile.iter().enumerate() {
        let source = write(&top.path().join(format!("{i}.ndjson")), rows(text).into_iter());
        for (what, raw) in [("report", true), ("report", false), ("backfill", true), ("table", true)] {
            let raw = if raw { &["--raw"][..] } else { &[] };
            let (text, done) = misfit(&[&["export", &source, "--as", what], raw].concat());
            assert!(done, "{text}");
            let markdown = text.split("\nmisfit: ").next().unwrap();
            let outside = outside_of_code(markdown);
            for sign in ["<", "@", "~~", "](", "evil", "someone", "#123", "![", "alert", "99"] {
                assert!(!outside.contains(sign), "{sign} in {outside}");
            }
            assert!(!markdown.contains(|c: char| c != '\n' && misfit::ground::text::is_unsafe(c)));
        }
        for raw in [&["--raw"][..], &[]] {
            let page = top.path().join("page.html");
            let out = page.to_string_lossy();
            assert!(misfit(&[&["export", &source, "--as", "html", "--force", "--out", &out], raw].concat()).1);
            is_inert(&fs::read_to_string(&page).unwrap());
        }
    }
}

/// Nothing in a page runs, fetches or leads elsewhere, and nothing in it is invisible.
fn is_inert(page: &str) {
    let known = [
        "!doctype", "html", "head", "meta", "title", "style", "body", "header", "main", "section", "article", "div", "h1", "h2", "p", "a",
        "ul", "li", "dl", "dt", "dd", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "details", "summary", "bdi", "svg",
        "rect", "line",
    ];
    let (head, body) = page.split_once("</style>").unwrap();
    assert!(head.contains("content=\"default-src 'none'; style-src 'sha256-") && !head.contains("url(") && !head.contains("@import"));
    for tag in body.split('<').skip(1) {
        let name: String = tag.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '!').collect();
        assert!(known.contains(&name.as_str()), "<{tag}");
        let inside = &tag[..tag.find('>').unwrap()];
        for attribute in inside.split('"').step_by(2).filter_map(|part| part.trim_end().strip_suffix('=')) {
            let attribute = attribute.rsplit(' ').next().unwrap();
            assert!(!attribute.starts_with("on") && !["src", "style", "srcdoc", "action"].contains(&attribute), "<{inside}>");
        }
        if let Some((_, to)) = inside.split_once("href=\"") {
            assert!(to.starts_with('#'), "<{inside}>");
        }
    }
    assert!(!page.contains(|c: char| c != '\n' && misfit::ground::text::is_unsafe(c)));
}

#[test]
fn a_page_tells_what_the_report_tells_and_what_it_leaves_out() {
    let (page, _) = misfit(&["export", "demo:", "--as", "html", "--most", "2"]);
    assert!(
        page.contains("32 groups with 216 rows: rows with the same fault are one group.") && page.matches("<article ").count() == 2,
        "{page}"
    );
    assert!(page.contains("The first 2 are told one by one below; the 30 behind them are only listed."), "{page}");
    assert!(page.contains("misfit: 30 groups with 162 rows only listed, the largest are told (--most)"), "{page}");
    assert!(
        page.contains("<p>decoder-0 of 2026-03-16 10:12:</p>\n<ul>\n<li>began 1 group with 30 rows: <a href=\"#73152a9311fc0fe0\">"),
        "{page}"
    );
    is_inert(page.split("</html>").next().unwrap());
    // Of one group there is no table of groups, and every fact of the Markdown is there.
    let group = ["--group", "73152a9311fc0fe0"];
    let (page, _) = misfit(&[&["export", "demo:", "--as", "html"][..], &group].concat());
    let (report, _) = misfit(&[&["export", "demo:", "--as", "report"][..], &group].concat());
    assert!(!page.contains("<table") && page.contains("<svg role=\"img\""), "{page}");
    let facts: Vec<&str> = report.lines().filter_map(|line| line.strip_prefix("- **")?.split("**").next()).collect();
    assert!(facts.len() > 8, "{report}");
    for fact in facts {
        assert!(page.contains(&format!("<dt>{fact}</dt>")), "{fact}: {page}");
    }
}

#[test]
fn a_report_on_several_groups_begins_with_all_of_them_in_one_table() {
    let groups = ["--group", "73152a9311fc0fe0", "--group", "befc928ba7eeb307"];
    let report = |more: &[&str]| misfit(&[&["export", "demo:", "--as", "report"], more].concat()).0;
    let markdown = report(&groups);
    let begin = "## Groups\n\n2 groups with 54 rows: rows with the same fault are one group.\n\n| rows | status |";
    assert!(markdown.starts_with(begin), "{markdown}");
    assert!(markdown.contains("\n| 24 | ended | `acme-desktop/sync.1` |") && markdown.contains("\n## Deploys\n"), "{markdown}");
    let text = report(&[&groups[..], &["--format", "text"]].concat());
    assert!(
        text.contains("\nrows  status  doctype                where") && text.contains("\n  24  ended   acme-desktop/sync.1    /dev"),
        "{text}"
    );
    assert!(!report(&groups[..2]).contains("## Groups"), "of one group there is nothing to list");
}
