//! The log, written into a file for as long as the program runs.
//!
//! Owns: the file, the time before each line.
//! Refuses: what is told (log).

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;

use super::keeper::make_private;
use super::log::LogLine;
use crate::ground::time::rfc3339;

/// Most bytes that are written; then it says so and ends.
const MOST_BYTES: u64 = 16 << 20;

/// An open file.
pub struct LogFile {
    file: File,
    written: u64,
}

impl LogFile {
    /// Writes anew into a file, of which the folder is made where it is missing.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn create(path: &Path) -> io::Result<Self> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            make_private(folder)?;
        }
        let mut options = File::options();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Ok(LogFile { file: options.open(path)?, written: 0 })
    }

    /// Adds lines, each with the time in UTC. A disk that is full stops nothing.
    pub(super) fn write(&mut self, lines: &[LogLine]) {
        for line in lines {
            if self.written > MOST_BYTES {
                return;
            }
            let mut told = format!("{} {}\n", rfc3339(jiff::Timestamp::now().as_microsecond()), line.told());
            self.written += told.len() as u64;
            if self.written > MOST_BYTES {
                told = "the log ends here: it is 16 MiB long\n".to_owned();
            }
            let _ = self.file.write_all(told.as_bytes());
        }
    }
}
