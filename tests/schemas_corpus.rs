//! The schema folder of the corpus: everything in it opens, and names compare as the pipeline compares them.

use crate::corpus;

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::OnceLock;

use misfit::pipeline::layout::{GaugeLevel, Layout, Limit, Size, ddl};
use misfit::pipeline::names::snake_case;
use misfit::pipeline::schema::walk::walk;
use misfit::rows::schemas::{Lookup, SchemaStore};
use misfit::triage::catalog::{Catalog, HitKind};

#[test]
fn every_file_of_the_repository_opens() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let files =
        store.doctypes().iter().map(|found| usize::from(found.schema.is_some()) + usize::from(found.layout.is_some())).sum::<usize>();
    let namespaces: BTreeSet<&str> = store.doctypes().iter().map(|found| found.namespace.as_str()).collect();
    assert_eq!((namespaces.len(), files + store.strays().len()), (84, 2095));
    // Bases that other schemas were made from; no document can ask for them.
    assert_eq!(store.strays(), ["glean/glean/glean-min.1.schema.json", "glean/glean/glean-min.2.schema.json"]);
    for (i, found) in store.doctypes().iter().enumerate() {
        assert_eq!(store.lookup(&found.namespace.replace('-', "_"), &found.doctype, Some(&found.version)), Lookup::Found(i));
        assert_eq!(store.layout(i).unwrap().is_some(), found.layout.is_some());
        let Some(schema) = store.schema(i).unwrap() else { continue };
        walk(&schema, &["payload", "x", "0", "y"]);
        assert_eq!(schema.unusable_patterns(), Vec::new(), "{}", schema.path);
    }
}

#[test]
fn snake_case_is_the_pipelines() {
    let Some(corpus) = corpus::folder() else { return };
    let mut count = 0;
    for line in corpus::lines(&corpus.join("sink/snake_case.ndjson.gz")) {
        let (text, snake) = (line.text("in").unwrap(), line.text("out").unwrap());
        assert_eq!(snake_case(&text), snake, "{text:?}");
        count += 1;
    }
    println!("{count} names alike");
    assert!(count > 0);
}

#[test]
fn published_layouts_are_whole() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let (mut tables, mut columns, mut over) = (0, 0, Vec::new());
    for (at, found) in store.doctypes().iter().enumerate() {
        let Some(layout) = store.layout(at).unwrap() else { continue };
        let name = format!("{}/{}.{}", found.namespace, found.doctype, found.version);
        assert_eq!(layout.oddities, Vec::<String>::new(), "{name}");
        let size = Size::of(&layout);
        assert_eq!(layout.top().map(|id| layout.leaf_counts()[id as usize]).sum::<u32>() as usize, size.leaves, "{name}");
        over.extend(
            size.gauges().iter().filter(|gauge| gauge.level() == GaugeLevel::Over).map(|gauge| (name.clone(), gauge.limit, gauge.used)),
        );
        let sql = ddl::create(&layout, "d.t", &ddl::TableOrder::pipeline(&layout)).unwrap_or_else(|reason| panic!("{name}: {reason}"));
        assert_eq!(
            sql.matches('\n').count(),
            size.columns
                + layout.columns.iter().filter(|column| column.is_record()).count()
                + 2
                + usize::from(sql.contains("PARTITION BY")),
            "{name}"
        );
        tables += 1;
        columns += size.columns;
    }
    println!("{tables} tables, {columns} columns");
    assert_eq!((tables, columns), (1042, 368_494));
    assert_eq!(over, [("firefox-desktop/metrics.1".to_owned(), Limit::Leaves, 10_203)]);
}

#[test]
fn the_deepest_table_has_room() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let Lookup::Found(at) = store.lookup("telemetry", "main", Some("5")) else { panic!("no main.5") };
    assert_eq!(Size::of(&store.layout(at).unwrap().unwrap()).levels, 7);
}

/// Store and catalog, read once for all tests.
fn all() -> Option<&'static (SchemaStore, Catalog)> {
    static ALL: OnceLock<Option<(SchemaStore, Catalog)>> = OnceLock::new();
    let open = || {
        let store = corpus::schemas(&corpus::folder()?);
        let start = std::time::Instant::now();
        let catalog = Catalog::read(&store, &|_| ControlFlow::Continue(()))?;
        println!("{} tables read in {:?}", catalog.tables().len(), start.elapsed());
        Some((store, catalog))
    };
    ALL.get_or_init(open).as_ref()
}

#[test]
fn the_catalog_holds_every_table_as_its_layout_does() {
    let Some((store, catalog)) = all() else { return };
    let mut columns = 0;
    for (table, doctype) in (0..).zip(store.doctypes()) {
        assert_eq!(&catalog.tables()[table as usize].doctype, doctype);
        let known = &catalog.tables()[table as usize];
        assert_eq!(known.made || doctype.layout.is_some(), catalog.flat(table).is_some(), "{doctype:?}");
        assert!(!(known.made && doctype.layout.is_some()), "{doctype:?}");
        columns += catalog.flat(table).filter(|_| !known.made).map_or(0, |flat| flat.columns.len());
        // Reading all of them a second time would take long without optimisation.
        if table % 25 == 0
            && let Some(bytes) = store.layout_bytes(table as usize).expect("a file")
        {
            let layout = Layout::parse(&bytes).expect("a layout");
            let flat = catalog.flat(table).expect("read");
            assert_eq!(flat.columns.len(), layout.columns.len());
            for (id, (column, own)) in (0..).zip(flat.columns.iter().zip(&layout.columns)) {
                assert_eq!((catalog.path(column.path), catalog.badge(column)), (layout.path(id), layout.badge(id).as_str()));
                assert_eq!((column.parent(), column.end, column.mode), (own.parent, own.end, own.mode));
            }
        }
    }
    assert_eq!(columns, 368_494);
}

#[test]
fn a_column_is_found_in_every_table_that_has_it() {
    let Some((_, catalog)) = all() else { return };
    for (text, path) in [
        ("gpu_active", "environment.system.gfx.adapters.gpu_active"),
        ("document_id", "document_id"),
        ("ping_info.seq", "ping_info.seq"),
        ("adapters driver_vendor", "environment.system.gfx.adapters.driver_vendor"),
    ] {
        let found = catalog.search(text, &|| false).expect("not called off");
        let best = found.hits.first().expect("a hit");
        assert!(matches!(best.what, HitKind::Column(id) if catalog.path(id) == path), "{text}: {best:?}");
        let has =
            |table: &u32| catalog.flat(*table).is_some_and(|flat| flat.columns.iter().any(|column| catalog.path(column.path) == path));
        let mut places: Vec<u32> =
            found.hits.iter().filter(|hit| hit.what == best.what).flat_map(|hit| found.places(hit)).map(|place| place.table).collect();
        places.sort_unstable();
        assert_eq!(places, (0..catalog.tables().len() as u32).filter(has).collect::<Vec<_>>(), "{text}");
    }
}
