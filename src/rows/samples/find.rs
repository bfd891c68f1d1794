//! The files that arguments name.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{FoundSamples, SampleError, SampleFile, name};
use crate::ground::text::visible;

/// Finds the files of all arguments: files, folders with everything below, and `-` for standard input. Opens none of them.
///
/// # Errors
/// An argument that is not there, or a folder without samples; the message says what to do.
pub fn find(arguments: &[String]) -> Result<FoundSamples, SampleError> {
    let mut found = FoundSamples::default();
    if arguments.iter().filter(|argument| *argument == "-").count() > 1 {
        return Err(SampleError::Input("standard input (-) can be given once only".to_owned()));
    }
    for argument in arguments {
        if argument == "-" {
            let shown = "standard input".to_owned();
            found.files.push(Arc::new(SampleFile { path: None, shown, doctype: None, expected: None, is_lines: false }));
            continue;
        }
        let path = Path::new(argument);
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SampleError::Input(format!("there is no file or folder {}", visible(argument))),
            _ => SampleError::Io { shown: argument.clone(), error },
        })?;
        if metadata.is_dir() {
            folder(path, &mut found)?;
        } else {
            found.files.push(Arc::new(name::file(path, argument.clone())));
        }
    }
    Ok(found)
}

/// Everything below a folder, by name. Links to folders are not followed: they may lead in circles.
fn folder(top: &Path, found: &mut FoundSamples) -> Result<(), SampleError> {
    let failed = |path: &Path, error| SampleError::Io { shown: path.to_string_lossy().into_owned(), error };
    let mut files: Vec<PathBuf> = Vec::new();
    let mut open = vec![top.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).map_err(|error| failed(&folder, error))? {
            let entry = entry.map_err(|error| failed(&folder, error))?;
            let (path, name) = (entry.path(), entry.file_name());
            let kind = entry.file_type().map_err(|error| failed(&path, error))?;
            if kind.is_dir() {
                if !name.as_encoded_bytes().starts_with(b".") {
                    open.push(path);
                }
            } else if name::is_sample(&name.to_string_lossy()) && path.is_file() {
                files.push(path);
            } else {
                found.others += 1;
            }
        }
    }
    if files.is_empty() {
        let shown = top.to_string_lossy();
        return Err(SampleError::Input(format!(
            "{} holds no documents: no file in it is called .json, .ndjson or .jsonl",
            visible(&shown)
        )));
    }
    files.sort();
    found.files.extend(files.iter().map(|path| Arc::new(name::file(path, path.to_string_lossy().into_owned()))));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_samples_by_name() {
        let top = tempfile::tempdir().unwrap();
        for name in ["b/x.1.json", "a/y.2.pass.json", "a/y.10.fail.json", "README.md", ".git/x.json", "b/x.1.schema.json"] {
            let path = top.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "{}").unwrap();
        }
        let found = find(&[top.path().to_string_lossy().into_owned()]).unwrap();
        let doctypes: Vec<String> = found.files.iter().map(|file| file.doctype.as_ref().unwrap().to_string()).collect();
        assert_eq!(doctypes, ["a/y.10", "a/y.2", "b/x.1"]);
        assert_eq!(found.others, 2);
    }

    #[test]
    fn what_is_not_there_is_said() {
        let error = |arguments: &[&str]| find(&arguments.iter().map(|&text| text.to_owned()).collect::<Vec<_>>()).unwrap_err().to_string();
        assert!(error(&["no\x1bwhere"]).contains("no file or folder no\\u{1b}where"));
        assert!(error(&["-", "-"]).contains("once only"));
        let empty = tempfile::tempdir().unwrap();
        assert!(error(&[&empty.path().to_string_lossy()]).contains("holds no documents"));
    }
}
