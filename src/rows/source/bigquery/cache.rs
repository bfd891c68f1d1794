//! Answers kept on disk, so that the same window is opened again at once and for nothing.
//!
//! Owns: where they are, when one is still good, how much room they take. Only this user can read them.
//! Refuses: what an answer means. It is given no token and no payload.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Lines, Read, Take, Write};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::window::Window;

/// Room that all answers may take.
const MOST_BYTES: u64 = 256 << 20;
/// Longest answer that is read back, unpacked.
const LONGEST: u64 = 512 << 20;
/// An answer about a window up to now is good for a hundredth of the window, but no longer than this.
const LONGEST_AGE: Duration = Duration::from_secs(15 * 60);

/// A folder of answers.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    folder: PathBuf,
}

/// The first line of a file. A row of the answer is on each line behind it.
#[derive(Serialize, Deserialize)]
struct KeptHead {
    /// Server, text and parameters: two questions may share a file name.
    question: String,
}

/// How the names of files end.
const ENDING: &str = ".rows.zst";

/// An answer that was kept.
pub(super) struct KeptAnswer {
    lines: Lines<Take<BufReader<zstd::Decoder<'static, BufReader<fs::File>>>>>,
    /// The window that it is about.
    pub(super) window: Window,
    pub(super) age: Duration,
}

impl KeptAnswer {
    /// The text of the next row; an error where the file is broken.
    pub(super) fn next(&mut self) -> Option<std::io::Result<String>> {
        self.lines.next()
    }
}

/// An answer that is being kept. What is not finished was not kept.
pub(super) struct KeepingAnswer {
    packed: zstd::Encoder<'static, BufWriter<tempfile::NamedTempFile>>,
    place: PathBuf,
}

impl KeepingAnswer {
    /// Adds a row.
    ///
    /// # Errors
    /// The disk is full, or fails otherwise.
    pub(super) fn row(&mut self, text: &str) -> std::io::Result<()> {
        // Between the values of a JSON text a line break is as good as a space, and inside of them there is none.
        text.split(['\n', '\r']).try_for_each(|part| self.packed.write_all(part.as_bytes()))?;
        self.packed.write_all(b"\n")
    }
}

/// `$XDG_CACHE_HOME/misfit/bigquery`; `None` where the user has no home.
pub fn usual_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("misfit").join("bigquery"))
}

impl Cache {
    pub(super) fn new(folder: PathBuf) -> Self {
        Cache { folder }
    }

    /// An answer to the question about that window. With `open` the window ends now, and one that began and ended a little earlier is as good.
    /// What cannot be read was not kept.
    pub(super) fn find(&self, question: &str, window: Window, open: bool) -> Option<KeptAnswer> {
        let span = Duration::from_micros((window.until - window.since).max(0) as u64);
        let slack = if open { (span / 100).min(LONGEST_AGE) } else { Duration::ZERO }.as_micros() as i64;
        let near = |known: &Window| (known.since - window.since).abs() <= slack && (known.until - window.until).abs() <= slack;
        let entries = fs::read_dir(self.folder_of(question)).ok()?.flatten();
        let known = entries.filter_map(|entry| Some((window_of(&entry.path())?, entry.path()))).filter(|(known, _)| near(known));
        let (window, path) = known.max_by_key(|(known, _)| known.until)?;
        let packed = zstd::Decoder::new(fs::File::open(&path).ok()?).ok()?;
        let mut lines = BufReader::new(packed).take(LONGEST).lines();
        let head: KeptHead = serde_json::from_str(&lines.next()?.ok()?).ok()?;
        let age = fs::metadata(&path).and_then(|about| about.modified()).ok()?.elapsed().unwrap_or_default();
        (head.question == question).then_some(KeptAnswer { lines, window, age })
    }

    /// Begins to keep an answer.
    ///
    /// # Errors
    /// The folder cannot be written; the answer is as good without it.
    pub(super) fn begin(&self, question: &str, window: Window) -> std::io::Result<KeepingAnswer> {
        let folder = self.folder_of(question);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let file = tempfile::NamedTempFile::new_in(&folder)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
        let packed = zstd::Encoder::new(BufWriter::new(file), 3)?;
        let mut keeping = KeepingAnswer { packed, place: folder.join(format!("{}_{}{ENDING}", window.since, window.until)) };
        let head = serde_json::to_string(&KeptHead { question: question.to_owned() })?;
        keeping.row(&head)?;
        Ok(keeping)
    }

    /// Keeps what is whole, and throws away the oldest where there are too many.
    ///
    /// # Errors
    /// As [`Cache::begin`].
    pub(super) fn finish(&self, keeping: KeepingAnswer) -> std::io::Result<()> {
        let file = keeping.packed.finish()?.into_inner().map_err(std::io::IntoInnerError::into_error)?;
        file.persist(&keeping.place).map_err(|error| error.error)?;
        self.make_room()
    }

    fn folder_of(&self, question: &str) -> PathBuf {
        // FNV-1a: the same in every build, unlike the standard library's.
        let hash = question.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        self.folder.join(format!("{hash:016x}"))
    }

    fn make_room(&self) -> std::io::Result<()> {
        let mut files: Vec<(SystemTime, u64, PathBuf)> = Vec::new();
        for folder in fs::read_dir(&self.folder)?.flatten() {
            for file in fs::read_dir(folder.path()).into_iter().flatten().flatten() {
                let about = file.metadata()?;
                files.push((about.modified()?, about.len(), file.path()));
            }
        }
        files.sort_unstable();
        let mut room: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in files {
            if room <= MOST_BYTES {
                break;
            }
            fs::remove_file(path)?;
            room -= bytes;
        }
        Ok(())
    }
}

/// The window in a file's name.
fn window_of(path: &Path) -> Option<Window> {
    let (since, until) = path.file_name()?.to_str()?.strip_suffix(ENDING)?.split_once('_')?;
    Some(Window { since: since.parse().ok()?, until: until.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    fn keep(cache: &Cache, question: &str, window: Window, rows: &[&str]) {
        let mut keeping = cache.begin(question, window).unwrap();
        rows.iter().for_each(|row| keeping.row(row).unwrap());
        cache.finish(keeping).unwrap();
    }

    #[test]
    fn an_answer_is_found_again_for_the_same_window_and_for_nearly_now() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("deep/er"));
        let window = |since, until| Window { since, until };
        let day = window(0, 24 * HOUR);
        assert!(cache.find("q", day, true).is_none());
        keep(&cache, "q", day, &["[7,\n 8]", "9"]);
        let mut kept = cache.find("q", day, false).unwrap();
        let rows: Vec<String> = std::iter::from_fn(|| kept.next()).map(Result::unwrap).collect();
        assert_eq!(rows, ["[7, 8]", "9"]);
        let later = window(HOUR / 10, 24 * HOUR + HOUR / 10);
        assert_eq!(cache.find("q", later, true).unwrap().window, day);
        assert!(cache.find("q", later, false).is_none());
        assert!(cache.find("q", window(HOUR, 25 * HOUR), true).is_none());
        assert!(cache.find("other", day, false).is_none());
    }

    #[test]
    fn nobody_else_reads_it_and_rubbish_is_no_answer() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("c"));
        let window = Window { since: 1, until: 2 };
        keep(&cache, "q", window, &[]);
        let place = cache.folder_of("q");
        let file = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&file)), (0o700, 0o600));
        fs::write(&file, b"rubbish").unwrap();
        assert!(cache.find("q", window, false).is_none());
    }
}
