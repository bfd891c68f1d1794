//! Standard output and standard error of the commands.
//!
//! Owns: the closed pipe that ends a command quietly, the progress line.
//! Refuses: what is printed.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use signal_hook::consts::SIGINT;

pub(super) use crate::ground::text::plural;
use crate::ground::text::{self, visible};
use crate::rows::group::Groups;
use crate::rows::row::Unreadable;
use crate::rows::schemas::SchemaStore;
use crate::rows::source::{Cost, Progress, Spent, Watch};

/// Cells of a table where there is no terminal to ask.
const PIPED_WIDTH: usize = 100;

/// Fewest cells that a table makes use of.
const LEAST_WIDTH: usize = 60;

/// Behind the help of commands that print data in every form.
pub(super) const RAW: &str = "\
Values are printed as they are, in every form: for you and for scripts of yours. What
others may read tells values by their shapes: misfit export, misfit bundle and misfit
groups --format md.";

/// Most cells of a quoted piece of input.
const MOST_QUOTED: usize = 60;

/// Whether the error is the reader of our output having left, as `| head` does.
pub(super) fn is_closed(error: &color_eyre::Report) -> bool {
    error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).any(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// Output that may be left by its reader before its end, while what is done for it goes on: its exit code is that of the whole.
pub(super) struct WhileRead<W> {
    out: Option<W>,
}

impl<W: Write> WhileRead<W> {
    pub(super) fn new(out: W) -> Self {
        WhileRead { out: Some(out) }
    }

    fn unless_left<T>(&mut self, left: T, write: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let Some(out) = &mut self.out else { return Ok(left) };
        match write(out) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.out = None;
                Ok(left)
            }
            told => told,
        }
    }
}

impl<W: Write> Write for WhileRead<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.unless_left(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.unless_left((), W::flush)
    }
}

/// Cells of a line on standard output, for what is cut wherever it is read.
pub(super) fn width() -> usize {
    if !io::stdout().is_terminal() {
        return PIPED_WIDTH;
    }
    crossterm::terminal::size().map_or(PIPED_WIDTH, |(columns, _)| usize::from(columns).max(LEAST_WIDTH))
}

/// The same for lists: what is piped is read line by line, so nothing in it is cut and nothing goes on below.
pub(super) fn room() -> usize {
    if io::stdout().is_terminal() { width() } else { usize::MAX }
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    visible(&path.to_string_lossy()).into_owned()
}

/// Prints text on standard output.
pub(super) fn print(text: &str) -> color_eyre::Result<ExitCode> {
    io::stdout().lock().write_all(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// Says a line on standard error. Nothing depends on it: a standard error that is closed must not end the command.
pub(super) fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// What of the input is no row, or could not be read of a row, with the first of each quoted; nothing where all is well.
pub(super) fn unreadable(unreadable: &Unreadable) -> Vec<String> {
    let pieces = unreadable.first.first().map(|bad| {
        let quote = visible(&bad.quote);
        format!(
            "{}; the first is {}: {}: {}",
            plural(unreadable.count, "piece of input is not a row", "pieces of input are not rows"),
            visible(&bad.origin),
            visible(&bad.reason),
            text::clip(&quote, MOST_QUOTED)
        )
    });
    pieces.into_iter().chain(unreadable.notes()).collect()
}

/// That nothing is written, where the inputs hold nothing at all.
pub(super) fn nothing_to_write(groups: &Groups) -> Option<String> {
    let told = groups.unreadable.emptiness().filter(|_| groups.rows == 0 && groups.outside == 0 && groups.unreadable.count == 0)?;
    Some(format!("misfit: {told}; nothing was written"))
}

/// Files of the schemas that no row is ever judged by, with the first one named; `None` where there are none.
pub(super) fn strays(schemas: Option<&SchemaStore>) -> Option<String> {
    let strays = schemas?.strays();
    let first = visible(strays.first()?);
    let files = plural(strays.len() as u64, "schema file is not named like its folder", "schema files are not named like their folders");
    Some(format!("{files} and never used; the first is {}", text::clip_middle(&first, MOST_QUOTED)))
}

/// Says how far reading has come, in one line on standard error that is gone in the end. Silent where that is no terminal.
pub(super) struct ProgressLine {
    speaks: bool,
    spoke: AtomicBool,
    /// Whether the user has asked to stop.
    stop: Arc<AtomicBool>,
    /// What all queries have cost.
    spent: Mutex<Spent>,
}

impl ProgressLine {
    /// A line that has said nothing yet, for work that an interrupt may simply end.
    pub(super) fn new() -> Self {
        ProgressLine { speaks: io::stderr().is_terminal(), spoke: AtomicBool::new(false), stop: Arc::default(), spent: Mutex::default() }
    }

    /// A line that has said nothing yet. With `remote` Ctrl-C calls off what is at work elsewhere, where it would go on otherwise; a second
    /// one ends the command at once.
    pub(super) fn over(remote: bool) -> io::Result<Self> {
        let line = ProgressLine::new();
        if remote {
            signal_hook::flag::register_conditional_default(SIGINT, Arc::clone(&line.stop))?;
            signal_hook::flag::register(SIGINT, Arc::clone(&line.stop))?;
        }
        Ok(line)
    }

    /// Says how many of the files are read.
    pub(super) fn files(&self, done: usize, total: usize) {
        // Files are small and many: one in a hundred is enough to see it move.
        if self.speaks && done.is_multiple_of(100) {
            self.say(&format!("reading {} of {}", text::count(done as u64), plural(total as u64, "file", "files")));
        }
    }

    /// What all queries have cost, which may be less than they were agreed to cost; `None` where none ran.
    pub(super) fn bill(&self) -> Option<String> {
        let spent = *self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        (spent.queries > 0).then(|| spent.to_string())
    }

    /// Makes room for something else.
    pub(super) fn clear(&self) {
        if self.spoke.swap(false, Ordering::Relaxed) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    /// Tells a price; asks where it is beyond the limit.
    fn agrees(&self, cost: &Cost) -> bool {
        if !cost.is_over() {
            if self.speaks {
                self.say(&cost.to_string());
            }
            return true;
        }
        if !self.speaks || !io::stdin().is_terminal() {
            return false;
        }
        self.say(&format!("{cost}; go on? [y/N] "));
        let mut answer = String::new();
        io::stdin().read_line(&mut answer).is_ok() && matches!(answer.trim(), "y" | "Y" | "yes")
    }

    /// Says it, over what was said before.
    fn say(&self, line: &str) {
        let _ = write!(io::stderr(), "\r\x1b[K{line}");
        self.spoke.store(true, Ordering::Relaxed);
    }
}

impl Watch for ProgressLine {
    fn progress(&self, progress: Progress) {
        if self.speaks {
            self.say(&describe(&progress));
        }
    }

    fn snapshot(&self, _: Groups) {}

    fn cancelled(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    fn spend(&self, cost: &Cost) -> bool {
        self.agrees(cost)
    }

    fn spent(&self, spent: Spent) {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) = spent;
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

fn describe(progress: &Progress) -> String {
    if let Some(job) = progress.job {
        return job.describe(progress);
    }
    let rows = plural(progress.rows, "row", "rows");
    let rate = progress.rows as f64 / progress.elapsed.as_secs_f64().max(0.001);
    let read = text::bytes(progress.bytes);
    let of = match progress.total_bytes {
        Some(total) => {
            format!("{read} of {}, {}", text::bytes(total), text::percent(progress.bytes.min(total), total))
        }
        None => read,
    };
    format!("reading {of}, {rows}, {} rows/s", text::count(rate as u64))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::rows::schemas::memory::Memory;

    #[test]
    fn progress_tells_bytes_rows_and_speed() {
        let progress = Progress { bytes: 512 << 10, total_bytes: Some(1 << 20), rows: 3000, elapsed: Duration::from_secs(2), job: None };
        assert_eq!(describe(&progress), "reading 512.0 KiB of 1.0 MiB, 50 %, 3,000 rows, 1,500 rows/s");
        let unknown = Progress { total_bytes: None, ..progress };
        assert_eq!(describe(&unknown), "reading 512.0 KiB, 3,000 rows, 1,500 rows/s");
    }

    #[test]
    fn the_bill_tells_what_was_spent_and_not_what_was_expected() {
        let line = ProgressLine::new();
        assert_eq!(line.bill(), None);
        assert!(line.spend(&Cost { purpose: "counting", bytes: 4 << 30, at_most: true, dollars: 0.02, limit: 5 << 30 }));
        assert_eq!(line.bill(), None, "agreed to, and not asked yet");
        line.spent(Spent { queries: 2, bytes: 1 << 30, dollars: 0.01 });
        assert_eq!(line.bill().as_deref(), Some("BigQuery read 1.0 GiB in 2 queries, about $0.01"));
    }

    #[test]
    fn schema_files_that_nothing_reaches_are_told() {
        static FILES: &[(&str, &[u8])] =
            &[("a/b/b.1.schema.json", b"{}"), ("a/b/c.1.schema.json", b"{}"), ("a/b/d\u{1b}.1.schema.json", b"{}")];
        let store = |files| SchemaStore::open(Box::new(Memory::new("test", files))).unwrap();
        let told = strays(Some(&store(FILES)));
        assert_eq!(
            told.as_deref(),
            Some("2 schema files are not named like their folders and never used; the first is a/b/c.1.schema.json")
        );
        assert_eq!((strays(Some(&store(&FILES[..1]))), strays(None)), (None, None));
    }

    #[test]
    fn a_reader_that_left_is_no_error() {
        let closed = color_eyre::Report::from(io::Error::from(io::ErrorKind::BrokenPipe)).wrap_err("cannot write");
        assert!(is_closed(&closed));
        assert!(!is_closed(&color_eyre::Report::from(io::Error::from(io::ErrorKind::NotFound))));
    }
}
