//! The catalog over a small store.

use std::ops::ControlFlow;

use super::*;
use crate::rows::schemas::memory::Memory;

const MAIN: &[u8] = br#"[
    {"name": "environment", "type": "RECORD", "fields": [{"name": "gpu_active", "type": "BOOLEAN"}, {"name": "gpu", "type": "STRING"}]},
    {"name": "labels", "type": "RECORD", "mode": "REPEATED", "fields": [{"name": "key", "type": "STRING"}, {"name": "value", "type": "STRING"}]}]"#;
const OTHER: &[u8] = br#"[{"name": "environment", "type": "RECORD", "fields": [{"name": "gpu_active", "type": "STRING"}, {"name": "inactive", "type": "STRING"}]}]"#;

const FILES: &[(&str, &[u8])] = &[
    ("my-app/main/main.4.bq", MAIN),
    ("my-app/main/main.5.bq", MAIN),
    ("my-app/sync/sync.1.bq", b"[{\"name\":\n tru}]"),
    ("my-app/sync/sync.2.schema.json", b"{}"),
    ("other-app/main/main.1.bq", OTHER),
    ("other-app/main/main.2.schema.json", br#"{"type": "object", "properties": {"unpublished": {"type": "integer"}}}"#),
];

fn store() -> SchemaStore {
    SchemaStore::open(Box::new(Memory::new("built-in", FILES))).unwrap()
}

fn catalog() -> Catalog {
    Catalog::read(&store(), &|_| ControlFlow::Continue(())).unwrap()
}

/// Hits as `path type (tables)`.
fn found(text: &str) -> Vec<String> {
    let catalog = catalog();
    let found = catalog.search(text, &|| false).unwrap();
    let table = |place: &HitPlace| {
        let doctype = &catalog.tables()[place.table as usize].doctype;
        format!("{} {}.{}", doctype.namespace, doctype.doctype, doctype.version)
    };
    let line = |hit: &Hit| {
        let places = found.places(hit);
        let name = match hit.what {
            HitKind::Tables => "tables".to_owned(),
            HitKind::Column(path) => {
                let column = catalog.column(places[0].table, places[0].column.unwrap()).unwrap();
                format!("{} {}", catalog.path(path), catalog.badge(column))
            }
        };
        format!("{name}: {}", places.iter().map(table).collect::<Vec<_>>().join(", "))
    };
    found.hits.iter().map(line).collect()
}

#[test]
fn equal_files_are_kept_once_and_bad_ones_say_why() {
    let catalog = catalog();
    assert_eq!(catalog.flats.len(), 3);
    assert_eq!(catalog.tables()[0].contents, catalog.tables()[1].contents);
    let TableContents::Broken(reason) = &catalog.tables()[2].contents else { panic!("sync.1 can be used") };
    assert!(reason.starts_with("my-app/sync/sync.1.bq: ") && reason.contains("line 2"), "{reason}");
    assert!(matches!(catalog.tables()[3].contents, TableContents::Missing(NoLayout::Stop(_))));
    assert!(
        catalog.tables()[5].made && catalog.flat(5).is_some_and(|flat| flat.columns.len() == 2),
        "what would be made is there to search"
    );
    let flat = catalog.flat(1).unwrap();
    assert_eq!((flat.size.leaves, flat.size.columns, flat.bytes), (4, 6, MAIN.len() as u64));
    let value = flat.columns[5];
    assert_eq!((catalog.path(value.path), value.parent()), ("labels.value".to_owned(), Some(3)));
    assert_eq!((catalog.badge(&flat.columns[3]), flat.columns[3].shaped, flat.columns[3].end), ("map<STRING>", true, 6));
}

#[test]
fn names_are_there_before_any_file_is_read() {
    let catalog = Catalog::listed(&store());
    assert_eq!(catalog.tables().len(), 6);
    assert_eq!([2, 3].map(|table| &catalog.tables()[table].contents), [&TableContents::Unread; 2]);
    assert_eq!(catalog.search("my-app.main", &|| false).unwrap().len(), 2);
}

#[test]
fn numbers_do_not_depend_on_the_order_of_reading() {
    let catalog = catalog();
    let names: Vec<&str> = catalog.names.iter().collect();
    assert!(names.is_sorted(), "{names:?}");
    let paths: Vec<String> = (0..catalog.paths.len() as PathId).map(|path| catalog.path(path)).collect();
    assert!(paths.is_sorted(), "{paths:?}");
}

#[test]
fn reading_tells_how_far_it_is_and_can_be_stopped() {
    let seen = std::sync::Mutex::new(Vec::new());
    let watch = |progress: CatalogProgress| {
        seen.lock().unwrap().push((progress.done, progress.total));
        ControlFlow::Continue(())
    };
    assert!(Catalog::read(&store(), &watch).is_some());
    let mut seen = seen.into_inner().unwrap();
    seen.sort_unstable();
    assert_eq!(seen, [(1, 6), (2, 6), (3, 6), (4, 6), (5, 6), (6, 6)]);
    assert!(Catalog::read(&store(), &|_| ControlFlow::Break(())).is_none());
}

#[test]
fn whole_names_come_first_and_types_apart() {
    assert_eq!(
        found("gpu_active"),
        ["environment.gpu_active BOOL: my-app main.4, my-app main.5", "environment.gpu_active STRING: other-app main.1"]
    );
    assert_eq!(
        found("gpu"),
        [
            "environment.gpu STRING: my-app main.4, my-app main.5",
            "environment.gpu_active BOOL: my-app main.4, my-app main.5",
            "environment.gpu_active STRING: other-app main.1",
        ]
    );
    assert_eq!(found("active").last().unwrap(), "environment.inactive STRING: other-app main.1");
    assert_eq!(found("gpact")[0], "environment.gpu_active BOOL: my-app main.4, my-app main.5");
    assert_eq!(found("GPU"), found("gpu"), "names have no capitals");
}

#[test]
fn a_type_is_found_as_it_is_spelled() {
    assert!(found("BOOL").len() == 1 && found("BOOL")[0].starts_with("environment.gpu_active BOOL"), "{:?}", found("BOOL"));
    assert_eq!(found("gpu_active STRING"), ["environment.gpu_active STRING: other-app main.1"]);
}

#[test]
fn a_metric_is_found_by_its_own_name() {
    assert_eq!(found("gpu.active"), found("gpu_active"));
    assert_eq!(found("environment.gpu.active"), found("gpu_active"));
}

#[test]
fn letters_here_and_there_count_only_where_no_name_holds_them() {
    let is_loose = |text: &str| catalog().search(text, &|| false).unwrap().loose;
    assert!(is_loose("gpact") && !is_loose("gpu active") && !is_loose("nothing.like.it"));
    assert_eq!(found("gpu active"), found("gpu_active"), "and no column with neither word");
}

#[test]
fn words_narrow_down_by_path_and_table() {
    assert_eq!(found("other-app gpu"), ["environment.gpu_active STRING: other-app main.1"]);
    assert_eq!(found("main.5 environment.gpu"), found("environment.gpu main.5"));
    assert_eq!(found("main.5 gpu_active"), ["environment.gpu_active BOOL: my-app main.5"]);
    assert_eq!(found("labels.value"), ["labels.value STRING: my-app main.4, my-app main.5"]);
    assert!(found("labels.gpu").is_empty());
    assert_eq!(found("my-app.sync"), ["tables: my-app sync.1, my-app sync.2"]);
    assert_eq!(found("my_app.main.5"), ["tables: my-app main.5"]);
    assert_eq!(found("my_app_stable.main_v5"), ["tables: my-app main.5"], "as SQL names it");
    assert!(found(" . ").is_empty());
}

#[test]
fn a_search_can_be_called_off() {
    assert!(catalog().search("gpu", &|| true).is_none());
}

#[test]
fn depth_costs_no_stack() {
    let depth = 20_000;
    let text = r#"[{"name":"r","type":"RECORD","fields":"#.repeat(depth) + "[]" + &"}]".repeat(depth);
    let files: &'static [(&str, &[u8])] = Box::leak(Box::new([("ns/deep/deep.1.bq", &*text.into_bytes().leak())]));
    let store = SchemaStore::open(Box::new(Memory::new("deep", files))).unwrap();
    let catalog = Catalog::read(&store, &|_| ControlFlow::Continue(())).unwrap();
    assert_eq!(catalog.search("r", &|| false).unwrap().hits.len(), depth);
    assert_eq!(catalog.path(depth as PathId - 1).len(), 2 * depth - 1);
}
