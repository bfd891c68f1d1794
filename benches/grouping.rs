//! Rows a second: reading and grouping a file, and reading alone, beside what the least possible work takes: unpacking without looking at
//! the rows where the file is packed, serde_json borrowing the same columns where it is plain NDJSON.
//!
//! ```text
//! cargo bench -p misfit-benches --bench grouping -- errors.ndjson [THREADS]
//! ```

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::error::Error;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use misfit::rows::source::files::{Files, ReadOptions};
use misfit::rows::source::{ErrorSource, Request, Unwatched};

/// The columns that grouping needs, as serde reads them; escapes force a copy.
#[derive(serde::Deserialize)]
struct Borrowed<'a> {
    #[serde(borrow)]
    document_namespace: Option<&'a str>,
    #[serde(borrow)]
    document_type: Option<&'a str>,
    #[serde(borrow)]
    document_version: Option<&'a str>,
    error_message: Option<std::borrow::Cow<'a, str>>,
    #[serde(borrow)]
    error_type: Option<&'a str>,
    #[serde(borrow)]
    exception_class: Option<&'a str>,
    #[serde(borrow)]
    job_name: Option<&'a str>,
    #[serde(borrow)]
    submission_timestamp: Option<&'a str>,
}

impl Borrowed<'_> {
    /// So that nothing is optimised away.
    fn length(&self) -> usize {
        let texts =
            [self.document_namespace, self.document_type, self.document_version, self.error_type, self.exception_class, self.job_name];
        texts.into_iter().flatten().map(str::len).sum::<usize>()
            + self.submission_timestamp.map_or(0, str::len)
            + self.error_message.as_ref().map_or(0, |text| text.len())
    }
}

fn report(what: &str, rows: u64, took: Duration) {
    println!("{what:<44} {:>8.3} s {:>12.0} rows/s", took.as_secs_f64(), rows as f64 / took.as_secs_f64());
}

fn with_serde(path: &str) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let (mut reader, mut line, mut rows, mut length) = (BufReader::with_capacity(1 << 20, File::open(path)?), Vec::new(), 0, 0);
    while reader.read_until(b'\n', &mut line)? > 0 {
        if let Ok(row) = serde_json::from_slice::<Borrowed>(&line) {
            rows += 1;
            length += row.length();
        }
        line.clear();
    }
    std::hint::black_box(length);
    report("serde_json, borrowed, 1 thread", rows, start.elapsed());
    Ok(())
}

fn unpacked(path: &str, decode: impl FnOnce(BufReader<File>) -> io::Result<Box<dyn Read>>) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let mut text = decode(BufReader::with_capacity(256 << 10, File::open(path)?))?;
    let (mut buffer, mut length) = (vec![0; 256 << 10], 0);
    loop {
        match text.read(&mut buffer)? {
            0 => break,
            n => length += n,
        }
    }
    println!(
        "{:<44} {:>8.3} s {:>12.0} MB/s",
        "unpacked alone, 1 thread",
        start.elapsed().as_secs_f64(),
        length as f64 / 1e6 / start.elapsed().as_secs_f64()
    );
    Ok(())
}

fn with_files(path: &str, threads: usize, request: &Request, what: &str) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    let files = Files::open(&[path.to_owned()], ReadOptions { keep_rows: false })?.with_threads(threads);
    let groups = files.groups(request, &Unwatched)?;
    report(&format!("{what}, {threads} threads, {} groups", groups.list.len()), groups.rows + groups.outside, start.elapsed());
    Ok(())
}

fn measure(path: &str, threads: usize) -> Result<(), Box<dyn Error>> {
    let mut magic = [0; 4];
    File::open(path)?.read_exact(&mut magic)?;
    let nothing = Request { namespaces: vec!["no such namespace".to_owned()], ..Request::default() };
    for _ in 0..3 {
        with_files(path, threads, &Request::default(), "read and grouped")?;
        with_files(path, threads, &nothing, "read alone")?;
        match magic {
            [0x1f, 0x8b, ..] => unpacked(path, |raw| Ok(Box::new(flate2::bufread::MultiGzDecoder::new(raw))))?,
            [0x28, 0xb5, ..] => unpacked(path, |raw| Ok(Box::new(zstd::stream::read::Decoder::with_buffer(raw)?)))?,
            [b'{', ..] => with_serde(path)?,
            _ => {}
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    // Cargo adds a flag of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let Some(path) = arguments.first() else {
        println!("usage: cargo bench -p misfit-benches --bench grouping -- PATH [THREADS]");
        return ExitCode::SUCCESS;
    };
    let threads = arguments.get(1).and_then(|threads| threads.parse().ok()).unwrap_or(2);
    match measure(path, threads) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
