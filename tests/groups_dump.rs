use misfit::document::Document;
use misfit::group::Grouper;
use misfit::source::*;
use std::io::*;
use std::sync::Arc;
#[test]
fn dump() {
    let f = BufReader::new(flate2::read::GzDecoder::new(std::fs::File::open("/work/shared/corpus/errors-30k.ndjson.gz").unwrap()));
    let t = |d: &Document, n: &str| Some(d.string(d.member(0, n)?)?.into_owned());
    let schemas = Arc::new(misfit::schemas::SchemaStore::open_folder(std::path::Path::new("/tmp/w/slice")).unwrap());
    let mut g = Grouper::new(Some(schemas));
    for (n, l) in f.lines().enumerate() {
        let d = Document::parse(l.unwrap().into_bytes());
        let r = ["document_namespace", "document_type", "document_version", "error_type", "exception_class", "error_message", "job_name"]
            .map(|n| t(&d, n));
        g.add(
            &ErrorRow {
                namespace: r[0].as_deref(),
                doctype: r[1].as_deref(),
                version: r[2].as_deref(),
                stage: r[3].as_deref(),
                class: r[4].as_deref(),
                message: r[5].as_deref(),
                job: r[6].as_deref(),
                time: Some(n as i64 * 1_000_000),
            },
            RowRef::new(0, n as u64),
        );
    }
    for g in Grouper::merge(vec![g]).list {
        println!(
            "{}\t{}/{}\t{}\t{}\t{:?}",
            g.count,
            g.key.namespace.as_deref().unwrap_or("-"),
            g.key.doctype.as_deref().unwrap_or("-"),
            g.key.fault,
            g.sentence(),
            g.facets.iter().map(|f| (f.name, f.values.len(), f.others)).collect::<Vec<_>>()
        );
    }
}
