//! Where the corpus is and how its files are read.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use flate2::read::GzDecoder;
use misfit::pipeline::document::Document;
use misfit::rows::schemas::SchemaStore;

/// $MISFIT_CORPUS or ../shared/corpus; says that the test is skipped where neither is there.
pub(crate) fn folder() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = std::env::var_os("MISFIT_CORPUS").map_or_else(|| root.join("../shared/corpus"), PathBuf::from);
    if !path.is_dir() {
        println!("skipped: no corpus at $MISFIT_CORPUS or ../shared/corpus");
        return None;
    }
    Some(path)
}

/// The newest schemas: $MISFIT_SCHEMAS, or a clone of the corpus' bundle made once.
pub(crate) fn schemas(corpus: &Path) -> SchemaStore {
    let folder = std::env::var_os("MISFIT_SCHEMAS").map_or_else(|| cloned(corpus), PathBuf::from);
    let start = std::time::Instant::now();
    let store = SchemaStore::open_folder(&folder).unwrap();
    println!("{} doctype versions, opened in {:?}", store.doctypes().len(), start.elapsed());
    store
}

pub(crate) fn cloned(corpus: &Path) -> PathBuf {
    // The tests of one program wait for one clone; those of others have another process id.
    static CLONED: OnceLock<PathBuf> = OnceLock::new();
    CLONED.get_or_init(|| clone_to_target(corpus)).clone()
}

fn clone_to_target(corpus: &Path) -> PathBuf {
    let clone = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/corpus-schemas");
    if !clone.is_dir() {
        // Tests run beside each other: whoever is ready first gives the clone its name.
        let partial = clone.with_extension(std::process::id().to_string());
        let bundle = corpus.join("schemas.bundle");
        let status = Command::new("git").args(["clone", "-q", "-b", "slice"]).arg(bundle).arg(&partial).status().unwrap();
        assert!(status.success(), "git clone failed");
        if std::fs::rename(&partial, &clone).is_err() {
            std::fs::remove_dir_all(&partial).unwrap();
        }
    }
    clone
}

/// One line of a file, read with the project's own reader, which takes lone surrogates.
pub(crate) struct Line(pub Document);

impl Line {
    pub(crate) fn text(&self, name: &str) -> Option<String> {
        Some(self.0.string(self.0.member(0, name)?)?.into_owned())
    }
}

/// The lines of a file, plain or gzip by its name.
pub(crate) fn lines(path: &Path) -> impl Iterator<Item = Line> + use<> {
    let file = File::open(path).unwrap();
    let is_gzip = path.extension().is_some_and(|ending| ending == "gz");
    let reader: Box<dyn Read> = if is_gzip { Box::new(GzDecoder::new(file)) } else { Box::new(file) };
    BufReader::new(reader).lines().map(|line| Line(Document::parse(line.unwrap().into_bytes())))
}
