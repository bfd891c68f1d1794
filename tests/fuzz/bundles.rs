//! Bundles: what is made of a file holds its groups and rows; a changed one is refused or can be used.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;

use misfit::rows::bundle::Bundle;
use misfit::rows::demo;
use misfit::rows::row::SourceRow;
use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};
use misfit::triage::bundle::{BundleRequest, make};
use misfit::triage::case;
use misfit::triage::export::choice::Choice;
use misfit::triage::export::files::{DraftFile, Readers, WriteOptions};
use misfit::triage::redact::Policy;

use super::rows::{cells, content, object};
use super::{fuzz, is_safe};

/// Writes a bundle of a source, at most so many rows of each group.
fn bundle(source: &dyn ErrorSource, request: &Request, per_group: usize, raw: bool, path: &Path) {
    let groups = source.groups(request, &Unwatched).expect("groups");
    let choice = Choice::of(&groups, &[]);
    let draft = DraftFile::begin(path, WriteOptions { replace: true, readers: Readers::Usual }).expect("a file");
    let policy = Policy { raw, ..Policy::default() };
    let schemas = request.schemas.as_deref();
    make(&BundleRequest { source, schemas, groups: &groups, choice: &choice, per_group, policy }, draft, &Unwatched).expect("a bundle");
}

fn rows_of(source: &dyn ErrorSource) -> Vec<SourceRow> {
    let mut rows = Vec::new();
    let visit = &mut |_, _, row| {
        rows.push(row);
        ControlFlow::Continue(())
    };
    source.rows(0..u64::MAX, &Unwatched, visit).expect("rows");
    rows
}

#[test]
fn a_bundle_holds_what_its_file_held() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle");
    fuzz("bundles", 30, |dice| {
        let lines: Vec<String> = (0..1 + dice.below(6))
            .map(|_| {
                let cells = cells(dice);
                object(dice, &cells)
            })
            .collect();
        let files = Files::from_memory("x", lines.join("\n").into_bytes()).expect("rows").with_threads(1);
        let request = Request::default();
        bundle(&files, &request, usize::MAX, true, &path);
        let opened = Bundle::open(&path).unwrap_or_else(|error| panic!("{error}: {}", lines.join("\n")));
        let (before, after) = (files.groups(&request, &Unwatched).expect("groups"), opened.groups(&request, &Unwatched).expect("groups"));
        let told = |groups: &misfit::rows::group::Groups| {
            let mut told: Vec<_> =
                groups.list.iter().map(|group| (group.fingerprint, group.count, group.span, group.sample.clone())).collect();
            told.sort_by_key(|group| group.0);
            (told, groups.rows, groups.span)
        };
        assert_eq!(told(&before), told(&after), "{}", lines.join("\n"));
        let (before, after) = (rows_of(&files), rows_of(&opened));
        let sorted = |rows: &[SourceRow]| {
            let mut all: Vec<String> = rows.iter().map(|row| format!("{:?}", content(row))).collect();
            all.sort();
            all
        };
        assert_eq!(sorted(&before), sorted(&after), "{}", lines.join("\n"));
        is_safe(&opened.about());
    });
}

#[test]
fn a_changed_bundle_is_refused_or_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle");
    let (source, schemas) = (demo::source().expect("the sample"), Arc::new(demo::schemas().expect("schemas")));
    bundle(source.as_ref(), &Request { schemas: Some(schemas), ..Request::default() }, 1, false, &path);
    let whole = std::fs::read(&path).expect("a file");
    let text = zstd::decode_all(&whole[..]).expect("a bundle");
    fuzz("bundles, changed", 200, |dice| {
        let mut bytes = whole.clone();
        if dice.once_in(4) {
            dice.mutate(&mut bytes);
        } else {
            // One line changed, so that its bounds are met and not the checksum's.
            let mut lines: Vec<Vec<u8>> = text.split(|&byte| byte == b'\n').map(<[u8]>::to_vec).collect();
            let at = if dice.once_in(6) { 0 } else { dice.below(lines.len()) };
            match dice.below(6) {
                0 => drop(lines.remove(at)),
                1 => lines.insert(at, lines[dice.below(lines.len())].clone()),
                _ => dice.respell(&mut lines[at]),
            }
            bytes = zstd::encode_all(&lines.join(&b'\n')[..], 1).expect("memory");
        }
        std::fs::write(&path, bytes).expect("a file");
        match Bundle::open(&path) {
            Ok(opened) => {
                is_safe(&opened.about());
                let schemas = opened.schemas();
                let _ = opened.groups(&Request { schemas: schemas.clone(), ..Request::default() }, &Unwatched);
                let mut left = 3;
                let _ = opened.rows(0..u64::MAX, &Unwatched, &mut |_, _, row| {
                    is_safe(&case::open(row, schemas.as_deref()).sentence());
                    left -= 1;
                    if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
                });
            }
            Err(error) => is_safe(&error.to_string()),
        }
    });
}
