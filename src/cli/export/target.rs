//! Where an export goes: standard output, a file, or files in a folder.
//!
//! Owns: what --out means for one text and for many.
//! Refuses: writing files (export).

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use color_eyre::Result;

use super::Work;
use crate::cli::out::{self, shown};
use crate::ground::text::visible_lines;
use crate::triage::export::files::{DraftFile, ExportFolder};

/// Takes the parts of one text.
pub(super) enum One {
    Stdout(BufWriter<io::Stdout>),
    File(DraftFile),
}

impl One {
    /// `--out` names a file; in a folder that is there, or that is written with a slash behind it, the file is called `name`.
    pub(super) fn begin(work: &Work<'_>, name: &str) -> Result<Self> {
        let Some(path) = &work.question.out else { return Ok(One::Stdout(BufWriter::new(io::stdout()))) };
        let is_folder = path.is_dir() || path.as_os_str().as_encoded_bytes().ends_with(b"/");
        let file = if is_folder {
            let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
            ExportFolder::open(path, work.options())?.begin(&[], stem, &format!(".{ending}"))?
        } else {
            DraftFile::begin(path, work.options())?
        };
        Ok(One::File(file))
    }

    /// Writes on.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<()> {
        match self {
            One::Stdout(stdout) => stdout.write_all(bytes)?,
            One::File(draft) => draft.put(bytes)?,
        }
        Ok(())
    }

    /// Writes a document and ends its line. A terminal is shown what it would obey.
    pub(super) fn put_document(&mut self, text: &[u8]) -> Result<()> {
        match self {
            One::Stdout(stdout) if io::stdout().is_terminal() => {
                stdout.write_all(visible_lines(text).as_bytes())?;
            }
            _ => self.put(text)?,
        }
        self.put(b"\n")
    }

    /// Ends it, and tells where it is.
    pub(super) fn finish(self) -> Result<()> {
        match self {
            One::Stdout(mut stdout) => stdout.flush()?,
            One::File(draft) => out::tell(&format!("misfit: wrote {}", shown(&draft.finish()?))),
        }
        Ok(())
    }
}

/// Takes one whole text.
pub(super) fn whole(work: &Work<'_>, name: &str, text: &str) -> Result<()> {
    let mut one = One::begin(work, name)?;
    one.put(text.as_bytes())?;
    one.finish()
}

/// Files in a folder, counted.
pub(super) struct Many {
    folder: ExportFolder,
    given: PathBuf,
    written: u64,
}

impl Many {
    pub(super) fn begin(work: &Work<'_>, path: &Path) -> Result<Self> {
        Ok(Many { folder: ExportFolder::open(path, work.options())?, given: path.to_owned(), written: 0 })
    }

    /// Writes a file.
    pub(super) fn put(&mut self, folders: &[&str], stem: &str, ending: &str, bytes: &[u8]) -> Result<()> {
        let mut draft = self.folder.begin(folders, stem, ending)?;
        draft.put(bytes)?;
        draft.finish()?;
        self.written += 1;
        Ok(())
    }

    /// Tells how many there are.
    pub(super) fn finish(self) {
        out::tell(&format!("misfit: wrote {} to {}", out::plural(self.written, "file", "files"), shown(&self.given)));
    }
}
