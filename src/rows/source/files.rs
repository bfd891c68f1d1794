//! Error rows in files and on standard input.
//!
//! Owns: NDJSON, JSON arrays, the decoder's own lines and Parquet, each plain, gzip or zstd by content; reading them by several threads;
//! finding a row again. Refuses: holding payloads, judging faults.

mod block;
mod columns;
mod csv;
mod fetch;
mod folder;
mod follow;
mod frame;
mod input;
mod line;
mod members;
mod object;
mod other;
mod parquet;
mod scan;
mod sniff;
mod spool;
mod store;
mod stream;
mod string;
mod tally;
mod values;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

use self::follow::FollowState;
use self::input::Input;
use super::{ErrorSource, Followed, Request, RowTable, RowsFrom, SourceError, Unwatched, Watch};
use crate::rows::advice::{Advice, Advised};
use crate::rows::column::ErrorColumn;
use crate::rows::foreign::map::FieldMap;
use crate::rows::group::{Group, Groups};
use crate::rows::row::{RowRef, SourceRow, Unreadable};

pub use object::source_row as read_row;
pub use other::TakenRows;
pub(crate) use sniff::BUNDLE_MAGIC;

/// Most threads that read; more only wait for memory.
const MOST_THREADS: usize = 8;
/// Most inputs that a [`RowRef`] can tell apart.
const MOST_INPUTS: usize = 1 << 16;

/// How inputs are read.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReadOptions {
    /// Whether rows will be fetched again by their place. Compressed and piped text is then copied to a private temporary file while it
    /// is read; without it, compressed files are read again from the beginning and pipes cannot be.
    pub keep_rows: bool,
}

/// Files of error rows.
pub struct Files {
    /// As they were named; patterns may come to mean more.
    named: Vec<String>,
    inputs: RwLock<Vec<Arc<Input>>>,
    options: ReadOptions,
    threads: usize,
    /// Names of files that were named more than once.
    repeated: Vec<String>,
    /// What is said of files in folders that are no exports.
    left_out: Vec<String>,
    /// What is known of them while they are followed.
    followed: Mutex<Option<FollowState>>,
}

impl Files {
    /// Opens inputs: paths, glob patterns, or `-` for standard input. What a file is, is found out here; standard input is not touched
    /// before the rows are read.
    ///
    /// # Errors
    /// A file that is missing, empty, a folder or no table of rows, or a pattern without a match; the message says what to do.
    pub fn open(inputs: &[String], options: ReadOptions) -> Result<Files, SourceError> {
        let (mut opened, mut repeated, mut left_out) = (Vec::new(), Vec::new(), Vec::new());
        let mut places = HashSet::new();
        for input in inputs {
            if input == "-" {
                if inputs.iter().filter(|other| *other == "-").count() > 1 {
                    return Err(SourceError::Input("standard input (-) can be given once only".to_owned()));
                }
                opened.push(Input::pipe("standard input".to_owned(), Box::new(std::io::stdin())));
                continue;
            }
            let path = Path::new(input);
            if path.is_dir() {
                let (files, note) = in_folder(path)?;
                left_out.extend(note);
                for file in files {
                    let path = file.path().unwrap_or(path).to_owned();
                    if places.insert(path.canonicalize().unwrap_or(path)) {
                        opened.push(file);
                    } else if !repeated.contains(&file.name) {
                        repeated.push(file.name);
                    }
                }
                continue;
            }
            for path in paths_of(input)? {
                let file = Input::file(&path)?;
                // Patterns overlap; no row is counted twice.
                if places.insert(path.canonicalize().unwrap_or(path)) {
                    opened.push(file);
                } else if !repeated.contains(&file.name) {
                    repeated.push(file.name);
                }
            }
        }
        if opened.is_empty() {
            return Err(SourceError::Input("no input: give files of error rows, patterns, or - for standard input".to_owned()));
        }
        if opened.len() > MOST_INPUTS {
            return Err(SourceError::Input(format!("{} files are more than the {MOST_INPUTS} that can be read at once", opened.len())));
        }
        tell_apart(&mut opened);
        Ok(Files { repeated, left_out, named: inputs.to_vec(), ..Files::of(opened, options) })
    }

    /// Rows in memory, in any of the forms a file may have.
    ///
    /// # Errors
    /// The bytes are no table of rows.
    pub fn from_memory(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Result<Files, SourceError> {
        Ok(Files::of(vec![Input::memory(name.into(), bytes.into())?], ReadOptions { keep_rows: true }))
    }

    /// Rows out of something that can be read once.
    pub fn from_reader(name: impl Into<String>, reader: impl Read + Send + 'static, options: ReadOptions) -> Files {
        Files::of(vec![Input::pipe(name.into(), Box::new(reader))], options)
    }

    /// Reads with so many threads instead of one for each core.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Files {
        self.threads = threads.clamp(1, MOST_THREADS);
        self
    }

    /// Takes rows by this map instead of by their shape.
    #[must_use]
    pub fn with_map(self, map: FieldMap) -> Files {
        self.with_others(TakenRows::Mapped(Arc::new(map)))
    }

    /// Takes rows of no known kind by this map.
    #[must_use]
    pub fn with_columns(self, map: FieldMap) -> Files {
        self.with_others(TakenRows::KnownOrMapped(Arc::new(map)))
    }

    /// Takes no rows but those of the error table.
    #[must_use]
    pub fn without_others(self) -> Files {
        self.with_others(TakenRows::None)
    }

    fn with_others(mut self, others: TakenRows) -> Files {
        // Nobody else has them yet: nothing was read.
        for input in self.inputs.get_mut().unwrap_or_else(PoisonError::into_inner).iter_mut().filter_map(Arc::get_mut) {
            input.others = others.clone();
        }
        self
    }

    fn of(inputs: Vec<Input>, options: ReadOptions) -> Files {
        // Two at least: while one waits for the disk or unpacks, the other parses.
        let threads = std::thread::available_parallelism().map_or(2, |cores| cores.get().clamp(2, MOST_THREADS));
        let inputs = RwLock::new(inputs.into_iter().map(Arc::new).collect());
        Files { named: Vec::new(), inputs, options, threads, repeated: Vec::new(), left_out: Vec::new(), followed: Mutex::default() }
    }

    /// The inputs there are now.
    fn inputs(&self) -> Vec<Arc<Input>> {
        self.inputs.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl ErrorSource for Files {
    fn name(&self) -> String {
        match self.inputs().as_slice() {
            [input] => input.name.clone(),
            inputs => format!("{} files", inputs.len()),
        }
    }

    fn groups(&self, request: &Request, watch: &dyn Watch) -> Result<Groups, SourceError> {
        let mut groups = scan::run(&self.inputs(), self.options.keep_rows, self.threads, request, watch)?;
        groups.unreadable.repeated.clone_from(&self.repeated);
        groups.notes.extend(self.left_out.iter().map(|told| Advised { text: told.clone(), advice: None }));
        Ok(groups)
    }

    fn follow(&self, request: &Request, watch: &dyn Watch) -> Result<Followed, SourceError> {
        let mut state = self.followed.lock().unwrap_or_else(PoisonError::into_inner);
        follow::follow(self, &mut state, request, watch)
    }

    fn fetch(&self, at: RowRef, watch: &dyn Watch) -> Result<SourceRow, SourceError> {
        fetch::row(&self.inputs(), at, watch)
    }

    fn fetch_all(
        &self,
        places: &[RowRef],
        watch: &dyn Watch,
        visit: &mut dyn FnMut(RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<usize, SourceError> {
        fetch::all(&self.inputs(), places, watch, visit)
    }

    fn tables(&self, group: &Group) -> Vec<RowTable> {
        let inputs = self.inputs();
        let is_known = |at: &RowRef| inputs.get(at.file()).is_some_and(|input| !input.may_have_others());
        let Some(&first) = group.rows.first().filter(|at| !is_known(at)) else { return Vec::new() };
        if !self.fetch(first, &Unwatched).is_ok_and(|row| row.judge.is_some()) {
            return Vec::new();
        }
        let columns = ErrorColumn::NEEDED.into_iter().map(|column| (column, column.name().to_owned())).collect();
        vec![RowTable { from: RowsFrom::Elsewhere, columns }]
    }

    fn rows(
        &self,
        range: Range<u64>,
        _: &dyn Watch,
        visit: &mut dyn FnMut(u64, RowRef, SourceRow) -> ControlFlow<()>,
    ) -> Result<Unreadable, SourceError> {
        let unreadable = fetch::rows(&self.inputs(), self.options.keep_rows, range, visit)?;
        Ok(Unreadable { repeated: self.repeated.clone(), ..unreadable })
    }
}

/// Whether it says that a file holds something else than rows. A packed file or a Parquet file that cannot be read may have held them.
fn is_no_export(error: &SourceError, path: &Path) -> bool {
    error.advice() == Some(Advice::ReadDocuments)
        || matches!(error, SourceError::Unmapped { .. })
        || (matches!(error, SourceError::NotATable { .. }) && folder::is_text(path))
}

/// The file, where something in it is a row: that is seen at the first.
fn with_rows(file: Input) -> Result<Input, SourceError> {
    let file = [Arc::new(file)];
    fetch::rows(&file, false, 0..1, &mut |_, _, _| ControlFlow::Break(()))?;
    let [file] = file;
    Arc::into_inner(file).ok_or_else(|| SourceError::Input("a file is still being read".to_owned()))
}

/// The exports in a folder, and what is said of its other files.
fn in_folder(folder: &Path) -> Result<(Vec<Input>, Option<String>), SourceError> {
    let folder::FolderFiles { exports, mut others } = folder::look(folder)?;
    let mut files = Vec::new();
    for path in exports {
        match Input::file(&path).and_then(with_rows) {
            Ok(file) => files.push(file),
            Err(error) if is_no_export(&error, &path) => others.push(folder::below(folder, &path)),
            Err(error) => return Err(error),
        }
    }
    if files.is_empty() {
        let shown = crate::ground::text::visible(&folder.to_string_lossy()).into_owned();
        let others = folder::left_out(folder, &others).map(|told| format!(" ({told})")).unwrap_or_default();
        return Err(SourceError::Input(format!(
            "the folder {shown} holds no export: files of rows end in .ndjson, .jsonl, .json, .csv or .parquet, plain or packed{others}"
        )));
    }
    Ok((files, folder::left_out(folder, &others)))
}

/// The files that an argument names: itself where there is such a file, otherwise what the pattern matches, in alphabetical order.
fn paths_of(argument: &str) -> Result<Vec<PathBuf>, SourceError> {
    let path = Path::new(argument);
    if path.is_dir() {
        return folder::look(path).map(|found| found.exports);
    }
    if !argument.contains(['*', '?', '[']) || path.exists() {
        return Ok(vec![path.to_owned()]);
    }
    let shown = crate::ground::text::visible(argument);
    let matches = glob::glob(argument).map_err(|error| SourceError::Input(format!("{shown} is neither a file nor a pattern: {error}")))?;
    let mut paths = Vec::new();
    for entry in matches {
        let path = entry.map_err(|error| SourceError::Io { path: error.path().to_owned(), error: error.into() })?;
        if !path.is_dir() {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(SourceError::Input(format!("no file matches {shown}; check the folder and the ending")));
    }
    Ok(paths)
}

/// Files of the same name are called by their paths.
fn tell_apart(inputs: &mut [Input]) {
    let mut names: HashMap<String, usize> = HashMap::new();
    for input in inputs.iter() {
        *names.entry(input.name.clone()).or_default() += 1;
    }
    for input in inputs.iter_mut().filter(|input| names.get(&input.name).is_some_and(|count| *count > 1)) {
        if let Some(path) = input.path() {
            input.name = crate::ground::text::visible(&path.to_string_lossy()).into_owned();
        }
    }
}
