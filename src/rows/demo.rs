//! The built-in sample: a small schema repository and an export of error rows, so that misfit can be tried without a file.
//!
//! Owns: the sample's schema files and its source of rows. Every name in it is made up.
//! Refuses: the rows themselves (rows, stories), showing them.

mod earlier;
mod rows;
mod stories;

use std::sync::Arc;

use crate::rows::schemas::memory::Memory;
use crate::rows::schemas::{SchemaError, SchemaStore};
use crate::rows::source::files::Files;
use crate::rows::source::{ErrorSource, SourceError};

/// What stands for the sample wherever a source or a schema folder is asked for.
pub const NAME: &str = "demo:";

/// What its rows and schemas are called.
pub const LABEL: &str = "demo";

/// The sample's schema repository, paths as in a real one. The layouts are what the pipeline's generator makes of the schemas.
const SCHEMAS: &[(&str, &[u8])] = &[
    ("acme-desktop/sync/sync.1.bq", include_bytes!("demo/schemas/acme-desktop/sync/sync.1.bq")),
    ("acme-desktop/sync/sync.1.schema.json", include_bytes!("demo/schemas/acme-desktop/sync/sync.1.schema.json")),
    ("acme-desktop/update/update.1.bq", include_bytes!("demo/schemas/acme-desktop/update/update.1.bq")),
    ("acme-desktop/update/update.1.schema.json", include_bytes!("demo/schemas/acme-desktop/update/update.1.schema.json")),
    ("acme-reader/events/events.1.bq", include_bytes!("demo/schemas/acme-reader/events/events.1.bq")),
    ("acme-reader/events/events.1.schema.json", include_bytes!("demo/schemas/acme-reader/events/events.1.schema.json")),
    ("acme-reader/session/session.1.bq", include_bytes!("demo/schemas/acme-reader/session/session.1.bq")),
    ("acme-reader/session/session.1.schema.json", include_bytes!("demo/schemas/acme-reader/session/session.1.schema.json")),
    ("telemetry/crash/crash.4.bq", include_bytes!("demo/schemas/telemetry/crash/crash.4.bq")),
    ("telemetry/crash/crash.4.schema.json", include_bytes!("demo/schemas/telemetry/crash/crash.4.schema.json")),
];

/// The sample's error rows.
pub fn source() -> Result<Arc<dyn ErrorSource>, SourceError> {
    Ok(Arc::new(Files::from_memory(LABEL, rows::ndjson())?))
}

/// The sample's schemas.
pub fn schemas() -> Result<SchemaStore, SchemaError> {
    SchemaStore::open(Box::new(Memory { earlier: Some(files_before), ..Memory::new(LABEL, SCHEMAS) }))
}

/// The sample's schemas a week before.
pub fn before() -> Result<SchemaStore, SchemaError> {
    SchemaStore::open(Box::new(files_before()))
}

fn files_before() -> Memory {
    let mut memory = Memory::new(&format!("{LABEL}, the week before"), SCHEMAS);
    for (path, now, before) in earlier::EDITS {
        for (_, bytes) in memory.files.iter_mut().filter(|(known, _)| known == path) {
            *bytes = String::from_utf8_lossy(bytes).replacen(now, before, 1).into_bytes().into();
        }
    }
    memory
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use super::*;
    use crate::pipeline::sink::Fate;
    use crate::rows::group::Status;
    use crate::rows::row::SourceRow;
    use crate::rows::source::{Request, Unwatched};
    use crate::triage::case;

    fn rows() -> Vec<SourceRow> {
        let mut rows = Vec::new();
        let visit = &mut |_, _, row| {
            rows.push(row);
            ControlFlow::Continue(())
        };
        assert_eq!(source().unwrap().rows(0..u64::MAX, &Unwatched, visit).unwrap().count, 0);
        rows
    }

    #[test]
    fn the_last_deploy_began_one_group_and_ended_another() {
        let request = Request { schemas: Some(Arc::new(schemas().unwrap())), ..Request::default() };
        let groups = source().unwrap().groups(&request, &Unwatched).unwrap();
        let of = |status| {
            groups
                .list
                .iter()
                .filter(|group| group.standing.status == Some(status))
                .map(|group| group.key.fault.to_string())
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Status::Began), ["propertyNames maxLength"]);
        assert_eq!(of(Status::Ended), ["required os"]);
        assert_eq!(of(Status::Ongoing).len() + 2, groups.list.len());
        assert_eq!((groups.list.len(), groups.jobs.len()), (32, 3));
        assert_eq!(groups.list.iter().filter(|group| group.noise).count(), 2);
    }

    #[test]
    fn every_edit_makes_another_file() {
        let (now, before) = (schemas().unwrap(), before().unwrap());
        for (path, ..) in earlier::EDITS {
            assert_ne!(now.file(path).unwrap(), before.file(path).unwrap(), "{path}");
            serde_json::from_slice::<serde_json::Value>(&before.file(path).unwrap()).unwrap();
        }
    }

    #[test]
    fn every_invalid_document_has_its_node_and_its_column() {
        let schemas = schemas().unwrap();
        for row in rows() {
            let message = row.column("error_message").unwrap().to_owned();
            let case = case::open(row, Some(&schemas));
            if !message.starts_with("org.everit") {
                assert!(case.broken.is_none(), "{message}");
                continue;
            }
            let broken = case.broken.unwrap_or_else(|| panic!("no node for {message}"));
            assert!(broken.schema_pointer.is_some() && !broken.ambiguous, "{message}: {broken:?}");
            assert!(broken.literal || matches!(broken.keyword, Some("anyOf" | "allOf")), "{message}: {broken:?}");
            let document = case.document.unwrap();
            let tokens = document.tokens(case.value.unwrap());
            assert!(tokens.starts_with(&broken.tokens), "{message}: {tokens:?}");
            let landing = case.landing.unwrap();
            assert!(landing.column.is_some() || landing.fate == Fate::Additional, "{message}: {landing:?}");
        }
    }
}
