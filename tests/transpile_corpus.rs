//! Layouts made of JSON schemas against the transpiler's own answers, and against the layouts that are published beside their schemas.

use crate::corpus;

use std::collections::BTreeMap;

use misfit::pipeline::destination::{Split, SplitPart};
use misfit::pipeline::layout::{Column, Layout};
use misfit::pipeline::schema::Schema;
use misfit::pipeline::transpile::{self, LintKind};
use misfit::rows::schemas::Lookup;

/// Columns as comparable lines: path, type, mode, description.
fn lines(layout: &Layout) -> Vec<String> {
    let line = |(id, column): (usize, &Column)| {
        let path = layout.path(id as u32);
        format!("{path} {} {} {:?}", column.kind, column.mode.name(), column.description)
    };
    layout.columns.iter().enumerate().map(line).collect()
}

#[test]
fn schemas_become_the_layouts_that_the_transpiler_makes() {
    let Some(corpus) = corpus::folder() else { return };
    let (mut cases, mut wrong) = (0, Vec::new());
    for line in corpus::lines(&corpus.join("sink/schema_to_columns.ndjson")) {
        cases += 1;
        let member = |name| line.0.member(0, name).map(|node| line.0.raw(node).to_vec());
        let schema = Schema::parse("case", member("schema").unwrap()).unwrap();
        let expected = member("bq").map(|bq| lines(&Layout::parse(&bq).unwrap()));
        let found = transpile::layout(&schema).map(|made| lines(&made.layout));
        if found.as_ref().ok() != expected.as_ref() {
            wrong.push(format!("{:?}: {found:#?} instead of {expected:#?}", line.text("t")));
        }
    }
    println!("{} of {cases} cases", cases - wrong.len());
    assert!(cases == 59 && wrong.is_empty(), "{wrong:#?}");
}

/// Glean's published schemas are the same for all pings: the columns come from elsewhere.
fn is_glean(schema: &Schema) -> bool {
    schema.keyword_text(0, "$id").is_some_and(|id| id.starts_with("moz://mozilla.org/schemas/glean"))
}

/// Columns whose types the generator sets in telemetry's environment before it transpiles.
const ENVIRONMENT: [&str; 8] = [
    "environment.addons.active_addons.value.foreign_install",
    "environment.addons.active_addons.value.user_disabled",
    "environment.addons.active_addons.value.version",
    "environment.addons.active_gm_plugins.value.apply_background_updates",
    "environment.addons.theme.foreign_install",
    "environment.settings.user_prefs",
    "environment.settings.user_prefs.key",
    "environment.settings.user_prefs.value",
];

/// Why a published layout is not what its schema becomes: what the generator adds to telemetry's schemas before it transpiles them.
fn reason(published: &[String], made: &[String]) -> &'static str {
    let missing: Vec<&str> = published.iter().filter(|line| !made.contains(line)).filter_map(|line| line.split(' ').next()).collect();
    let extra = made.iter().any(|line| !published.contains(line));
    match missing.iter().all(|path| ENVIRONMENT.contains(path)) {
        true if !extra => "types set in the environment",
        _ => "probes and other overrides",
    }
}

#[test]
fn published_layouts_are_what_their_schemas_become() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    let (mut all, mut equal, mut others) = (0, 0, BTreeMap::<_, Vec<String>>::new());
    let mut shared = BTreeMap::<_, usize>::new();
    for (at, doctype) in store.doctypes().iter().enumerate() {
        let (Some(schema), Some(published)) = (store.schema(at).unwrap(), store.layout(at).unwrap()) else { continue };
        if is_glean(&schema) {
            continue;
        }
        let made = misfit::rows::schemas::transpiled(&store, at).unwrap().unwrap();
        for lint in made.iter().flat_map(|made| &made.lints).filter(|lint| lint.kind != LintKind::Dropped) {
            *shared.entry((doctype.doctype.as_str(), lint.kind)).or_default() += 1;
        }
        let (published, made) = (lines(&published), made.map_or_else(|stop| vec![stop.to_string()], |made| lines(&made.layout)));
        all += 1;
        if published == made {
            equal += 1;
        } else {
            let name = format!("{}.{}", doctype.doctype, doctype.version);
            others.entry(reason(&published, &made)).or_default().push(name);
        }
    }
    println!("{equal} of {all} equal; the others: {others:#?}");
    assert_eq!(shared, BTreeMap::from([(("dnssec-study-v1", LintKind::SharedColumn), 132)]));
    let overridden = ["bhr.4", "deletion-request.4", "first-shutdown.5", "main.5", "new-profile.4", "sync.4"];
    assert_eq!((all, equal, others["types set in the environment"].len()), (118, 102, 10));
    assert_eq!(others["probes and other overrides"], overridden);
}

#[test]
fn splits_move_what_the_schema_of_their_subset_names() {
    let Some(corpus) = corpus::folder() else { return };
    let store = corpus::schemas(&corpus);
    for whole in ["main", "first-shutdown"] {
        let split = Split::of("telemetry", whole, "4").unwrap();
        let Lookup::Found(at) = store.lookup("telemetry", split.subset.0, Some(split.subset.1)) else { panic!("no {split:?}") };
        let subset = store.schema(at).unwrap().unwrap();
        let payload = subset.node_at_pointer("/properties/payload").unwrap();
        let (mut open, mut moved) = (vec![(payload, vec!["payload".to_owned()])], 0);
        while let Some((node, tokens)) = open.pop() {
            let by_schema = split.part(&tokens, Some(&subset));
            let Some(properties) = subset.keyword(node, "properties") else {
                moved += 1;
                assert_eq!((by_schema, split.part(&tokens, None)), (SplitPart::Subset, SplitPart::Subset), "{tokens:?}");
                continue;
            };
            assert_eq!(by_schema, SplitPart::Both, "{tokens:?}");
            let children = subset.document.children(properties);
            open.extend(
                children.map(|child| (child, tokens.iter().cloned().chain(subset.document.key(child).map(String::from)).collect())),
            );
        }
        println!("{whole}: {moved} members are moved");
        assert_eq!(moved, 5922);
    }
}
