//! Histories kept on disk. Only this user can read them.
//!
//! Owns: where they are, how many.
//! Refuses: whether one is still good: what is asked names the newest commit, so it always is.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::PathBuf;
use std::time::SystemTime;

use etcetera::BaseStrategy;
use serde::{Deserialize, Serialize};

use super::KeptBlame;

/// Most histories.
const MOST: usize = 2000;

/// `$XDG_CACHE_HOME/misfit/blame`; `None` where the user has no home.
pub fn usual_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("misfit").join("blame"))
}

pub(super) struct BlameFolder {
    folder: PathBuf,
}

#[derive(Serialize)]
struct Writing<'a> {
    /// What it answers: two questions may share a file name.
    asked: &'a str,
    blame: &'a KeptBlame,
}

#[derive(Deserialize)]
struct Written {
    asked: String,
    blame: KeptBlame,
}

impl BlameFolder {
    pub(super) fn new(folder: PathBuf) -> Self {
        BlameFolder { folder }
    }

    pub(super) fn find(&self, asked: &str) -> Option<KeptBlame> {
        let written: Written = serde_json::from_slice(&fs::read(self.file(asked)).ok()?).ok()?;
        (written.asked == asked).then_some(written.blame)
    }

    pub(super) fn keep(&self, asked: &str, blame: &KeptBlame) -> std::io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.folder)?;
        let mut file = tempfile::NamedTempFile::new_in(&self.folder)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
        serde_json::to_writer(std::io::BufWriter::new(&mut file), &Writing { asked, blame })?;
        file.flush()?;
        file.persist(self.file(asked)).map_err(|error| error.error)?;
        self.make_room()
    }

    fn file(&self, asked: &str) -> PathBuf {
        // FNV-1a: the same in every build, unlike the standard library's.
        let hash = asked.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        self.folder.join(format!("{hash:016x}.json"))
    }

    fn make_room(&self) -> std::io::Result<()> {
        let entries = fs::read_dir(&self.folder)?.flatten();
        let mut files: Vec<(SystemTime, PathBuf)> =
            entries.filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path()))).collect();
        if files.len() > MOST {
            files.sort_unstable();
            files.truncate(files.len() - MOST);
            files.iter().try_for_each(|(_, path)| fs::remove_file(path))?;
        }
        Ok(())
    }
}
