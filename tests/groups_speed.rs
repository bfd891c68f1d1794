use misfit::document::Document;
use misfit::group::Grouper;
use misfit::source::*;
use std::io::*;
use std::sync::Arc;
#[test]
fn speed() {
    let f = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open("/work/shared/corpus/errors-30k.ndjson.gz").unwrap()));
    let t = |d: &Document, n: &str| Some(d.string(d.member(0, n)?)?.into_owned());
    let rows: Vec<[Option<String>; 7]> = f
        .lines()
        .map(|l| {
            let d = Document::parse(l.unwrap().into_bytes());
            ["document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name"]
                .map(|n| t(&d, n))
        })
        .collect();
    let schemas = Arc::new(misfit::schemas::SchemaStore::open_folder(std::path::Path::new("/tmp/w/slice")).unwrap());
    for threads in [1, 2] {
        for mode in ["plain", "schemas", "schemas again"] {
            let start = std::time::Instant::now();
            let parts: Vec<Grouper> = std::thread::scope(|s| {
                let hs: Vec<_> = (0..threads)
                    .map(|k| {
                        let rows = &rows;
                        let schemas = &schemas;
                        s.spawn(move || {
                            let mut g = Grouper::new((mode != "plain").then(|| schemas.clone()));
                            let mut buf = String::new();
                            for i in 0..1_000_000 / threads {
                                let n = i * threads + k;
                                let r = &rows[n % rows.len()];
                                let mut m = r[5].as_deref();
                                if mode == "unique keys" && i % 2 == 0 {
                                    if let Some(x) = m {
                                        buf.clear();
                                        if let Some(j) = x.rfind(": ") {
                                            buf.push_str(&x[..j]);
                                            buf.push_str(&format!("/k{n}"));
                                            buf.push_str(&x[j..]);
                                            m = Some(&buf);
                                        }
                                    }
                                }
                                g.add(
                                    &ErrorRow {
                                        namespace: r[0].as_deref(),
                                        doctype: r[1].as_deref(),
                                        version: r[2].as_deref(),
                                        stage: r[3].as_deref(),
                                        class: r[4].as_deref(),
                                        message: m,
                                        job: r[6].as_deref(),
                                        time: Some(n as i64 * 1_000_000),
                                    },
                                    RowRef::new(0, n as u64),
                                );
                            }
                            g
                        })
                    })
                    .collect();
                hs.into_iter().map(|h| h.join().unwrap()).collect()
            });
            let added = start.elapsed();
            let c = std::time::Instant::now();
            let copy = parts.clone();
            let c = c.elapsed();
            drop(copy);
            let m = std::time::Instant::now();
            let g = Grouper::merge(parts);
            let rss = std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmRSS")).unwrap().to_owned();
            println!("{threads} {mode}: add {added:?} clone {c:?} merge {:?} groups {} {rss}", m.elapsed(), g.list.len());
        }
    }
}
