//! References in a schema are followed, and lead back.

use std::sync::Arc;

use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::ErrorSource;
use misfit::rows::source::files::Files;
use misfit::tui::frame;
use misfit::tui::theme::Depth;

use super::press_with;

const SCHEMA: &str = r##"{"definitions":{"count":{"type":"integer","minimum":0}},"type":"object",
  "properties":{"n":{"$ref":"#/definitions/count"},"away":{"$ref":"other.json"},"lost":{"$ref":"#/nowhere"}},"required":["n"]}"##;

fn screen(has_rows: bool, keys: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("acme/ping/ping.1.schema.json");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("folders");
    std::fs::write(&file, SCHEMA).expect("a schema");
    std::fs::write(file.with_file_name("ping.1.bq"), r#"[{"name":"n","type":"INTEGER","mode":"NULLABLE"}]"#).expect("a layout");
    let schemas = Arc::new(SchemaStore::open_named(folder.path()).expect("schemas"));
    let payload = "eyJuIjotMX0="; // {"n":-1}
    let row = format!(
        r##"{{"document_namespace":"acme","document_type":"ping","document_version":"1","error_type":"ParsePayload","error_message":"org.everit.json.schema.ValidationException: #/n: -1 is not greater or equal to 0","payload":"{payload}"}}"##
    );
    let source: Option<Arc<dyn ErrorSource>> =
        has_rows.then(|| Arc::new(Files::from_memory("made up", row.into_bytes()).expect("a row")) as Arc<dyn ErrorSource>);
    frame::to_text(&press_with(source, schemas, "mono", Depth::None, (120, 40), keys))
}

#[test]
fn a_reference_is_followed_and_leads_back() {
    // The schema pane of a case; O opens all, / goes to the line.
    let at = "<enter><tab>O/definitions/count<enter>";
    let followed = screen(true, &format!("{at}<enter>"));
    assert!(followed.contains("#/definitions/count; Esc leads back"), "{followed}");
    let pointer = |keys: &str| screen(true, &format!("{keys}yp")).lines().next_back().expect("a line").trim().to_owned();
    assert_eq!(pointer(&format!("{at}<enter>")), "copied the JSON pointer /definitions/count");
    assert_eq!(pointer(&format!("{at}<enter><esc>")), "copied the JSON pointer /properties/n/$ref");
    // The node that has the reference leads there as well.
    assert_eq!(pointer(&format!("{at}h<enter>")), "copied the JSON pointer /definitions/count");
    let told = |of: &str| screen(true, &format!("<enter><tab>O/{of}<enter><enter>")).lines().next_back().expect("a line").trim().to_owned();
    assert_eq!(told("other.json"), "this $ref names another file, other.json");
    assert_eq!(told("nowhere"), "this $ref names nothing in its file");
    // Elsewhere the key shows the value as before.
    assert!(screen(true, "<enter><enter>").contains("─ .n  number ─"), "{}", screen(true, "<enter><enter>"));
}

#[test]
fn a_reference_beside_the_tables_is_followed() {
    let followed = screen(false, "OG<tab>O/definitions/count<enter><enter>");
    assert!(followed.contains("#/definitions/count; Esc leads back"), "{followed}");
    let back = screen(false, "OG<tab>O/definitions/count<enter><enter><esc>yp");
    assert!(back.contains("copied the JSON pointer /properties/n/$ref"), "{back}");
}
