//! The sample's schemas as they were a week before: what a deploy would refuse since.
//!
//! Owns: which parts of the files were others.
//! Refuses: the files themselves.

/// File, what stands in it, what stood there before.
pub(super) const EDITS: [(&str, &str, &str); 7] = [
    ("acme-reader/events/events.1.bq", OS, OS_AND_MORE),
    ("acme-reader/session/session.1.bq", OS, OS_AND_MORE),
    (
        "telemetry/crash/crash.4.bq",
        "\"name\": \"memory_mb\",\n            \"type\": \"INT64\"",
        "\"name\": \"memory_mb\",\n            \"type\": \"STRING\"",
    ),
    ("acme-desktop/update/update.1.bq", CHANNEL, ATTEMPTS),
    ("acme-desktop/sync/sync.1.bq", STATUS, ""),
    ("acme-desktop/sync/sync.1.schema.json", "\"deviceId\",\n          \"os\"\n", "\"deviceId\"\n"),
    ("acme-reader/session/session.1.schema.json", "\"maxLength\": 61", "\"maxLength\": 80"),
];

const OS: &str = "        \"name\": \"os\",\n        \"type\": \"STRING\"\n      }\n    ],";

const OS_AND_MORE: &str = r#"        "name": "os",
        "type": "STRING"
      },
      {
        "description": "Architecture of the machine.",
        "mode": "NULLABLE",
        "name": "architecture",
        "type": "STRING"
      },
      {
        "description": "Version of the operating system.",
        "mode": "NULLABLE",
        "name": "os_version",
        "type": "STRING"
      }
    ],"#;

const CHANNEL: &str = "  {\n    \"description\": \"Channel that the update came from.\",";

const ATTEMPTS: &str = r#"  {
    "description": "Attempts until it succeeded.",
    "mode": "NULLABLE",
    "name": "attempts",
    "type": "INT64"
  },
  {
    "description": "Channel that the update came from.","#;

const STATUS: &str = r#"  {
    "description": "How it ended.",
    "mode": "NULLABLE",
    "name": "status",
    "type": "STRING"
  },
"#;
