//! What came of pairs of layouts, kept on disk: two versions of a file have one answer for good. Only this user can read it.
//!
//! Owns: the file of a repository, its lines.
//! Refuses: what is in them.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy;
use rustc_hash::FxHashMap;

use super::pairs::BlobPair;
use super::{JudgedPair, PastChange};
use crate::pipeline::compat::{DeployRule, DeployVerdict};
use crate::rows::schemas::git::{ObjectId, Repository};

/// Counted up where the rules of a comparison change: what was kept by others is not read.
const FORM: u32 = 2;

/// `$XDG_CACHE_HOME/misfit/history`; `None` where the user has no home.
pub fn usual_folder() -> Option<PathBuf> {
    Some(etcetera::choose_base_strategy().ok()?.cache_dir().join("misfit").join("history"))
}

/// The file of a repository.
pub(super) struct KeptPairs {
    file: PathBuf,
}

impl KeptPairs {
    pub(super) fn new(folder: &Path, repository: &Repository) -> Self {
        let version = env!("CARGO_PKG_VERSION");
        let name = format!("{FORM} {version} {:?}", repository.git_dir());
        // FNV-1a: the same in every build, unlike the standard library's.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        KeptPairs { file: folder.join(format!("{hash:016x}.pairs")) }
    }

    /// All of them; what is broken is read anew from the repository.
    pub(super) fn read(&self) -> FxHashMap<BlobPair, Arc<JudgedPair>> {
        let text = self.text();
        let mut all = FxHashMap::default();
        let mut lines = text.lines().peekable();
        while let Some(head) = lines.next() {
            let Some((pair, mut judged, changes)) = pair_of(head) else { continue };
            judged.changes.reserve(changes.min(text.len() / 16));
            while let Some(change) = lines.peek().and_then(|line| change_of(line)).filter(|_| judged.changes.len() < changes) {
                judged.changes.push(change);
                lines.next();
            }
            // A pair that was not written to its end does not count.
            if judged.changes.len() == changes {
                all.insert(pair, Arc::new(judged));
            }
        }
        all
    }

    /// Up to the end of the last whole line.
    fn text(&self) -> String {
        let mut bytes = fs::read(&self.file).unwrap_or_default();
        bytes.truncate(memchr::memrchr(b'\n', &bytes).map_or(0, |end| end + 1));
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Adds pairs. The file is written anew and takes the place of the one before, so that none sees half of it.
    pub(super) fn add(&self, fresh: &[(BlobPair, JudgedPair)]) -> std::io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
        let mut text = self.text();
        for (pair, judged) in fresh {
            lines(pair, judged, &mut text);
        }
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.as_file().set_permissions(fs::Permissions::from_mode(0o600))?;
        file.write_all(text.as_bytes())?;
        file.persist(&self.file).map_err(|error| error.error)?;
        Ok(())
    }
}

/// `P OLD NEW LEAVES LEAVES CHANGES FAULT`, then as many lines of changes; a tab between, `-` for nothing.
fn lines((before, after): &BlobPair, judged: &JudgedPair, text: &mut String) {
    let number = |leaves: Option<usize>| leaves.map_or("-".to_owned(), |leaves| leaves.to_string());
    let before = before.map_or("-".to_owned(), |before| before.to_string());
    let (old, new) = (number(judged.leaves.0), number(judged.leaves.1));
    let fault = judged.fault.as_deref().map(escaped).unwrap_or_default();
    text.push_str(&format!("P\t{before}\t{after}\t{old}\t{new}\t{}\t{fault}\n", judged.changes.len()));
    for change in &judged.changes {
        let (rule, verdict) = (change.rule.name(), change.verdict.name());
        let column = escaped(&change.column);
        text.push_str(&format!("{verdict}\t{rule}\t{}\t{column}", change.kind));
        for forms in [&change.old, &change.new] {
            match forms {
                Some((kind, mode)) => text.push_str(&format!("\t{}\t{mode}", escaped(kind))),
                None => text.push_str("\t-\t-"),
            }
        }
        text.push('\t');
        text.push_str(&change.sentence.as_deref().map(escaped).unwrap_or_default());
        text.push('\n');
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
}

fn unescaped(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let (mut out, mut signs) = (String::with_capacity(text.len()), text.chars());
    while let Some(sign) = signs.next() {
        out.push(match (sign, sign == '\\') {
            (_, true) => match signs.next() {
                Some('t') => '\t',
                Some('n') => '\n',
                Some('r') => '\r',
                Some(other) => other,
                None => '\\',
            },
            (sign, false) => sign,
        });
    }
    out
}

fn pair_of(line: &str) -> Option<(BlobPair, JudgedPair, usize)> {
    let mut parts = line.strip_prefix("P\t")?.split('\t');
    let before = match parts.next()? {
        "-" => None,
        id => Some(ObjectId::parse(id)?),
    };
    let after = ObjectId::parse(parts.next()?)?;
    let mut number = || -> Option<Option<usize>> {
        match parts.next()? {
            "-" => Some(None),
            number => Some(Some(number.parse().ok()?)),
        }
    };
    let leaves = (number()?, number()?);
    let changes = number()??;
    let fault = Some(parts.next()?).filter(|fault| !fault.is_empty()).map(unescaped);
    Some(((before, after), JudgedPair { changes: Vec::new(), leaves, fault }, changes))
}

fn change_of(line: &str) -> Option<PastChange> {
    let mut parts = line.split('\t');
    let verdict = [DeployVerdict::Block, DeployVerdict::Ddl, DeployVerdict::Warn, DeployVerdict::Ok];
    let said = parts.next()?;
    let verdict = verdict.into_iter().find(|verdict| verdict.name() == said)?;
    let rule = parts.next()?;
    let number = rule.get(1..)?.parse().ok()?;
    let rule = if rule.starts_with('M') { DeployRule::M(number) } else { DeployRule::C(number) };
    let (kind, column) = (parts.next()?.to_owned(), unescaped(parts.next()?));
    let mut forms = || -> Option<Option<(String, String)>> {
        let (kind, mode) = (parts.next()?, parts.next()?);
        Some((mode != "-").then(|| (unescaped(kind), mode.to_owned())))
    };
    let (old, new) = (forms()?, forms()?);
    let sentence = Some(parts.next()?).filter(|text| !text.is_empty()).map(unescaped);
    Some(PastChange { column, kind, old, new, verdict, rule, sentence })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_reads_back_as_it_was_written() {
        let id = |digit: &str| ObjectId::parse(&digit.repeat(40)).unwrap();
        let change = PastChange {
            column: "a\\n\t\n.b".to_owned(),
            kind: "type".to_owned(),
            old: Some(("STRING".to_owned(), "NULLABLE".to_owned())),
            new: None,
            verdict: DeployVerdict::Ddl,
            rule: DeployRule::M(4),
            sentence: Some("{} is\tgone\\".to_owned()),
        };
        let judged = JudgedPair { changes: vec![change; 2], leaves: (None, Some(3)), fault: Some("line\n2".to_owned()) };
        let mut text = String::new();
        lines(&(None, id("a")), &judged, &mut text);
        let mut read = text.lines();
        let (pair, mut found, changes) = pair_of(read.next().unwrap()).unwrap();
        found.changes = read.filter_map(change_of).collect();
        assert_eq!((pair, &found, changes), ((None, id("a")), &judged, 2));
    }
}
