//! Answers kept on disk, so that the same window is opened again at once and for nothing.
//!
//! Owns: where they are, when one is still good, how much room they take. Only this user can read them.
//! Refuses: what an answer means. It is given no token and no payload.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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

/// An answer with what it answers.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// Server, text and parameters: two questions may share a file name.
    question: String,
    rows: Vec<Value>,
}

/// An answer that was kept.
pub(super) struct KeptAnswer {
    pub(super) rows: Vec<Value>,
    /// The window that it is about.
    pub(super) window: Window,
    pub(super) age: Duration,
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
        let kept: Kept = serde_json::from_reader(std::io::Read::take(std::io::BufReader::new(packed), LONGEST)).ok()?;
        let age = fs::metadata(&path).and_then(|about| about.modified()).ok()?.elapsed().unwrap_or_default();
        (kept.question == question).then_some(KeptAnswer { rows: kept.rows, window, age })
    }

    /// Keeps an answer, and throws away the oldest where there are too many.
    ///
    /// # Errors
    /// The folder cannot be written; the answer is as good without it.
    pub(super) fn keep(&self, question: &str, window: Window, rows: &[Value]) -> std::io::Result<()> {
        let folder = self.folder_of(question);
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&folder)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
        let mut packed = zstd::Encoder::new(std::io::BufWriter::new(&mut file), 3)?;
        serde_json::to_writer(&mut packed, &Kept { question: question.to_owned(), rows: rows.to_vec() })?;
        packed.finish()?.flush()?;
        file.persist(folder.join(format!("{}_{}.json.zst", window.since, window.until))).map_err(|error| error.error)?;
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
    let (since, until) = path.file_name()?.to_str()?.strip_suffix(".json.zst")?.split_once('_')?;
    Some(Window { since: since.parse().ok()?, until: until.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;

    #[test]
    fn an_answer_is_found_again_for_the_same_window_and_for_nearly_now() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("deep/er"));
        let window = |since, until| Window { since, until };
        let day = window(0, 24 * HOUR);
        assert!(cache.find("q", day, true).is_none());
        cache.keep("q", day, &[Value::from(7)]).unwrap();
        assert_eq!(cache.find("q", day, false).unwrap().rows, [7]);
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
        cache.keep("q", window, &[]).unwrap();
        let place = cache.folder_of("q");
        let file = fs::read_dir(&place).unwrap().next().unwrap().unwrap().path();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&place), mode(&file)), (0o700, 0o600));
        fs::write(&file, b"rubbish").unwrap();
        assert!(cache.find("q", window, false).is_none());
    }
}
