//! The schema folder of the corpus: everything in it opens, and names compare as the pipeline compares them.

mod corpus;

use std::collections::BTreeSet;

use misfit::layout::{Level, Limit, Size, ddl};
use misfit::schemas::walk::walk;
use misfit::schemas::{Lookup, snake_case};

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
        over.extend(size.gauges().iter().filter(|gauge| gauge.level() == Level::Over).map(|gauge| (name.clone(), gauge.limit, gauge.used)));
        let sql = ddl::create(&layout, "d.t").unwrap_or_else(|reason| panic!("{name}: {reason}"));
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
