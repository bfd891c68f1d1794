//! One input: a file, standard input or a piece of memory.
//!
//! Owns: what it is, opening it for a scan, its temporary copy, noticing that it changed. Refuses: parsing rows.

mod grown;

use std::fs::{self, File, Metadata};
use std::hash::Hasher;
use std::io::{self, Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::SystemTime;

use parquet::errors::ParquetError;
use rustc_hash::FxHasher;

use super::block::{LONGEST, Ranges};
use super::csv::CsvReader;
use super::frame::Stream;
use super::members::PackedMembers;
use super::other::TakenRows;
use super::parquet::{ParquetPlace, ParquetTable};
use super::sniff::{self, HEAD, InputForm, Packing, RowsShape};
use super::spool::{Spool, Tee};
use super::store::{Store, StoreReader};
use super::stream::{ByteReader, CountedReader, Pipe, ReadGauge, Resumed, decoded, is_long_window};
use crate::rows::advice::{Advice, Advised};
use crate::rows::source::SourceError;
pub(super) use grown::InputChange;

/// An input and what is known of it.
pub(super) struct Input {
    /// For people; the file's name, or as much of its path as tells it from the others.
    pub(super) name: String,
    origin: InputOrigin,
    form: OnceLock<InputForm>,
    /// Which rows of other pipelines are taken.
    pub(super) others: TakenRows,
    /// Whether there are any, so that a place may be inside of a row.
    has_others: AtomicBool,
    spool: Mutex<Option<Arc<Spool>>>,
}

enum InputOrigin {
    File(PathBuf, Mutex<Stamp>),
    Memory(Arc<[u8]>),
    /// Read once.
    Pipe(Mutex<Option<ByteReader>>),
}

/// What changes when a file does.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    /// Of how it begins and ends; 0 while nothing was read.
    ends: u64,
    /// Which file of the file system it is, where that tells.
    file: u64,
}

/// Bytes at the beginning and at the end that tell whether a file that grew is still the same.
const ENDS: u64 = 4 << 10;

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Stamp { length: metadata.len(), modified: metadata.modified().ok(), ends: 0, file: number(metadata) }
    }

    /// With the ends of the first `length` bytes.
    fn reading(self, store: &Store, length: u64) -> io::Result<Self> {
        let mut hasher = FxHasher::default();
        let mut bytes = vec![0; ENDS.min(length) as usize];
        for at in [0, length - bytes.len() as u64] {
            let n = store.read_at(&mut bytes, at)?;
            hasher.write(&bytes[..n]);
        }
        Ok(Stamp { ends: hasher.finish(), ..self })
    }
}

#[cfg(unix)]
fn number(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn number(_: &Metadata) -> u64 {
    0
}

/// An input opened for a scan.
pub(super) enum InputReading {
    /// Lines, in blocks side by side.
    Ranges(Ranges),
    /// Text that is read from the beginning to the end.
    Stream(Stream),
    /// Parquet.
    Table(ParquetTable),
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The first bytes of a reader: all that it gives at once up to `HEAD`, and the error that ended it.
fn head(reader: &mut dyn Read, enough: impl Fn(&[u8]) -> bool) -> (Vec<u8>, Option<io::Error>) {
    let (mut bytes, mut filled) = (vec![0; HEAD], 0);
    let error = loop {
        match reader.read(&mut bytes[filled..]) {
            Ok(0) => break None,
            Ok(n) => filled += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(error),
        }
        if filled == HEAD || enough(&bytes[..filled]) {
            break None;
        }
    };
    bytes.truncate(filled);
    (bytes, error)
}

/// The same of a text, with all the space that it begins with: what stands behind tells what it is.
fn text_head(reader: &mut dyn Read, enough: impl Fn(&[u8]) -> bool) -> (Vec<u8>, Option<io::Error>) {
    let (mut all, mut is_begun) = (Vec::new(), false);
    loop {
        let (more, error) = head(reader, |bytes| (is_begun || !sniff::is_space(bytes)) && enough(bytes));
        let (is_last, behind) = (more.len() < HEAD, more.trim_ascii_start().len());
        all.extend(more);
        if is_last || is_begun || behind > HEAD / 2 || all.len() > LONGEST {
            return (all, error);
        }
        is_begun = behind > 0;
    }
}

impl Input {
    fn new(name: String, origin: InputOrigin) -> Self {
        Input {
            name,
            origin,
            form: OnceLock::new(),
            others: TakenRows::default(),
            has_others: AtomicBool::new(false),
            spool: Mutex::new(None),
        }
    }

    /// A file. A pipe with a name is read once, like standard input.
    pub(super) fn file(path: &Path) -> Result<Self, SourceError> {
        let shown = crate::ground::text::visible(&path.to_string_lossy()).into_owned();
        let io = |error| SourceError::Io { path: path.to_owned(), error };
        let metadata = match fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(SourceError::Input(format!(
                    "there is no file {shown}; give the path of an export, or a pattern in quotes such as 'errors-*.ndjson.gz'"
                )));
            }
            metadata => metadata.map_err(io)?,
        };
        if metadata.is_dir() {
            return Err(SourceError::Input(format!("{shown} is a folder, of which no single file was named")));
        }
        let name = path.file_name().map_or(shown, |name| crate::ground::text::visible(&name.to_string_lossy()).into_owned());
        if !metadata.is_file() {
            return Ok(Input::pipe(name, Box::new(File::open(path).map_err(io)?)));
        }
        let input = Input::new(name, InputOrigin::File(path.to_owned(), Mutex::new(Stamp::of(&metadata))));
        input.sniff()?;
        Ok(input)
    }

    /// Bytes in memory.
    pub(super) fn memory(name: String, bytes: Arc<[u8]>) -> Result<Self, SourceError> {
        let input = Input::new(name, InputOrigin::Memory(bytes));
        input.sniff()?;
        Ok(input)
    }

    /// Something that is read once. Nothing is read of it yet: its program may take a while.
    pub(super) fn pipe(name: String, reader: ByteReader) -> Self {
        Input::new(name, InputOrigin::Pipe(Mutex::new(Some(reader))))
    }

    /// Takes these rows of other pipelines.
    pub(super) fn with_others(self, others: TakenRows) -> Self {
        Input { others, ..self }
    }

    /// Takes note that there are rows of other pipelines.
    pub(super) fn has_others(&self) {
        self.has_others.store(true, Ordering::Relaxed);
    }

    /// Whether there are any among those that were read.
    pub(super) fn may_have_others(&self) -> bool {
        self.has_others.load(Ordering::Relaxed)
    }

    /// The path, for files.
    pub(super) fn path(&self) -> Option<&Path> {
        match &self.origin {
            InputOrigin::File(path, _) => Some(path),
            _ => None,
        }
    }

    /// What its rows look like; `None` while a pipe has not been read.
    pub(super) fn shape(&self) -> Option<RowsShape> {
        self.form.get().map(|form| form.shape)
    }

    /// Bytes to read in a scan, where known.
    pub(super) fn length(&self) -> Option<u64> {
        if let Some(copy) = self.whole_copy() {
            return copy.len().ok();
        }
        match &self.origin {
            InputOrigin::File(_, stamp) => Some(locked(stamp).length),
            InputOrigin::Memory(bytes) => Some(bytes.len() as u64),
            InputOrigin::Pipe(_) => None,
        }
    }

    /// `errors.ndjson line 12`: a piece by its number from 0.
    pub(super) fn origin_of(&self, piece: u64) -> String {
        let is_lines = self.form.get().is_none_or(|form| form.shape == RowsShape::Lines && form.csv.is_none());
        let unit = if is_lines { "line" } else { "row" };
        format!("{} {unit} {}", self.name, crate::ground::text::count(piece + 1))
    }

    /// The temporary copy, as far as it goes.
    pub(super) fn copy(&self) -> Option<Arc<Spool>> {
        locked(&self.spool).clone()
    }

    fn whole_copy(&self) -> Option<Arc<Store>> {
        self.copy().and_then(|copy| copy.whole())
    }

    /// The stored bytes. `same` refuses a file that changed since the last scan, whose places would be wrong.
    fn store(&self, same: bool) -> Result<Option<Arc<Store>>, SourceError> {
        match &self.origin {
            InputOrigin::Memory(bytes) => Ok(Some(Arc::new(Store::Memory(Arc::clone(bytes))))),
            InputOrigin::Pipe(_) => Ok(None),
            InputOrigin::File(path, stamp) => {
                let file = File::open(path).map_err(|error| self.io(error))?;
                let now = Stamp::of(&file.metadata().map_err(|error| self.io(error))?);
                let store = Store::File(file);
                let mut stamp = locked(stamp);
                let is_untouched = now.length == stamp.length && now.modified == stamp.modified;
                if !same {
                    *stamp = now.reading(&store, now.length).map_err(|error| self.io(error))?;
                } else if !is_untouched {
                    // A file that is written on still has what was read.
                    let grown = now.length > stamp.length && now.reading(&store, stamp.length).is_ok_and(|then| then.ends == stamp.ends);
                    if !grown {
                        return Err(SourceError::Input(format!("{} has changed since it was read; open it again", self.name)));
                    }
                }
                Ok(Some(Arc::new(store)))
            }
        }
    }

    /// A store whose offsets are those of the decoded text.
    pub(super) fn text_store(&self, same: bool) -> Result<Option<Arc<Store>>, SourceError> {
        if let Some(copy) = self.whole_copy() {
            return Ok(Some(copy));
        }
        match self.form.get() {
            Some(form) if form.packing == Packing::Plain && form.csv.is_none() => self.store(same),
            _ => Ok(None),
        }
    }

    /// The decoded text from the beginning, and its form.
    pub(super) fn text(&self, same: bool, gauge: &Arc<ReadGauge>) -> Result<(ByteReader, InputForm), SourceError> {
        let InputOrigin::Pipe(reader) = &self.origin else {
            let form = self.sniff()?;
            let store = self.store(same)?.ok_or_else(|| self.read_before())?;
            let raw = CountedReader::new(StoreReader::new(store, 0), Arc::clone(gauge));
            // A pipe may be slow: its text comes as it does. A file is read as fast as it can be unpacked.
            let text = match form.packing {
                Packing::Plain => decoded(Box::new(raw), Packing::Plain),
                packing => Ok(Box::new(PackedMembers::new(Box::new(raw), packing)) as ByteReader),
            };
            return Ok((CsvReader::around(text.map_err(|error| self.io(error))?, form.csv), form));
        };
        let raw = locked(reader).take().ok_or_else(|| self.read_before())?;
        let mut raw = CountedReader::new(Pipe::new(raw), Arc::clone(gauge));
        let (bytes, error) = head(&mut raw, |bytes| bytes.len() >= 4);
        let packing = sniff::packing(&bytes);
        let raw = Resumed { head: Cursor::new(bytes), error, rest: raw };
        let mut text = decoded(Box::new(raw), packing).map_err(|error| self.io(error))?;
        let (bytes, error) = text_head(&mut text, |bytes| bytes.len() >= 4 && bytes.contains(&b'\n'));
        let form = self.judge(packing, &bytes, error.as_ref())?;
        Ok((CsvReader::around(Box::new(Resumed { head: Cursor::new(bytes), error, rest: text }), form.csv), form))
    }

    /// Opens the input for a scan; with `keep`, text that cannot be read at any place is copied on the way.
    pub(super) fn reading(&self, keep: bool, gauge: &Arc<ReadGauge>) -> Result<InputReading, SourceError> {
        let known = self.form.get().copied();
        if known.is_some_and(|form| form.shape == RowsShape::Parquet) {
            return self.table(false, gauge).map(InputReading::Table);
        }
        if let (Some(form), Some(store)) = (known, self.text_store(false)?) {
            if form.shape == RowsShape::Lines {
                return Ok(InputReading::Ranges(Ranges::new(store).map_err(|error| self.io(error))?));
            }
            let reader = CountedReader::new(StoreReader::new(store, 0), Arc::clone(gauge));
            return Ok(InputReading::Stream(Stream::new(Box::new(reader), form, Arc::clone(gauge))));
        }
        let (text, form) = self.text(false, gauge)?;
        if form.shape == RowsShape::Parquet {
            self.copy_all(text)?;
            return self.table(false, gauge).map(InputReading::Table);
        }
        let text = if keep { Box::new(self.tee(text)) } else { text };
        Ok(InputReading::Stream(Stream::new(text, form, Arc::clone(gauge))))
    }

    /// The input as a Parquet table; one that is packed or piped is unpacked into a temporary copy first.
    pub(super) fn table(&self, same: bool, gauge: &Arc<ReadGauge>) -> Result<ParquetTable, SourceError> {
        let place = match (self.path(), self.form.get()) {
            (Some(path), Some(InputForm { packing: Packing::Plain, .. })) => {
                self.store(same)?;
                ParquetPlace::Path(path.to_owned())
            }
            _ => {
                if self.whole_copy().is_none() {
                    let (text, _) = self.text(same, gauge)?;
                    self.copy_all(text)?;
                }
                ParquetPlace::Spool(self.copy().ok_or_else(|| self.read_before())?, Mutex::new(()))
            }
        };
        ParquetTable::open(place).map_err(|error| match error {
            ParquetError::NYI(reason) => self.not_a_table(format!("a Parquet file {reason}")),
            error => self.not_a_table(format!("a Parquet file that cannot be read: {error}; it may be truncated")),
        })
    }

    fn tee(&self, text: ByteReader) -> Tee<ByteReader> {
        let spool = Arc::new(Spool::new());
        *locked(&self.spool) = Some(Arc::clone(&spool));
        Tee::new(text, spool)
    }

    fn copy_all(&self, text: ByteReader) -> Result<(), SourceError> {
        io::copy(&mut self.tee(text), &mut io::sink()).map_err(|error| self.io(error))?;
        match self.copy().as_ref().and_then(|copy| copy.failure()) {
            Some(reason) => Err(SourceError::Input(format!(
                "{}: no temporary copy of the Parquet file can be written: {reason}; unpack it first, or let TMPDIR name a folder with room",
                self.name
            ))),
            None => Ok(()),
        }
    }

    /// Finds out what the input is; not for pipes, which tell when they are read.
    fn sniff(&self) -> Result<InputForm, SourceError> {
        if let Some(form) = self.form.get() {
            return Ok(*form);
        }
        let store = self.store(false)?.ok_or_else(|| self.read_before())?;
        let mut first = [0; 4];
        let n = store.read_at(&mut first, 0).map_err(|error| self.io(error))?;
        let packing = sniff::packing(&first[..n]);
        let mut text = decoded(Box::new(StoreReader::new(store, 0)), packing).map_err(|error| self.io(error))?;
        let (bytes, error) = text_head(&mut text, |_| false);
        self.judge(packing, &bytes, error.as_ref())
    }

    fn judge(&self, packing: Packing, head: &[u8], error: Option<&io::Error>) -> Result<InputForm, SourceError> {
        match (packing, error) {
            (Packing::Plain, Some(error)) if head.is_empty() => return Err(self.io(io::Error::new(error.kind(), error.to_string()))),
            (Packing::Zstd, Some(error)) if head.is_empty() && is_long_window(error) => {
                let told = format!("{} was packed by zstd with a window of more than 128 MiB, more memory than is taken for it", self.name);
                return Err(SourceError::Advised(Advised::new(told, Advice::UnpackLong)));
            }
            (_, Some(error)) if head.is_empty() => {
                let reason = format!("begins like {} data, but cannot be unpacked: {error}; it may be truncated", packing.name());
                return Err(self.not_a_table(reason));
            }
            _ => {}
        }
        let csv = sniff::csv(head);
        let shape = if csv.is_some() { RowsShape::Lines } else { sniff::shape(head).map_err(|reason| self.not_a_table(reason))? };
        Ok(*self.form.get_or_init(|| InputForm { packing, shape, csv }))
    }

    fn not_a_table(&self, reason: String) -> SourceError {
        SourceError::NotATable { origin: self.name.clone(), reason }
    }

    /// An error of the file system, about this input.
    pub(super) fn io(&self, error: io::Error) -> SourceError {
        SourceError::Io { path: self.path().map_or_else(|| PathBuf::from(&self.name), Path::to_path_buf), error }
    }

    /// Why a pipe cannot be read again.
    pub(super) fn read_before(&self) -> SourceError {
        let name = &self.name;
        SourceError::Input(match self.copy().as_ref().and_then(|copy| copy.failure()) {
            Some(reason) => {
                format!("{name} can be read only once, and no temporary copy of it could be written: {reason}; save it to a file first")
            }
            None => format!("{name} can be read only once; save it to a file first to read it again"),
        })
    }
}
