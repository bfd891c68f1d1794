//! A server that answers as it is told: as much of BigQuery's REST API as tests of faults need.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// A request that came in.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub method: String,
    /// With the query behind it.
    pub path: String,
    pub headers: String,
    pub body: String,
}

impl Asked {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    pub(crate) fn is_dry_run(&self) -> bool {
        self.json()["configuration"]["dryRun"] == true
    }
}

/// What is answered.
pub(crate) struct Reply {
    pub status: u16,
    pub headers: &'static str,
    pub body: String,
    /// Bytes after which the connection is cut, though more were promised.
    pub cut: Option<usize>,
    pub delay: Duration,
}

impl Reply {
    pub(crate) fn json(body: Value) -> Self {
        Reply { status: 200, headers: "", body: body.to_string(), cut: None, delay: Duration::ZERO }
    }

    pub(crate) fn refusal(status: u16, reason: &str, message: &str) -> Self {
        let error = json!({"error": {"code": status, "message": message, "errors": [{"reason": reason, "message": message}]}});
        Reply { status, ..Reply::json(error) }
    }
}

/// A running server, which ends with the process.
pub(crate) struct Stub {
    pub endpoint: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Stub {
    /// Answers each request with what `reply` says to it; its number counts from 0.
    pub(crate) fn new(reply: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Stub {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (log, reply) = (asked.clone(), Arc::new(reply));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, reply) = (log.clone(), reply.clone());
                std::thread::spawn(move || while serve(&stream, &log, reply.as_ref()).is_some() {});
            }
        });
        Stub { endpoint, asked }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// Jobs that were started for good.
    pub(crate) fn started(&self) -> usize {
        self.asked().iter().filter(|asked| asked.method == "POST" && asked.path.ends_with("/jobs") && !asked.is_dry_run()).count()
    }
}

/// `None` once the connection has ended.
fn serve(stream: &TcpStream, log: &Mutex<Vec<Asked>>, reply: &dyn Fn(&Asked, usize) -> Reply) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|read| *read > 0)?;
    let mut headers = String::new();
    while !headers.ends_with("\r\n\r\n") && headers != "\r\n" {
        reader.read_line(&mut headers).ok().filter(|read| *read > 0)?;
    }
    let length = headers.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    let mut words = first.split(' ').map(str::to_owned);
    let asked = Asked { method: words.next()?, path: words.next()?, headers, body: String::from_utf8(body).ok()? };
    let number = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    let reply = reply(&asked, number);
    std::thread::sleep(reply.delay);
    let head = format!("HTTP/1.1 {} x\r\nContent-Length: {}\r\n{}\r\n", reply.status, reply.body.len(), reply.headers);
    let mut stream = stream;
    stream.write_all(head.as_bytes()).ok()?;
    stream.write_all(&reply.body.as_bytes()[..reply.cut.unwrap_or(reply.body.len())]).ok()?;
    if reply.cut.is_some() {
        let _ = stream.shutdown(std::net::Shutdown::Both);
        return None;
    }
    Some(())
}

/// The columns of an error table.
pub(crate) fn table() -> Value {
    let column = |name: &str, kind: &str| json!({"name": name, "type": kind, "mode": "NULLABLE"});
    let mut fields: Vec<Value> = [
        "document_namespace",
        "document_type",
        "document_version",
        "error_type",
        "exception_class",
        "error_message",
        "job_name",
        "uri",
        "client_id",
    ]
    .iter()
    .map(|name| column(name, "STRING"))
    .collect();
    fields.extend([column("payload", "BYTES"), column("submission_timestamp", "TIMESTAMP"), column("window", "RANGE")]);
    json!({
        "kind": "bigquery#table",
        "tableReference": {"projectId": "p", "datasetId": "d", "tableId": "t"},
        "type": "TABLE",
        "numRows": "7",
        "labels": {"schemas_build_id": "202001230145_be1f11e"},
        "schema": {"fields": fields},
    })
}

fn cell(value: Value) -> Value {
    json!({"v": value})
}

/// A row of the grouping query's answer: one coarse group.
pub(crate) fn coarse(id: Option<i64>, message: &str, rows: u64) -> Value {
    let cells = json!({"f": [cell("29706524".into()), cell("decoder-0".into()), cell(rows.to_string().into()), cell("1782391480000000".into()), cell("1782391490000000".into())]});
    let said = json!({"f": [cell(message.into()), cell(rows.to_string().into())]});
    json!({"f": [
        cell(id.map(|id| format!("{id:016x}")).into()), cell("0".into()), cell("acme".into()), cell("session".into()), cell("1".into()),
        cell("ParsePayload".into()), cell("org.everit.json.schema.ValidationException".into()), cell(rows.to_string().into()),
        cell(rows.to_string().into()), cell("1".into()), cell(json!([cell(cells)])), cell(json!([cell(said)])),
        cell(json!([cell("1782391490000000".into())])), cell(json!([cell("5".into())])),
    ]})
}

/// What a healthy server answers: a table, a dry run of so many bytes, a job that is done, a page with these rows.
pub(crate) fn healthy(asked: &Asked, bytes: u64, rows: &[Value]) -> Reply {
    let path = asked.path.split('?').next().unwrap_or("");
    let reference = json!({"projectId": "p", "jobId": asked.json()["jobReference"]["jobId"], "location": "US"});
    match (asked.method.as_str(), path) {
        ("GET", path) if path.contains("/tables/") => Reply::json(table()),
        ("POST", path) if path.ends_with("/jobs") && asked.is_dry_run() => {
            Reply::json(json!({"statistics": {"totalBytesProcessed": bytes.to_string()}, "status": {"state": "DONE"}}))
        }
        ("POST", path) if path.ends_with("/jobs") => Reply::json(json!({"jobReference": reference, "status": {"state": "RUNNING"}})),
        ("POST", path) if path.ends_with("/cancel") => Reply::json(json!({"job": {}})),
        ("GET", path) if path.contains("/queries/") => {
            Reply::json(json!({"jobComplete": true, "totalRows": rows.len().to_string(), "rows": rows}))
        }
        ("GET", path) if path.contains("/jobs/") => Reply::json(json!({"status": {"state": "DONE"}})),
        _ => Reply::refusal(404, "notFound", "no such path"),
    }
}
