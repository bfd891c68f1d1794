//! Names of objects, and the contents of files by them.
//!
//! Owns: one git that answers one after another (`cat-file --batch`), reading many in their order without waiting for each.
//! Refuses: which files those are (`revision_tree`, history).

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::ops::ControlFlow;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{GitError, Repository};

/// The name of an object: 20 bytes, or 32 in repositories of git's newer kind.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; 32],
    length: u8,
}

impl ObjectId {
    /// A whole name in hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        if !matches!(text.len(), 40 | 64) {
            return None;
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digit = |c: u8| char::from(c).to_digit(16);
            *byte = (digit(pair[0])? << 4 | digit(pair[1])?) as u8;
        }
        Some(ObjectId { bytes, length: text.len() as u8 / 2 })
    }

    /// The same of its bytes: as many as the name has.
    pub(super) fn of_bytes(name: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        matches!(name.len(), 20 | 32).then_some(ObjectId { bytes, length: name.len() as u8 })
    }

    /// How many bytes it has.
    pub(super) fn length(&self) -> usize {
        self.length.into()
    }

    /// Whether it is the name that git writes where there is no object.
    pub(super) fn is_none(&self) -> bool {
        self.bytes.iter().all(|&byte| byte == 0)
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().take(self.length.into()).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A git that waits for names of objects and answers with their contents.
pub struct Blobs {
    repository: Repository,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

/// Most objects that are asked for at once: their names have room in the pipe, so that git is never waited for by whom it waits for.
const MOST_ASKED: usize = 500;

/// Room for what is read ahead.
const AHEAD: usize = 1 << 16;

impl Repository {
    /// Begins to read contents.
    pub fn blobs(&self) -> Result<Blobs, GitError> {
        self.batch(&[])
    }

    fn batch(&self, options: &[&str]) -> Result<Blobs, GitError> {
        let mut command = self.command();
        command.args(["cat-file", "--batch"]).args(options).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|error| GitError::NoGit(error.to_string()))?;
        let questions = child.stdin.take();
        let answers = child.stdout.take().ok_or_else(|| GitError::NoGit("it gives no answers".to_owned()))?;
        Ok(Blobs { repository: self.clone(), child, questions, answers: BufReader::with_capacity(AHEAD, answers) })
    }

    /// The contents of many objects, in the order in which they are named: `each` is given the place in the list and the bytes. Read in the order
    /// of their paths and of their age this is quickest, for git keeps each as the difference to one near it. Name each object once.
    ///
    /// # Errors
    /// An object is missing or damaged: no contents before it are lost.
    pub fn each_blob(&self, ids: &[ObjectId], mut each: impl FnMut(usize, &[u8]) -> ControlFlow<()>) -> Result<(), GitError> {
        let mut blobs = self.batch(&["--buffer"])?;
        let Some(mut questions) = blobs.questions.take() else { return Ok(()) };
        std::thread::scope(|scope| {
            // Both pipes are short: who asks for all of them before reading waits for ever.
            scope.spawn(move || {
                let mut asked = String::with_capacity(ids.len() * 41);
                ids.iter().for_each(|id| asked.push_str(&format!("{id}\n")));
                // A git that has ended tells so by its answers.
                let _ = questions.write_all(asked.as_bytes());
            });
            let mut bytes = Vec::new();
            for (at, id) in ids.iter().enumerate() {
                let answer = blobs.answer(id, &mut bytes);
                if answer.is_err() || each(at, &bytes).is_break() {
                    // Nobody takes the other answers: the thread that asks is let go.
                    let _ = blobs.child.kill();
                    return answer;
                }
            }
            Ok(())
        })
    }
}

impl Blobs {
    /// The contents of one.
    ///
    /// # Errors
    /// It is missing or damaged.
    pub fn read(&mut self, id: &ObjectId) -> Result<Vec<u8>, GitError> {
        let mut bytes = Vec::new();
        let asked =
            self.questions.as_mut().map(|questions| questions.write_all(format!("{id}\n").as_bytes()).and_then(|()| questions.flush()));
        match asked {
            Some(Ok(())) => self.answer(id, &mut bytes)?,
            _ => return Err(self.broken(id)),
        }
        Ok(bytes)
    }

    /// The contents of many, in their order.
    ///
    /// # Errors
    /// One of them is missing or damaged.
    pub(super) fn each(&mut self, ids: &[ObjectId], mut each: impl FnMut(&[u8], &ObjectId)) -> Result<(), GitError> {
        let mut bytes = Vec::new();
        for ids in ids.chunks(MOST_ASKED) {
            let asked: String = ids.iter().map(|id| format!("{id}\n")).collect();
            let is_asked = self
                .questions
                .as_mut()
                .is_some_and(|questions| questions.write_all(asked.as_bytes()).and_then(|()| questions.flush()).is_ok());
            for id in ids {
                if !is_asked {
                    return Err(self.broken(id));
                }
                self.answer(id, &mut bytes)?;
                each(&bytes, id);
            }
        }
        Ok(())
    }

    /// The commit that a name means, with its text; `None` where git knows none of it. The name has no line end.
    ///
    /// # Errors
    /// git does not answer.
    pub(super) fn named(&mut self, name: &str) -> Result<Option<(ObjectId, Vec<u8>)>, GitError> {
        let silent = || GitError::NoGit("it gives no answers".to_owned());
        let questions = self.questions.as_mut().ok_or_else(silent)?;
        questions.write_all(format!("{name}\n").as_bytes()).and_then(|()| questions.flush()).map_err(|_| silent())?;
        let mut head = Vec::new();
        self.answers.read_until(b'\n', &mut head).map_err(|_| silent())?;
        let head = String::from_utf8_lossy(&head);
        let mut words = head.trim_end().split(' ');
        let Some((id, kind, length)) =
            words.next().and_then(ObjectId::parse).zip(words.next()).zip(words.next()).map(|((a, b), c)| (a, b, c))
        else {
            return if head.is_empty() { Err(silent()) } else { Ok(None) };
        };
        let mut bytes = Vec::new();
        self.body(&id, length.parse().ok(), &mut bytes)?;
        Ok((kind == "commit").then_some((id, bytes)))
    }

    fn answer(&mut self, id: &ObjectId, bytes: &mut Vec<u8>) -> Result<(), GitError> {
        let mut head = Vec::new();
        if self.answers.read_until(b'\n', &mut head).is_err() {
            return Err(self.broken(id));
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.strip_suffix('\n').and_then(|head| head.rsplit_once(' ')).and_then(|(_, length)| length.parse::<u64>().ok());
        self.body(id, length, bytes)
    }

    /// What follows the line that tells of an object.
    fn body(&mut self, id: &ObjectId, length: Option<u64>, bytes: &mut Vec<u8>) -> Result<(), GitError> {
        let Some(length) = length else { return Err(self.broken(id)) };
        bytes.clear();
        let read = (&mut self.answers).take(length).read_to_end(bytes);
        let end = (&mut self.answers).take(1).read_to_end(&mut Vec::new());
        match (read, end) {
            (Ok(read), Ok(1)) if read as u64 == length => Ok(()),
            _ => Err(self.broken(id)),
        }
    }

    fn broken(&self, id: &ObjectId) -> GitError {
        let shown = self.repository.name();
        if self.repository.is_shallow() {
            return GitError::Damaged(self.repository.too_shallow());
        }
        GitError::Damaged(format!(
            "the repository {shown} is damaged or not whole (object {id} is missing or cannot be read): fetch or clone it anew"
        ))
    }
}

impl Drop for Blobs {
    fn drop(&mut self) {
        self.questions = None;
        // It ends by itself where it was not in the middle of an answer.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
