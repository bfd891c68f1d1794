//! A BigQuery server on this machine: made once under target/, started once for each test program.

pub(crate) mod analyzer;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, OnceLock, PoisonError};

use misfit::rows::source::bigquery::Settings;
use serde_json::{Value, json};

/// The project that the server is of.
pub(crate) const PROJECT: &str = "moz-fx-data-shared-prod";
/// Where the error tables are.
pub(crate) const DATASET: &str = "payload_bytes_error";

/// A running server. It ends with this process, which holds its standard input.
pub(crate) struct Server {
    pub endpoint: String,
    http: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    _child: Child,
}

/// The server; says in one line why there is none.
pub(crate) fn server() -> Option<&'static Server> {
    static SERVER: OnceLock<Option<Server>> = OnceLock::new();
    let server = SERVER.get_or_init(|| start().map_err(|reason| println!("skipped: {reason}")).ok());
    server.as_ref()
}

fn start() -> Result<Server, String> {
    let python = environment("bigquery", "tests/bigquery/requirements.txt")?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let data = root.join("target/bigquery-data").join(std::process::id().to_string());
    let mut child = Command::new(python)
        .arg(root.join("tests/bigquery/server.py"))
        .args([data.as_os_str(), PROJECT.as_ref()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("the BigQuery server does not start: {error}"))?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let ready = lines.find_map(|line| line.ok()?.strip_prefix("READY ").map(str::to_owned));
    let endpoint = ready.ok_or("the BigQuery server ended before it was ready")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().map_err(|error| error.to_string())?;
    let http = reqwest::Client::builder().no_proxy().build().map_err(|error| error.to_string())?;
    let server = Server { endpoint, http, runtime, _child: child };
    server.make(DATASET);
    Ok(server)
}

/// The interpreter of an environment under target/ with everything in it, made where there is none yet.
fn environment(name: &str, requirements: &str) -> Result<PathBuf, String> {
    static MAKER: Mutex<()> = Mutex::new(());
    let _maker = MAKER.lock().unwrap_or_else(PoisonError::into_inner);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("target").join(name);
    let (interpreter, ready) = (folder.join("bin/python"), folder.join("ready"));
    let wanted = fs::read(root.join(requirements)).map_err(|error| error.to_string())?;
    if fs::read(&ready).is_ok_and(|had| had == wanted) {
        return Ok(interpreter);
    }
    let python = std::env::var("MISFIT_PYTHON").unwrap_or_else(|_| "python3.13".to_owned());
    let run = |program: &Path, arguments: &[&str]| {
        let status = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
        if status.is_ok_and(|status| status.success()) {
            Ok(())
        } else {
            Err(format!("{} {} failed", program.display(), arguments.join(" ")))
        }
    };
    run(Path::new(&python), &["--version"])
        .map_err(|_| "no Python 3.13 for the tests of BigQuery: put python3.13 on PATH or name it in MISFIT_PYTHON")?;
    println!("making an environment for the tests of BigQuery in {}; this takes a minute or two", folder.display());
    let _ = fs::remove_dir_all(&folder);
    run(Path::new(&python), &["-m", "venv", &folder.to_string_lossy()])?;
    run(&interpreter, &["-m", "pip", "install", "-q", "--no-deps", "-r", &root.join(requirements).to_string_lossy()])?;
    fs::write(&ready, wanted).map_err(|error| error.to_string())?;
    Ok(interpreter)
}

impl Server {
    /// Settings for this server that keep nothing.
    pub(crate) fn settings(&self) -> Settings {
        Settings { endpoint: Some(self.endpoint.clone()), project: Some(PROJECT.to_owned()), cache: None, ..Settings::default() }
    }

    /// Sends JSON to a path behind the base of the API.
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let url = format!("{}/bigquery/v2{path}", self.endpoint);
        self.send(&url, "application/json", body.to_string().into_bytes())
    }

    fn send(&self, url: &str, kind: &str, body: Vec<u8>) -> Value {
        let request = self.http.post(url).header("content-type", kind).body(body);
        let answer: Value = self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        assert!(answer.get("error").is_none(), "{answer}");
        answer
    }

    /// Runs SQL as the console would; gives the rows' cells.
    pub(crate) fn query(&self, sql: &str) -> Vec<Value> {
        let body = json!({"query": sql, "useLegacySql": false, "timeoutMs": 60_000, "maxResults": 100_000});
        let answer = self.post(&format!("/projects/{PROJECT}/queries"), &body);
        answer["rows"].as_array().cloned().unwrap_or_default()
    }

    /// Makes a table partitioned by day, with rows in NDJSON.
    pub(crate) fn load(&self, table: &str, fields: &Value, rows: &str) {
        self.load_in(DATASET, table, fields, rows);
    }

    /// Makes a dataset.
    pub(crate) fn make(&self, dataset: &str) {
        self.post(&format!("/projects/{PROJECT}/datasets"), &json!({"datasetReference": {"projectId": PROJECT, "datasetId": dataset}}));
    }

    /// The same in a dataset that is there.
    pub(crate) fn load_in(&self, dataset: &str, table: &str, fields: &Value, rows: &str) {
        // The server takes one writer at a time.
        static WRITER: Mutex<()> = Mutex::new(());
        let _writer = WRITER.lock().unwrap_or_else(PoisonError::into_inner);
        let name = json!({"projectId": PROJECT, "datasetId": dataset, "tableId": table});
        let has_time = fields.as_array().unwrap().iter().any(|field| field["name"] == "submission_timestamp");
        let mut made = json!({
            "tableReference": name, "schema": {"fields": fields}, "labels": {"schema_id": "error_1", "schemas_build_id": "202001230145_be1f11e"},
        });
        if has_time {
            made["timePartitioning"] = json!({"type": "DAY", "field": "submission_timestamp"});
            made["requirePartitionFilter"] = json!(true);
        }
        self.post(&format!("/projects/{PROJECT}/datasets/{dataset}/tables"), &made);
        if rows.is_empty() {
            return;
        }
        let load = json!({"configuration": {"load": {"destinationTable": name, "sourceFormat": "NEWLINE_DELIMITED_JSON", "schema": {"fields": fields}}}});
        let body = format!(
            "--edge\r\nContent-Type: application/json\r\n\r\n{load}\r\n--edge\r\nContent-Type: application/octet-stream\r\n\r\n{rows}\r\n--edge--\r\n"
        );
        let url = format!("{}/upload/bigquery/v2/projects/{PROJECT}/jobs?uploadType=multipart", self.endpoint);
        let mut job = self.send(&url, "multipart/related; boundary=edge", body.into_bytes());
        while job["status"]["state"] != "DONE" {
            std::thread::sleep(std::time::Duration::from_millis(50));
            let id = job["jobReference"]["jobId"].as_str().unwrap().to_owned();
            let request = self.http.get(format!("{}/bigquery/v2/projects/{PROJECT}/jobs/{id}", self.endpoint));
            job = self.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        }
        assert!(job["status"].get("errorResult").is_none(), "{job}");
    }
}

/// Columns of an error table as far as tests need them.
pub(crate) fn columns() -> Value {
    let texts = [
        "document_namespace",
        "document_type",
        "document_version",
        "error_message",
        "error_type",
        "exception_class",
        "job_name",
        "uri",
        "client_id",
    ];
    let mut fields: Vec<Value> = texts.iter().map(|name| json!({"name": name, "type": "STRING", "mode": "NULLABLE"})).collect();
    fields.push(json!({"name": "payload", "type": "BYTES", "mode": "NULLABLE"}));
    fields.push(json!({"name": "submission_timestamp", "type": "TIMESTAMP", "mode": "NULLABLE"}));
    Value::Array(fields)
}
