//! Documents judged by other schemas, too.

use misfit::rows::schemas::SchemaStore;
use misfit::rows::source::files::{Files, ReadOptions};

use super::*;

fn orders(keys: &str) -> String {
    let rows = Files::open(&["tests/cmd/against/rows.ndjson".to_owned()], ReadOptions { keep_rows: false }).expect("rows");
    let schemas = SchemaStore::open_folder(std::path::Path::new("tests/cmd/against/before")).expect("schemas");
    frame::to_text(&press_with(Some(Arc::new(rows)), Arc::new(schemas), "default-dark", Depth::True, (100, 24), keys))
}

#[test]
fn a_key_tells_what_other_schemas_would_make_of_the_groups_below() {
    insta::assert_snapshot!(orders("ggatests/cmd/against/after<enter>"));
    let one = orders("Gatests/cmd/against/after<enter>");
    assert!(one.contains("100 %  fail the same way") && !one.contains("pass now"), "{one}");
    let none = orders("ggatests/nowhere<enter>");
    assert!(none.contains("there is no file or folder tests/nowhere"), "{none}");
}
