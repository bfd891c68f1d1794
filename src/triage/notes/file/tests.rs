use super::super::{Mute, Note, NoteAbout, NoteEdit, NoteState};
use super::*;
use crate::rows::group::Fingerprint;

fn noted(print: u64, text: &str) -> NoteChange {
    NoteChange { about: NoteAbout::Group(Fingerprint(print)), told: None, edit: NoteEdit::Text(Some(text.to_owned())) }
}

fn file(text: &str) -> (tempfile::TempDir, NotesFile) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    if !text.is_empty() {
        fs::write(&path, text).unwrap();
    }
    (folder, NotesFile::at(&path))
}

fn written(file: &NotesFile) -> String {
    fs::read_to_string(file.path()).unwrap()
}

#[test]
fn notes_are_written_in_order_and_read_again() {
    let (_folder, file) = file("");
    assert!(file.read().unwrap().list.is_empty() && !file.is_there());
    file.change(&[noted(0xb, "second \\ of\ntwo lines")]).unwrap();
    file.change(&[noted(0xa, " first ")]).unwrap();
    let bug = NoteChange { edit: NoteEdit::Bug(Some("12".into())), ..noted(0xa, "") };
    let muted = NoteChange { edit: NoteEdit::State(NoteState::Muted(Mute::Always)), ..noted(0xa, "") };
    let notes = file.change(&[bug, muted]).unwrap();
    assert_eq!(
        written(&file),
        "misfit notes 1\n\ngroup 000000000000000a\n  note       first\n  bug        12\n  state      muted\n\n\
         group 000000000000000b\n  note       second \\\\ of\\ntwo lines\n"
    );
    let expected = Note {
        text: Some("first".into()),
        bug: Some("12".into()),
        state: NoteState::Muted(Mute::Always),
        ..Note::new(NoteAbout::Group(Fingerprint(0xa)))
    };
    assert_eq!(notes.group(Fingerprint(0xa)), Some(&expected));
    assert_eq!(notes.group(Fingerprint(0xb)).unwrap().text.as_deref(), Some("second \\ of\ntwo lines"));
    let left: Vec<_> = fs::read_dir(file.path().parent().unwrap()).unwrap().collect();
    assert_eq!(left.len(), 1, "no lock and no draft stays: {left:?}");
}

#[test]
fn what_is_not_changed_stays_byte_for_byte() {
    let text = "# ours\nmisfit notes 1\r\n\n# why\ngroup 000000000000000a\n\tnote a\n# within\n  bug  1\n\n\n# last\ngroup 000000000000000c\n  note c\n# end\n";
    let (_folder, file) = file(text);
    file.change(&[noted(0xb, "b")]).unwrap();
    assert_eq!(written(&file), text.replace("  bug  1\n", "  bug  1\n\ngroup 000000000000000b\n  note       b\n"));
    file.change(&[NoteChange { edit: NoteEdit::Remove, ..noted(0xb, "") }]).unwrap();
    file.change(&[noted(0xa, "a")]).unwrap();
    assert_eq!(written(&file), text, "a change that changes nothing");
    file.change(&[noted(0xa, "other")]).unwrap();
    let changed = written(&file);
    assert!(changed.contains("\n# why\n# within\ngroup 000000000000000a\n  note       other\n  bug        1\n"), "{changed}");
    assert!(
        changed.starts_with("# ours\nmisfit notes 1\r\n") && changed.ends_with("\n\n\n# last\ngroup 000000000000000c\n  note c\n# end\n"),
        "{changed}"
    );
}

#[test]
fn notes_of_others_are_kept_that_came_in_the_meantime() {
    let (_folder, file) = file("");
    let notes = file.change(&[noted(1, "mine")]).unwrap();
    NotesFile::at(file.path()).change(&[noted(2, "theirs")]).unwrap();
    assert_eq!(notes.list.len(), 1);
    assert_eq!(file.change(&[noted(3, "mine again")]).unwrap().list.len(), 3);
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let file = file.clone();
            scope.spawn(move || (0..5).for_each(|at| drop(file.change(&[noted(100 + writer * 5 + at, "all at once")]).unwrap())));
        }
    });
    assert_eq!(file.read().unwrap().list.len(), 23);
}

#[test]
fn a_conflict_is_told_by_its_line_and_nothing_is_written() {
    let text = "misfit notes 1\n\ngroup 000000000000000a\n<<<<<<< HEAD\n  note mine\n=======\n  note theirs\n>>>>>>> branch\n\ngroup 000000000000000b\n  note whole\n";
    let (_folder, file) = file(text);
    let notes = file.read().unwrap();
    assert_eq!((notes.list.len(), notes.left_out, notes.mistakes[0].line), (1, 1, 4), "{:?}", notes.mistakes);
    assert_eq!(notes.group(Fingerprint(0xb)).unwrap().text.as_deref(), Some("whole"));
    let told = file.complaint(&notes).unwrap();
    assert!(told.starts_with("1 note is left out until this is mended: ") && told.contains("notes.txt line 4: two versions"), "{told}");
    let refused = file.change(&[noted(1, "x")]).unwrap_err().to_string();
    assert!(refused.starts_with("nothing was written, so that nothing is lost: ") && refused.contains("line 4"), "{refused}");
    assert_eq!(written(&file), text);
}

#[test]
fn a_mark_of_a_conflict_that_nothing_begins_is_told_and_nothing_is_written() {
    let a = "misfit notes 1\n\ngroup 0000000000000001\n  note       one\n\n";
    let b = "\ngroup 000000000000000b\n  note       b\n";
    for (block, line) in [
        ("group 000000000000000a\n  note       mine\n>>>>>>> branch\n", 8),
        ("group 000000000000000a\n  note       mine\n=======\ngroup 000000000000000a\n  note       theirs\n>>>>>>> branch\n", 8),
        ("group 000000000000000a\n  note       mine\n||||||| base\n=======\n  note       theirs\n>>>>>>> branch\n", 8),
        (">>>>>>> branch\n", 6),
    ] {
        for text in [format!("{a}{block}"), format!("{a}{block}{b}")] {
            let (_folder, file) = file(&text);
            let notes = file.read().unwrap();
            assert_eq!(notes.mistakes.first().map(|mistake| mistake.line), Some(line), "{text}");
            assert!(file.complaint(&notes).is_some_and(|told| told.contains("take the marks out")), "{text}");
            let refused = file.change(&[noted(0xc, "c")]).unwrap_err().to_string();
            assert!(refused.starts_with("nothing was written, so that nothing is lost: "), "{refused}");
            assert_eq!(written(&file), text);
        }
    }
}

#[test]
fn what_is_no_file_of_notes_is_refused_and_never_written_over() {
    for (text, why) in [
        ("misfit notes 2\ngroup 000000000000000a\n  colour red\n", "another version of misfit (form 2, this one knows 1)"),
        ("\n[group]\nnote = 1\n", "line 2: this is not a file of notes"),
        ("misfit notes 1\nmisfit notes 3\n", "(form 3"),
    ] {
        let (_folder, file) = file(text);
        assert!(file.read().unwrap_err().to_string().contains(why), "{why}");
        assert!(file.change(&[noted(1, "x")]).unwrap_err().to_string().contains(why), "{why}");
        assert_eq!(written(&file), text);
    }
    let (_folder, odd) = file("misfit notes 1\n");
    fs::write(odd.path(), b"misfit notes 1\n\ngroup \xff\n").unwrap();
    assert!(odd.read().unwrap_err().to_string().contains("line 3: this is not UTF-8 text"));
    let (folder, _) = file("");
    assert!(NotesFile::at(folder.path()).read().unwrap_err().to_string().contains("it is a folder"));
}

#[test]
fn every_mistake_is_told_by_its_line() {
    for (block, line, why) in [
        ("group 12\n  note a\n", 3, "group 12 is not a fingerprint of 16 hexadecimal digits"),
        ("groop 000000000000000a\n", 3, "groop begins no note"),
        ("group 000000000000000a\n  nte a\n", 4, "a note has no nte; did you mean note?"),
        ("group 000000000000000a\n  path a\n", 4, "path is for notes that begin with match"),
        ("group 000000000000000a\n  note a\n  note b\n", 5, "note stands twice"),
        ("group 000000000000000a\n  bug\n", 4, "bug has nothing behind it"),
        ("group 000000000000000a\n  state asleep\n", 4, "state: asleep is not a state"),
        ("group 000000000000000a\n  state muted until 2026-02-30\n", 4, "2026-02-30 is not a date"),
        ("match\n  path a\\\n", 4, "path: a LIKE pattern ends with a backslash"),
        ("match\n  path a\n  start soon\n", 5, "start: soon is not a date; one is written 2026-06-30"),
        ("match\n  note a\n", 3, "would match all groups"),
        ("match\n  path a\n  start 2026-02-02\n  end 2026-02-01\n", 3, "it ends before it starts"),
        ("  note a\n", 3, "there is none above"),
        ("group 000000000000000a\n  note a\n\ngroup 000000000000000a\n  note b\n", 6, "on line 3 already"),
        ("group 000000000000000a\n  note a\n<<<<<<< x\n", 5, "two versions"),
    ] {
        let (_folder, file) = file(&format!("misfit notes 1\n\n{block}"));
        let notes = file.read().unwrap();
        let mistake = notes.mistakes.first().unwrap_or_else(|| panic!("{block}"));
        assert!(mistake.line == line && mistake.why.contains(why), "{block} {mistake:?}");
        assert!(file.change(&[noted(1, "x")]).is_err());
    }
}

#[test]
fn states_are_read_as_they_are_written() {
    let text = "misfit notes 1\n\ngroup 0000000000000001\n  state      muted until 2.5x of 12 rows from 2026-03-01T00:00:00Z to 2026-03-02T00:00:00.5Z\n\n\
                group 0000000000000002\n  state      mended on 2026-03-10 by abc1234\n\ngroup 0000000000000003\n  state      mended at 2026-03-10T12:00:00Z\n\n\
                group 0000000000000004\n  state      muted until 3x of 12 rows\n\nincident 0000000000000001\n  state      seen\n";
    let (_folder, file) = file(text);
    let notes = file.read().unwrap();
    assert!(notes.mistakes.is_empty(), "{:?}", notes.mistakes);
    for note in &notes.list {
        let again = NoteChange { about: note.about.clone(), told: Some("x".into()), edit: NoteEdit::State(note.state.clone()) };
        file.change(&[again]).unwrap();
    }
    assert_eq!(written(&file).replace("  about      x\n", ""), text);
    assert!(notes.incident(Fingerprint(1)).is_some());
}

#[test]
fn one_writer_keeps_others_out_however_long_it_takes_and_leaves_nothing_that_does() {
    let (_folder, file) = file("misfit notes 1\n");
    let lock = file.path().with_file_name("notes.txt.lock");
    let held = file.lock(file.path(), Duration::ZERO).unwrap();
    File::options().write(true).open(&lock).unwrap().set_modified(std::time::UNIX_EPOCH).unwrap();
    let refused = file.lock(file.path(), Duration::ZERO).err().unwrap();
    assert!(matches!(refused, NotesError::Taken { .. }) && refused.to_string().contains("another misfit is writing the notes"));
    // What waited while the lock was given back has not that which is made next.
    std::thread::scope(|scope| {
        let waits = scope.spawn(|| file.change(&[noted(1, "waited")]).unwrap().list.len());
        drop(held);
        assert_eq!(waits.join().unwrap(), 1);
    });
    // A writer that was killed.
    fs::write(&lock, "").unwrap();
    file.change(&[noted(2, "after it")]).unwrap();
    assert!(!lock.exists());
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_refused() {
    let (folder, _) = file("");
    let link = NotesFile::at(&folder.path().join("link"));
    std::os::unix::fs::symlink(folder.path().join("of us").join("notes.txt"), link.path()).unwrap();
    let refused = link.change(&[noted(1, "x")]).unwrap_err().to_string();
    assert!(refused.ends_with("cannot be written: it is a link, and what that leads to is not there"), "{refused}");
    assert!(fs::symlink_metadata(link.path()).unwrap().is_symlink());
}

#[cfg(unix)]
#[test]
fn a_link_stays_one_and_readers_stay_the_same() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let (folder, file) = file("misfit notes 1\n");
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let link = folder.path().join("link");
    symlink(file.path(), &link).unwrap();
    NotesFile::at(&link).change(&[noted(1, "x")]).unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(file.read().unwrap().list.len(), 1);
}

#[test]
fn many_notes_are_read_and_found_at_once() {
    let mut text = "misfit notes 1\n".to_owned();
    (0..100_000u64).for_each(|at| text.push_str(&format!("\ngroup {at:016x}\n  note       note {at}\n")));
    let (_folder, file) = file(&text);
    let notes = file.read().unwrap();
    assert_eq!((notes.list.len(), notes.group(Fingerprint(99_999)).unwrap().text.as_deref()), (100_000, Some("note 99999")));
    assert_eq!(file.change(&[noted(50_000, "changed")]).unwrap().list.len(), 100_000);
    assert_eq!(written(&file), text.replace("note 50000\n", "changed\n"));
}
