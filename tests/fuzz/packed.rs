//! Packed rows: gzip and zstd, in members and frames of any size, make the groups of the plain text; damage is said.

use std::io::Write;

use misfit::rows::source::files::Files;
use misfit::rows::source::{ErrorSource, Request, Unwatched};

use super::dice::Dice;
use super::fuzz;
use super::rows::{Cells, all_rows, cells, groups, object, told};

fn gzip(text: &[u8], level: u32) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(level));
    packed.write_all(text).and_then(|()| packed.finish()).expect("memory")
}

fn zstd(text: &[u8], level: i32) -> Vec<u8> {
    let mut packed = zstd::Encoder::new(Vec::new(), level).expect("a level");
    packed.include_checksum(true).and_then(|()| packed.write_all(text)).and_then(|()| packed.finish()).expect("memory")
}

/// The text in one piece or several, each packed by itself.
fn pack(dice: &mut Dice, text: &[u8], pack: impl Fn(&[u8], usize) -> Vec<u8>) -> Vec<u8> {
    let mut packed = Vec::new();
    let mut rest = text;
    loop {
        let at = if dice.once_in(2) { rest.len() } else { dice.below(rest.len() + 1) };
        packed.extend(pack(&rest[..at], dice.below(10)));
        rest = &rest[at..];
        if rest.is_empty() {
            return packed;
        }
    }
}

fn text(dice: &mut Dice) -> (Vec<u8>, u64) {
    let rows: Vec<Cells> = (0..1 + dice.below(8)).map(|_| cells(dice)).collect();
    let lines: Vec<String> = rows.iter().map(|cells| object(dice, cells)).collect();
    (lines.join("\n").into_bytes(), rows.len() as u64)
}

fn packed(dice: &mut Dice, text: &[u8]) -> Vec<u8> {
    if dice.once_in(2) {
        pack(dice, text, |text, level| gzip(text, level as u32))
    } else {
        pack(dice, text, |text, level| zstd(text, level as i32 - 2))
    }
}

#[test]
fn packed_rows_make_the_same_groups() {
    fuzz("packed", 200, |dice| {
        let (text, _) = text(dice);
        let plain = told(&groups(text.clone()).expect("groups"));
        assert_eq!(plain, told(&groups(packed(dice, &text)).expect("groups")));
    });
}

#[test]
fn damage_is_said() {
    fuzz("packed, damaged", 300, |dice| {
        let (text, rows) = text(dice);
        let mut bytes = packed(dice, &text);
        match dice.below(3) {
            0 => bytes.truncate(dice.below(bytes.len())),
            1 => {
                let at = dice.below(bytes.len());
                bytes[at] ^= 1 << dice.below(8);
            }
            _ => dice.mutate(&mut bytes),
        }
        let Ok(files) = Files::from_memory("x", bytes) else { return };
        let files = files.with_threads(1);
        let groups = files.groups(&Request::default(), &Unwatched);
        let Some((read, bad)) = all_rows(&files) else { return };
        let Ok(groups) = groups else { return };
        assert_eq!(groups.rows, read.len() as u64);
        assert_eq!(groups.unreadable.count, bad);
        // Nothing at all is said by that.
        if groups.rows > 0 {
            assert!(groups.rows >= rows || bad > 0, "{} of {rows} rows and nothing said", groups.rows);
        }
    });
}
