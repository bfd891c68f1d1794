//! The built-in sample: a small schema repository, so that misfit can be tried without a file.
//!
//! Owns: the sample's schema files. Every name in it is made up.
//! Refuses: showing it.

use crate::schemas::memory::Memory;
use crate::schemas::{SchemaError, SchemaStore};

/// What stands for the sample wherever a source or a schema folder is asked for.
pub const NAME: &str = "demo:";

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

/// The sample's schemas.
pub fn schemas() -> Result<SchemaStore, SchemaError> {
    SchemaStore::open(Box::new(Memory::new("demo schemas", SCHEMAS)))
}
