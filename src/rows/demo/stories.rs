//! What goes wrong in the sample: one entry for each kind of failure.
//!
//! Owns: the documents that fit, what is changed in them, the message that the pipeline writes for the change, how many rows each job refuses.
//! Refuses: rows and columns of the error table (rows).
//!
//! Names in angle brackets are filled in per row, see `rows::values`. Namespaces, keys and numbers are made up.

/// One kind of failure.
pub(super) struct Story {
    /// `namespace/doctype.version` as the submission names it; without a version for telemetry, empty where the address tells none.
    pub doctype: &'static str,
    /// `error_type`
    pub stage: &'static str,
    /// `exception_class`
    pub class: &'static str,
    /// The message behind the class.
    pub text: &'static str,
    /// The piece of the fitting document that is replaced …
    pub find: &'static str,
    /// … and its replacement; `<cut>` in it ends the document.
    pub put: &'static str,
    /// Rows by job, oldest first.
    pub rows: [u64; 3],
}

const VALIDATION: &str = "org.everit.json.schema.ValidationException";
const SCHEMA_NOT_FOUND: &str = "com.mozilla.telemetry.ingestion.core.schema.SchemaNotFoundException";

/// A document that validation refuses.
const fn invalid(doctype: &'static str, rows: [u64; 3], find: &'static str, put: &'static str, text: &'static str) -> Story {
    Story { doctype, stage: "ParsePayload", class: VALIDATION, text, find, put, rows }
}

/// A document that fails before validation.
const fn refused(
    doctype: &'static str,
    rows: [u64; 3],
    class: &'static str,
    find: &'static str,
    put: &'static str,
    text: &'static str,
) -> Story {
    Story { doctype, stage: "ParsePayload", class, text, find, put, rows }
}

/// An address that the pipeline does not understand; the document is not looked at.
const fn unrouted(doctype: &'static str, rows: [u64; 3], class: &'static str, text: &'static str) -> Story {
    Story { doctype, stage: "ParseUri", class, text, find: "", put: "", rows }
}

/// All failures of the sample.
pub(super) const STORIES: [Story; 32] = [
    // The newest job has a schema that limits labels to 40 characters.
    invalid(
        "acme-reader/session.1",
        [0, 0, 30],
        r#"{"back":4}"#,
        r#"{"back":4,"<label>":<n>}"#,
        "#/metrics/labeled_counter/reader.toolbar_clicks/<label>: expected maxLength: 40, actual: <#label>",
    ),
    invalid("acme-reader/session.1", [4, 4, 2], r#""app_build":"2026030912","#, "", "#/client_info: required key [app_build] not found"),
    invalid(
        "acme-reader/session.1",
        [4, 3, 3],
        r#""reader.pages_read":12"#,
        r#""reader.pages_read":<n>.5"#,
        "#/metrics/counter/reader.pages_read: expected type: Integer, found: BigDecimal",
    ),
    invalid(
        "acme-reader/session.1",
        [2, 2, 1],
        "https://feeds.example/top",
        "feeds.example/<word>",
        r"#/metrics/url/reader.feed_source: string [feeds.example/<word>] does not match pattern ^((?!data)([a-zA-Z][a-zA-Z0-9-\+\.]*):(.*))$",
    ),
    invalid("acme-reader/session.1", [1, 1, 1], r#""zoom":1.5"#, r#""zoom":<n>0.5"#, "#/pages/0/zoom: <n>0.5 is not less or equal to 4"),
    invalid(
        "acme-reader/events.1",
        [3, 4, 2],
        r#""timestamp":1<at>}"#,
        r#""timestamp":1<at>.25}"#,
        "#/events/<at>/timestamp: expected type: Integer, found: BigDecimal",
    ),
    invalid(
        "acme-reader/events.1",
        [2, 3, 1],
        r#"{"button":"next"}"#,
        r#"{"button":"next","<word>":"<long>"}"#,
        "#/events/1/extra/<word>: expected maxLength: 100, actual: <#long>",
    ),
    invalid("acme-reader/events.1", [1, 2, 1], r#""events":["#, r#""events":[<six>"#, "#/events: expected maximum item count: 8, found: 9"),
    invalid(
        "acme-desktop/sync.1",
        [4, 5, 3],
        r#""deviceId":"d<at>""#,
        r#""deviceId":"d<at>","<word>":<n>"#,
        "#/devices/<at>: extraneous key [<word>] is not permitted",
    ),
    // The newest job has a client that always sends the operating system.
    invalid("acme-desktop/sync.1", [12, 12, 0], r#","os":"os<at>""#, "", "#/devices/<at>: required key [os] not found"),
    invalid(
        "acme-desktop/sync.1",
        [3, 4, 2],
        r#""status":"ok""#,
        r#""status":"<state>""#,
        "#/status: #: only 1 subschema matches out of 2",
    ),
    invalid(
        "acme-desktop/sync.1",
        [3, 3, 2],
        r#""took":2<at>"#,
        r#""took":"2<at> ms""#,
        "#/engines/<at>/took: #: no subschema matched out of the total 2 subschemas",
    ),
    invalid(
        "acme-desktop/update.1",
        [3, 2, 2],
        "2026-03-02T10:14:00Z",
        "2026-03-0<n> 10:14:00",
        "#/started: [2026-03-0<n> 10:14:00] is not a valid date-time. Expected [yyyy-MM-dd'T'HH:mm:ssZ, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}Z, \
         yyyy-MM-dd'T'HH:mm:ss[+-]HH:mm, yyyy-MM-dd'T'HH:mm:ss.[0-9]{1,9}[+-]HH:mm]",
    ),
    invalid(
        "acme-desktop/update.1",
        [1, 1, 1],
        r#""bytes":73400320"#,
        r#""bytes":-<n>"#,
        "#/download/bytes: -<n> is not greater or equal to 0",
    ),
    invalid(
        "acme-desktop/update.1",
        [1, 1, 1],
        r#"["download",12.5]"#,
        r#"["download",12.5,"retry"]"#,
        "#/phases/1: expected: [2] array items, found: [3]",
    ),
    // A key that would rename the terminal's window and turn its text red.
    invalid(
        "acme-desktop/update.1",
        [1, 1, 1],
        r#""app.update.auto":"true""#,
        r#""app.update.auto":"true","\u001b]0;hello\u0007\u001b[31mred":<n>"#,
        "#/preferences/\u{1b}]0;hello\u{7}\u{1b}[31mred: expected type: String, found: Integer",
    ),
    invalid("telemetry/crash", [4, 4, 3], HASH, "null", "#/payload/minidumpSha256Hash: expected type: String, found: Null"),
    invalid("telemetry/crash", [1, 1, 1], r#","processType":"content""#, "", "#/payload: property [processType] is required"),
    invalid(
        "telemetry/crash",
        [1, 2, 1],
        r#""memoryMB":16384"#,
        r#""memoryMB":"<n> GB""#,
        "#/environment/system/memoryMB: #: no subschema matched out of the total 2 subschemas",
    ),
    // One cause in two doctypes: a system that tells no name.
    invalid(
        "acme-reader/session.1",
        [1, 1, 1],
        r#""os":"Android""#,
        r#""os":null"#,
        "#/client_info/os: expected type: String, found: Null",
    ),
    invalid("acme-reader/events.1", [2, 1, 1], r#""os":"iOS""#, r#""os":null"#, "#/client_info/os: expected type: String, found: Null"),
    refused(
        "telemetry/crash",
        [1, 2, 2],
        SCHEMA_NOT_FOUND,
        r#""version":4"#,
        r#""version":5"#,
        "No schema with name: telemetry/crash/crash.5.schema.json",
    ),
    refused(
        "telemetry/crash",
        [1, 1, 1],
        SCHEMA_NOT_FOUND,
        r#","version":4"#,
        "",
        "Element was assumed to be a telemetry message because it contains no document_version attribute, but the payload does not include \
         the top-level 'version' or 'v' field expected for a telemetry document",
    ),
    refused("acme-raeder/session.1", [2, 2, 1], SCHEMA_NOT_FOUND, "", "", "No such docType: acme-raeder/session"),
    refused("acme-reader/session.3", [0, 2, 2], SCHEMA_NOT_FOUND, "", "", "No schema with name: acme-reader/session/session.3.schema.json"),
    refused(
        "acme-desktop/update.1",
        [2, 1, 1],
        "com.fasterxml.jackson.core.JsonParseException",
        r#""succeeded":true"#,
        r#""succeeded":undefined"#,
        "Unrecognized token 'undefined': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n \
         at [Source: <source>; line: 1, column: <stop>]",
    ),
    refused(
        "acme-reader/session.1",
        [1, 1, 1],
        "com.fasterxml.jackson.core.io.JsonEOFException",
        r#","pages":"#,
        "<cut>",
        "Unexpected end-of-input: expected close marker for Object (start marker at [Source: <source>; line: 1, column: 1])\n \
         at [Source: <source>; line: 1, column: <stop>]",
    ),
    refused("acme-reader/events.1", [1, 0, 1], "java.io.IOException", "{", "<cut>", "json value is not an object"),
    refused("acme-desktop/sync.1", [3, 3, 2], "com.mozilla.telemetry.decoder.MessageScrubber$UnwantedDataException", "", "", "9000001"),
    refused("telemetry/crash", [1, 2, 1], "com.mozilla.telemetry.decoder.MessageScrubber$AffectedByBugException", "", "", "9000017"),
    unrouted("", [2, 1, 1], "com.mozilla.telemetry.decoder.ParseUri$InvalidUriException", "Unknown URI prefix"),
    unrouted(
        "",
        [1, 1, 1],
        "com.mozilla.telemetry.decoder.ParseUri$UnexpectedPathElementsException",
        "Found 1 more path elements in the URI than expected for this endpoint",
    ),
];

const HASH: &str = r#""5f2b1c0d9e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c""#;

/// The document of a doctype that fits its schema, `None` where the sample has none.
pub(super) fn fitting(doctype: &str) -> &'static str {
    match doctype.split('.').next().unwrap_or_default() {
        "acme-reader/events" => EVENTS,
        "acme-desktop/sync" => SYNC,
        "acme-desktop/update" => UPDATE,
        "telemetry/crash" => CRASH,
        _ => SESSION,
    }
}

const SESSION: &str = r#"{"client_info":{"app_build":"2026030912","app_channel":"release","app_version":"4.2.0","client_id":"<id>","locale":"en","os":"Android"},"metrics":{"counter":{"reader.pages_read":12,"reader.text_resized":1},"labeled_counter":{"reader.toolbar_clicks":{"back":4}},"timespan":{"reader.first_page":{"time_unit":"millisecond","value":<big>}},"url":{"reader.feed_source":"https://feeds.example/top"}},"pages":[{"kind":"article","seconds":41.5,"zoom":1.5},{"kind":"list","seconds":6}]}"#;

const EVENTS: &str = r#"{"client_info":{"app_build":"2026030912","app_channel":"beta","client_id":"<id>","locale":null,"os":"iOS"},"events":[{"category":"page","name":"open","timestamp":10},{"category":"page","extra":{"button":"next"},"name":"turn","timestamp":11},{"category":"page","name":"close","timestamp":12}]}"#;

const SYNC: &str = r#"{"startedAt":"2026-03-02T10:14:00Z","status":"ok","devices":[{"deviceId":"d0","os":"os0"},{"deviceId":"d1","os":"os1","version":"131.0"},{"deviceId":"d2","os":"os2"}],"engines":[{"name":"bookmarks","took":20,"incoming":{"applied":<n>},"outgoing":[50,12]},{"name":"history","took":21,"incoming":null},{"name":"tabs","took":22}]}"#;

const UPDATE: &str = r#"{"channel":"release","started":"2026-03-02T10:14:00Z","download":{"bytes":73400320,"seconds":<big>.5,"mirrors":["one.example","two.example"]},"phases":[["check",0.4],["download",12.5]],"preferences":{"app.update.auto":"true"},"succeeded":true}"#;

const CRASH: &str = r#"{"type":"crash","creationDate":"2026-03-02T10:14:00.120Z","version":4,"application":{"buildId":"20260226101500","name":"Acme","channel":"release"},"clientId":"<id>","payload":{"crashDate":"2026-03-01","minidumpSha256Hash":"5f2b1c0d9e8a7b6c5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a3b2c","metadata":{"StartupCrash":"0","Uptime":"<big>"},"processType":"content","hasCrashEnvironment":true},"environment":{"system":{"isWow64":false,"memoryMB":16384}}}"#;
