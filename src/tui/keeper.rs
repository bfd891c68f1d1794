//! The folder in which misfit keeps how it was left.
//!
//! Owns: its files, which only the user can read; a file is replaced as a whole, never written into.
//! Refuses: what stands in them (kept).

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::kept::{Kept, KeptLine, KeptView};
use super::message::Message;
use crate::ground::text::visible;
use crate::triage::baseline::Visit;

/// Name of the file with the views and the typed lines.
const STATE: &str = "state.json";

/// Name of the file with the theme that was chosen, apart from the others: it is needed before the first frame.
const THEME: &str = "theme";

/// Name of the file with what the terminal said of its background last: its answer comes after the first frame.
const BACKGROUND: &str = "background";

/// Name of the folder with the groups of the last visits, a file for each source.
const VISITS: &str = "visits";

/// How their names end.
const VISIT_ENDING: &str = ".json";

/// Most bytes of a file that are read.
const MOST_BYTES: u64 = 1 << 20;

/// The same of a visit: its groups are bounded, their names as well.
const MOST_VISIT_BYTES: u64 = 8 << 20;

/// The folder.
#[derive(Debug, Clone)]
pub struct Keeper {
    folder: PathBuf,
    /// Whether what is there is left aside for this time.
    is_fresh: bool,
}

/// `$XDG_STATE_HOME/misfit`; `None` where the user has no home.
pub fn usual_folder() -> Option<PathBuf> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy().ok()?;
    Some(strategy.state_dir()?.join("misfit"))
}

impl Keeper {
    /// Keeps in a folder, which need not be there. `is_fresh`: what was kept before is not shown again.
    pub fn new(folder: PathBuf, is_fresh: bool) -> Self {
        Keeper { folder, is_fresh }
    }

    /// The theme that was chosen last.
    pub fn theme(&self) -> Option<String> {
        let text = if self.is_fresh { None } else { read(&self.folder.join(THEME), MOST_BYTES).ok()? };
        text.map(|text| text.trim().to_owned()).filter(|name| !name.is_empty())
    }

    /// Keeps the theme.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep_theme(&self, name: &str) -> io::Result<()> {
        self.write(THEME, &format!("{name}\n"))
    }

    /// Whether the terminal was light, last time.
    pub fn background(&self) -> Option<bool> {
        match read(&self.folder.join(BACKGROUND), MOST_BYTES).ok()??.trim() {
            "light" => Some(true),
            "dark" => Some(false),
            _ => None,
        }
    }

    /// Keeps whether the terminal is light.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn keep_background(&self, is_light: bool) -> io::Result<()> {
        self.write(BACKGROUND, if is_light { "light\n" } else { "dark\n" })
    }

    /// What there is of the last time, as a message.
    pub(super) fn last_time(&self, source: Option<&str>) -> Message {
        if self.is_fresh {
            return Message::LastTime { typed: Vec::new(), view: None, visit: None, complaint: None };
        }
        let (visit, no_visit) = match source.map(|source| self.visit(source)).transpose() {
            Ok(visit) => (visit.flatten(), None),
            Err(complaint) => (None, Some(complaint)),
        };
        let visit = visit.map(Arc::new);
        match self.read() {
            Ok(None) => Message::LastTime { typed: Vec::new(), view: None, visit, complaint: no_visit },
            Ok(Some(mut kept)) => {
                let view = source.and_then(|source| kept.take(source));
                Message::LastTime { typed: kept.typed, view: view.map(Box::new), visit, complaint: no_visit }
            }
            Err(complaint) => Message::LastTime { typed: Vec::new(), view: None, visit, complaint: Some(complaint) },
        }
    }

    /// The groups that a source had at the last visit.
    fn visit(&self, source: &str) -> Result<Option<Visit>, String> {
        let path = self.folder.join(VISITS).join(visit_name(source));
        let told = |why: &str| {
            let path = visible(&path.to_string_lossy()).into_owned();
            format!("what was kept of the last visit is not used: {path} {why}; it is written anew at the end")
        };
        match read(&path, MOST_VISIT_BYTES) {
            Ok(None) => Ok(None),
            // Two names may share a file.
            Ok(Some(text)) => Visit::parse(&text).map(|visit| Some(visit).filter(|visit| visit.source == source)).map_err(told),
            Err(error) => Err(told(&format!("cannot be read ({error})"))),
        }
    }

    /// Keeps the groups of sources as they are left. Those of sources that are kept no longer go.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn keep_visits(&self, visits: &[Visit]) -> io::Result<()> {
        if visits.is_empty() {
            return Ok(());
        }
        let folder = self.folder.join(VISITS);
        for visit in visits {
            write(&folder, &visit_name(&visit.source), &visit.print())?;
        }
        let kept = self.read().ok().flatten().unwrap_or_default();
        let known: Vec<String> = kept.sources.iter().map(|view| visit_name(&view.source)).collect();
        for file in fs::read_dir(&folder)?.flatten() {
            let name = file.file_name();
            if name.to_str().is_some_and(|name| name.ends_with(VISIT_ENDING) && !known.iter().any(|kept| kept == name)) {
                fs::remove_file(file.path())?;
            }
        }
        Ok(())
    }

    fn read(&self) -> Result<Option<Kept>, String> {
        let path = self.folder.join(STATE);
        let told = |why: &str| {
            format!("what was kept of the last time is not used: {} {why}; it is written anew at the end", visible(&path.to_string_lossy()))
        };
        match read(&path, MOST_BYTES) {
            Ok(None) => Ok(None),
            Ok(Some(text)) => Kept::parse(&text).map(Some).map_err(told),
            Err(error) => Err(told(&format!("cannot be read ({error})"))),
        }
    }

    /// Keeps how sources are left, beside what others have kept meanwhile.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn keep(&self, views: Vec<KeptView>, typed: Vec<KeptLine>) -> io::Result<()> {
        if views.is_empty() && typed.is_empty() {
            return Ok(());
        }
        let mut kept = self.read().ok().flatten().unwrap_or_default();
        kept.add(views, typed);
        self.write(STATE, &kept.print())
    }

    fn write(&self, name: &str, text: &str) -> io::Result<()> {
        write(&self.folder, name, text)
    }
}

/// Replaces a file of a folder as a whole.
fn write(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    make_private(folder)?;
    // Only its owner can read a temporary file.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(folder.join(name)).map_err(|error| error.error)?;
    Ok(())
}

/// The file of a source's visit: a number that its name makes, the same on any machine (FNV-1a).
fn visit_name(source: &str) -> String {
    let hash = source.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{hash:016x}{VISIT_ENDING}")
}

/// Makes a folder that only the user can look into.
pub(super) fn make_private(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// The text of a plain file of at most so many bytes; `None` where there is none.
fn read(path: &Path, most: u64) -> io::Result<Option<String>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Ok(about) if !about.is_file() => return Err(io::Error::other("it is a folder or a device")),
        Ok(about) if about.len() > most => return Err(io::Error::other("it is too large")),
        _ => {}
    }
    let mut text = String::new();
    File::open(path)?.take(most).read_to_string(&mut text)?;
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::demo;
    use crate::rows::source::{Request, Unwatched};
    use crate::triage::baseline::AskedRows;

    fn complaint(message: Message) -> Option<String> {
        match message {
            Message::LastTime { complaint, .. } => complaint,
            _ => None,
        }
    }

    fn view_of(message: Message) -> Option<KeptView> {
        match message {
            Message::LastTime { view, .. } => view.map(|view| *view),
            _ => None,
        }
    }

    #[test]
    fn a_source_is_found_again_and_fresh_leaves_it_aside() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(folder.path().join("misfit"), false);
        assert!(view_of(keeper.last_time(Some("/a"))).is_none() && keeper.theme().is_none());
        let view = KeptView { source: "/a".into(), filter: Some("zoom".into()), ..KeptView::default() };
        keeper.keep(vec![view.clone()], Vec::new()).unwrap();
        keeper.keep(vec![KeptView { source: "/b".into(), ..KeptView::default() }], Vec::new()).unwrap();
        keeper.keep_theme("mono").unwrap();
        assert_eq!(view_of(keeper.last_time(Some("/a"))), Some(view));
        assert!(view_of(keeper.last_time(None)).is_none());
        assert_eq!(keeper.theme().as_deref(), Some("mono"));
        assert_eq!(keeper.background(), None);
        keeper.keep_background(true).unwrap();
        assert_eq!(keeper.background(), Some(true));
        let fresh = Keeper::new(folder.path().join("misfit"), true);
        assert!(view_of(fresh.last_time(Some("/a"))).is_none() && fresh.theme().is_none());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(folder.path().join("misfit")), mode(folder.path().join("misfit/state.json"))), (0o700, 0o600));
        }
        let left: Vec<_> = fs::read_dir(folder.path().join("misfit")).unwrap().flatten().collect();
        assert_eq!(left.len(), 3, "nothing but the three files: {left:?}");
    }

    #[test]
    fn the_groups_of_a_visit_are_found_again_and_go_with_their_source() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(folder.path().to_owned(), false);
        let groups = demo::source().unwrap().groups(&Request::default(), &Unwatched).unwrap();
        let visit = |source: &str| Visit::of(source.into(), 7, AskedRows::default(), &groups).unwrap();
        let found = |keeper: &Keeper, source: &str| match keeper.last_time(Some(source)) {
            Message::LastTime { visit, complaint, .. } => (visit.map(|visit| visit.at), complaint),
            _ => (None, None),
        };
        keeper.keep(vec![KeptView { source: "/a".into(), ..KeptView::default() }], Vec::new()).unwrap();
        keeper.keep_visits(&[visit("/a"), visit("/left long ago")]).unwrap();
        assert_eq!(found(&keeper, "/a"), (Some(7), None));
        assert_eq!(found(&keeper, "/left long ago"), (None, None), "it is kept no longer");
        assert_eq!(found(&Keeper::new(folder.path().to_owned(), true), "/a"), (None, None), "begun anew");
        fs::write(folder.path().join(VISITS).join(visit_name("/a")), "{").unwrap();
        let (visit, complaint) = found(&keeper, "/a");
        assert!(visit.is_none() && complaint.is_some_and(|told| told.contains("is broken")));
    }

    #[test]
    fn what_cannot_be_used_is_told_and_written_anew() {
        let folder = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(folder.path().to_owned(), false);
        let state = folder.path().join(STATE);
        for (text, why) in [("{\"version\":2}", "another version"), ("nonsense", "is broken")] {
            fs::write(&state, text).unwrap();
            let told = complaint(keeper.last_time(Some("/a"))).unwrap();
            assert!(told.contains(why) && told.contains("state.json"), "{told}");
        }
        fs::write(&state, vec![b' '; MOST_BYTES as usize + 1]).unwrap();
        assert!(complaint(keeper.last_time(None)).unwrap().contains("too large"));
        keeper.keep(vec![KeptView { source: "/a".into(), ..KeptView::default() }], Vec::new()).unwrap();
        assert!(complaint(keeper.last_time(None)).is_none(), "said once");
    }
}
