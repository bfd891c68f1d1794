//! Whoever asks BigQuery: every kind of credentials gets its token, by way of proxies and private authorities, and says what it lacks.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::stub::{Asked, Reply, Stub, coarse, healthy};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

const MESSAGE: &str = "org.everit.json.schema.ValidationException: #/a: expected type: String, found: Null";

/// A home with one credentials file and a configuration.
struct Home {
    folder: tempfile::TempDir,
}

impl Home {
    fn new(endpoint: &str, key: &Value) -> Home {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.json"), key.to_string()).unwrap();
        std::fs::write(folder.path().join("config.toml"), format!("[bigquery]\nendpoint = \"{endpoint}\"\nauthenticate = true\n")).unwrap();
        Home { folder }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Counts the groups of a table with these variables.
    fn groups(&self, table: &str, variables: &[(&str, &str)], more: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
        command.env_clear().env("HOME", self.path()).env("PATH", "/nowhere");
        command.env("GOOGLE_APPLICATION_CREDENTIALS", self.path().join("key.json"));
        command.env("MISFIT_CONFIG", self.path().join("config.toml"));
        for (name, value) in variables {
            if value.is_empty() {
                command.env_remove(name)
            } else {
                command.env(name, value)
            };
        }
        command.args(["groups", table, "--since", "2026-06-25", "--until", "2026-06-26", "--refresh"]).args(more);
        command.output().unwrap()
    }

    fn counts(&self, variables: &[(&str, &str)]) {
        let output = self.groups("bigquery:p.d.t", variables, &[]);
        assert!(output.status.success(), "{}", told(&output));
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn user(token_uri: &str) -> Value {
    json!({"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", "token_uri": token_uri})
}

fn fine(asked: &Asked) -> Reply {
    healthy(asked, 10, &[coarse(Some(1), MESSAGE, 3)])
}

/// A server that gives tokens and answers to whoever has the last of them.
fn server(token: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Stub {
    let asked_for = AtomicUsize::new(0);
    Stub::new(move |asked, _| {
        if asked.path.contains("/token") || asked.path.contains("computeMetadata") {
            return token(asked, asked_for.fetch_add(1, Ordering::Relaxed));
        }
        if asked.headers.contains("Bearer good") { fine(asked) } else { Reply::refusal(401, "authError", "no") }
    })
}

fn good() -> Reply {
    Reply::json(json!({"access_token": "good", "expires_in": 3600}))
}

#[test]
fn a_token_server_that_fails_for_now_is_asked_again() {
    let stub = server(|_, number| match number {
        0 => Reply { status: 503, body: "<html>".into(), ..Reply::json(json!(0)) },
        1 => Reply { cut: Some(3), ..good() },
        2 => Reply { status: 429, ..Reply::json(json!({"error": "rate_limit"})) },
        _ => good(),
    });
    Home::new(&stub.endpoint, &user(&format!("{}/token", stub.endpoint))).counts(&[]);
    let refuses = server(|_, _| Reply { status: 400, ..Reply::json(json!({"error": "invalid_grant"})) });
    let output = Home::new(&refuses.endpoint, &user(&format!("{}/token", refuses.endpoint))).groups("bigquery:p.d.t", &[], &[]);
    assert!(told(&output).contains("the token server gave no token: invalid_grant; run `gcloud auth application-default login`"));
    assert_eq!(refuses.asked().len(), 1);
}

#[test]
fn only_a_quota_project_is_told_as_one() {
    let stub = server(|_, _| good());
    let key = user(&format!("{}/token", stub.endpoint));
    let home = Home::new(&stub.endpoint, &key);
    let quota = || {
        let asked = stub.asked();
        let last = asked.iter().rfind(|asked| asked.path.ends_with("/jobs")).unwrap();
        let header = last.headers.lines().find_map(|line| line.strip_prefix("x-goog-user-project: ").map(str::to_owned));
        (last.path.clone(), header)
    };
    assert!(home.groups("bigquery:p.d.t", &[], &["--project", "payer"]).status.success());
    assert_eq!(quota(), ("/bigquery/v2/projects/payer/jobs".to_owned(), None));
    home.counts(&[("GOOGLE_CLOUD_QUOTA_PROJECT", "quota"), ("GOOGLE_CLOUD_PROJECT", "mine")]);
    assert_eq!(quota(), ("/bigquery/v2/projects/mine/jobs".to_owned(), Some("quota".to_owned())));
}

#[test]
fn a_table_without_a_project_is_of_the_one_that_pays() {
    let stub = server(|_, _| good());
    let home = Home::new(&stub.endpoint, &user(&format!("{}/token", stub.endpoint)));
    let output = home.groups("bigquery:d.t", &[("GOOGLE_CLOUD_PROJECT", "mine")], &[]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(stub.asked().iter().any(|asked| asked.path == "/bigquery/v2/projects/mine/datasets/d/tables/t"));
    let output = home.groups("bigquery:d.t", &[], &[]);
    assert!(told(&output).contains("it has no project; a table is PROJECT.DATASET.TABLE"), "{}", told(&output));
}

#[test]
fn a_machine_in_the_cloud_pays_with_its_own_project() {
    let stub = server(|asked, _| match asked.path.as_str() {
        "/computeMetadata/v1/project/project-id" => Reply { body: "machine-project".into(), ..Reply::json(json!(0)) },
        _ => good(),
    });
    let home = Home::new(&stub.endpoint, &json!(0));
    let host = stub.endpoint.trim_start_matches("http://");
    let output = home.groups("bigquery:d.t", &[("GOOGLE_APPLICATION_CREDENTIALS", ""), ("GCE_METADATA_HOST", host)], &[]);
    assert!(output.status.success(), "{}", told(&output));
    assert!(stub.asked().iter().any(|asked| asked.path == "/bigquery/v2/projects/machine-project/jobs"));
}

/// Runs openssl; `None` where it is missing.
fn openssl(folder: &Path, arguments: &str) -> Option<()> {
    let run = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).stderr(Stdio::null()).stdout(Stdio::null()).status();
    let done = run.is_ok_and(|status| status.success());
    if !done {
        println!("skipped: openssl is not there to make keys for this test");
    }
    done.then_some(())
}

fn claims(asked: &Asked) -> Value {
    let assertion = asked.body.split('&').find_map(|part| part.strip_prefix("assertion=")).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(assertion.split('.').nth(1).unwrap()).unwrap()).unwrap()
}

#[test]
fn a_service_account_behind_a_proxy_gets_its_token_whatever_the_clock_says() {
    let keys = tempfile::tempdir().unwrap();
    if openssl(keys.path(), "genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem").is_none() {
        return;
    }
    let date = |minutes: i64| {
        let there = jiff::Timestamp::now() + jiff::SignedDuration::from_mins(minutes);
        let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&there).unwrap();
        &*Box::leak(format!("Date: {date}\r\n").into_boxed_str())
    };
    let stub = server(move |_, number| match number {
        0 => {
            Reply { status: 400, headers: date(-30), ..Reply::json(json!({"error": "invalid_grant", "error_description": "Invalid JWT"})) }
        }
        _ => Reply { headers: date(-30), ..good() },
    });
    let key = json!({"type": "service_account", "project_id": "of-the-key", "client_email": "a@b", "token_uri": "http://tokens.example/token",
        "private_key": std::fs::read_to_string(keys.path().join("key.pem")).unwrap()});
    let home = Home::new(&stub.endpoint, &key);
    let output = home.groups("bigquery:p.d.t", &[("HTTP_PROXY", &stub.endpoint)], &[]);
    assert!(output.status.success(), "{}", told(&output));
    let asked: Vec<Asked> = stub.asked().into_iter().filter(|asked| asked.path.contains("/token")).collect();
    assert!(asked.iter().all(|asked| asked.path == "http://tokens.example/token"), "{asked:?}");
    let claims: Vec<Value> = asked.iter().map(claims).collect();
    assert_eq!((&claims[0]["iss"], &claims[0]["aud"], claims.len()), (&json!("a@b"), &json!("http://tokens.example/token"), 2));
    let slow = claims[0]["iat"].as_i64().unwrap() - claims[1]["iat"].as_i64().unwrap();
    assert!((1_700..1_900).contains(&slow), "{slow}");
    assert!(stub.asked().iter().any(|asked| asked.path == "/bigquery/v2/projects/of-the-key/jobs"));
    let broken = Home::new(&stub.endpoint, &json!({"type": "service_account", "client_email": "a@b", "private_key": "s3cret"}));
    let told = told(&broken.groups("bigquery:p.d.t", &[], &[]));
    assert!(
        told.contains("the service account cannot ask for a token: its private key cannot be used") && !told.contains("s3cret"),
        "{told}"
    );
}

#[test]
fn federation_workforces_and_chains_get_their_token_and_what_cannot_is_named() {
    let stub = server(|asked, _| match asked.path.as_str() {
        "/token/subject" => Reply::json(json!({"id": "theirs"})),
        "/token/exchange" if asked.body.contains("subject_token=theirs") => {
            Reply::json(json!({"access_token": "first", "expires_in": 3600}))
        }
        "/token/first" if asked.headers.contains("Bearer first") => {
            Reply::json(json!({"accessToken": "second", "expireTime": "2033-01-01T00:00:00Z"}))
        }
        "/token/second" if asked.headers.contains("Bearer second") && asked.body.contains("\"delegates\":[\"d\"]") => {
            Reply::json(json!({"accessToken": "good", "expireTime": "2033-01-01T00:00:00Z"}))
        }
        "/token/workforce" if asked.headers.contains("Basic ") && !asked.body.contains("client_secret") => good(),
        _ => Reply { status: 400, ..Reply::json(json!({"error": {"message": "not so"}})) },
    });
    let at = |path: &str| format!("{}{path}", stub.endpoint);
    let external = |source: Value| {
        json!({"type": "external_account", "audience": "a", "subject_token_type": "t", "token_url": at("/token/exchange"),
            "service_account_impersonation_url": at("/token/first"), "credential_source": source})
    };
    let by_address = json!({"url": at("/token/subject"), "format": {"type": "json", "subject_token_field_name": "id"}});
    let chain = json!({"type": "impersonated_service_account", "service_account_impersonation_url": at("/token/second"), "delegates": ["d"],
        "source_credentials": external(by_address)});
    Home::new(&stub.endpoint, &chain).counts(&[]);
    let workforce = json!({"type": "external_account_authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r",
        "token_url": at("/token/workforce"), "audience": "a"});
    Home::new(&stub.endpoint, &workforce).counts(&[]);
    let file = Home::new(&stub.endpoint, &json!(0));
    std::fs::write(file.path().join("theirs"), "theirs\n").unwrap();
    let by_file = external(json!({"file": file.path().join("theirs")}));
    let refused = told(&Home::new(&stub.endpoint, &by_file).groups("bigquery:p.d.t", &[], &[]));
    // The first account of the chain may not ask BigQuery itself.
    assert!(refused.contains("BigQuery no longer accepts the credentials"), "{refused}");
    for (source, kind) in [
        (json!({"executable": {"command": "x"}}), "workload identity federation by a program that is run (executable)"),
        (json!({"environment_id": "aws1"}), "workload identity federation of AWS"),
    ] {
        let told = told(&Home::new(&stub.endpoint, &external(source)).groups("bigquery:p.d.t", &[], &[]));
        assert!(told.contains(kind) && told.contains("misfit takes it only where gcloud is installed"), "{told}");
    }
}

/// A server with a certificate, which ends with this.
struct Guarded {
    port: String,
    child: Child,
}

impl Drop for Guarded {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn guarded(folder: &Path, stub: &Stub) -> Option<Guarded> {
    let curve = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
    std::fs::write(folder.join("of-server"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").unwrap();
    openssl(folder, &format!("req -x509 {curve} -keyout ca.key -out ca.pem -days 3650 -subj /CN=made-up-authority"))?;
    openssl(folder, &format!("req {curve} -keyout server.key -out server.csr -subj /CN=made-up-server"))?;
    openssl(folder, "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem -days 3650 -extfile of-server")?;
    let port = stub.endpoint.rsplit(':').next().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bigquery/tls.py");
    let pythons = [std::env::var("MISFIT_PYTHON").unwrap_or_else(|_| "python3.13".into()), "python3".into()];
    let guarded = pythons.iter().find_map(|python| {
        let mut command = Command::new(python);
        command.arg(&script).args(["server.pem", "server.key", port]).current_dir(folder);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().ok()?;
        // What stands for a Python that is not installed starts, and ends without a word.
        let mut line = String::new();
        BufReader::new(child.stdout.take()?).read_line(&mut line).ok()?;
        let port = line.trim().to_owned();
        (!port.is_empty()).then_some(Guarded { port, child })
    });
    if guarded.is_none() {
        println!("skipped: no Python for a server with a certificate: put python3.13 on PATH or name it in MISFIT_PYTHON");
    }
    guarded
}

#[test]
fn a_private_authority_is_trusted_where_it_is_named_and_told_at_once_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let stub = Stub::new(|asked, _| fine(asked));
    let Some(guarded) = guarded(folder.path(), &stub) else { return };
    let home = Home::new("unused", &json!(0));
    std::fs::write(home.path().join("config.toml"), "").unwrap();
    let endpoint = format!("https://127.0.0.1:{}", guarded.port);
    let run = |variables: &[(&str, &str)]| {
        let begun = Instant::now();
        let output = home.groups("bigquery:p.d.t", variables, &["--endpoint", &endpoint]);
        (output, begun.elapsed())
    };
    let authority = folder.path().join("ca.pem");
    let (output, _) = run(&[("SSL_CERT_FILE", authority.to_str().unwrap())]);
    assert!(output.status.success(), "{}", told(&output));
    let (output, took) = run(&[]);
    assert!(
        told(&output).contains("shows a certificate of an authority that this machine does not know (UnknownIssuer)"),
        "{}",
        told(&output)
    );
    assert!(told(&output).contains("SSL_CERT_FILE") && took < Duration::from_secs(6), "{took:?}");
    let (output, _) = run(&[("SSL_CERT_FILE", "/nowhere/ca.pem")]);
    assert!(told(&output).contains("SSL_CERT_FILE names /nowhere/ca.pem, which cannot be read"), "{}", told(&output));
    let (output, _) = run(&[("SSL_CERT_FILE", folder.path().join("server.csr").to_str().unwrap())]);
    assert!(told(&output).contains("which holds no certificate in the form of PEM"), "{}", told(&output));
}
