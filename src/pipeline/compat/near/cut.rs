//! Two texts of a layout cut down to what differs.
//!
//! Owns: which columns are left out on both sides, and when that is sure.
//! Refuses: where brackets stand (near), judging.

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};

use super::{KEPT, LayoutText};

/// Two texts, to be cut down to what differs.
pub(super) struct Nearness<'a> {
    pub(super) old: &'a LayoutText,
    pub(super) new: &'a LayoutText,
}

/// A column that stays.
struct Staying {
    mark: usize,
    list: Option<usize>,
    name: String,
    /// Its list of columns, cut down.
    fields: Option<Vec<u8>>,
}

impl Nearness<'_> {
    /// Both texts, cut down; `None` where that does not do.
    pub(super) fn texts(&self) -> Option<(Vec<u8>, Vec<u8>)> {
        let is_list = |text: &LayoutText| {
            let first = *text.marks.first()? as usize;
            let last = text.place(*text.ends.first()? as usize);
            let is_all = text.bytes[..first].trim_ascii().is_empty() && text.bytes[last + 1..].trim_ascii().is_empty();
            (is_all && text.bytes[first] == b'[').then_some(())
        };
        is_list(self.old)?;
        is_list(self.new)?;
        self.lists(0, 0)
    }

    /// Two lists of columns without what both have.
    fn lists(&self, a: usize, b: usize) -> Option<(Vec<u8>, Vec<u8>)> {
        let (before, now) = (self.old.columns(a)?, self.new.columns(b)?);
        let same = |(&a, &b): (&usize, &usize)| self.old.text(a) == self.new.text(b);
        let head = before.iter().zip(&now).take_while(|&pair| same(pair)).count();
        let most = before.len().min(now.len()) - head;
        let tail = before.iter().rev().zip(now.iter().rev()).take(most).take_while(|&pair| same(pair)).count();
        let tail = tail.min(before.len().saturating_sub(KEPT)).min(now.len().saturating_sub(KEPT));
        let stays = |at: usize, length: usize| at < KEPT || (head..length - tail).contains(&at);
        let of = |text: &LayoutText, all: &[usize]| -> Option<Vec<Staying>> {
            let staying = all.iter().enumerate().filter(|(at, _)| stays(*at, all.len()));
            let mut kept = Vec::new();
            for (_, &mark) in staying {
                let list = text.fields(mark);
                let name = text.name(mark, list)?;
                kept.push(Staying { mark, list, name, fields: None });
            }
            Some(kept)
        };
        let (mut old, mut new) = (of(self.old, &before)?, of(self.new, &now)?);
        self.is_sure(self.old, &before, (head, tail), &old, &new)?;
        self.is_sure(self.new, &now, (head, tail), &new, &old)?;
        let places: FxHashMap<String, usize> = old.iter().enumerate().map(|(at, one)| (one.name.clone(), at)).collect();
        if places.len() < old.len() {
            return None;
        }
        for one in &mut new {
            let Some(other) = places.get(&one.name).and_then(|&at| old.get_mut(at)) else { continue };
            let (Some(list), Some(with)) = (other.list, one.list) else { continue };
            let is_same = self.old.text(other.mark) == self.new.text(one.mark);
            let (before, now) = if is_same { (b"[]".to_vec(), b"[]".to_vec()) } else { self.lists(list, with)? };
            (other.fields, one.fields) = (Some(before), Some(now));
        }
        Some((written(self.old, &old), written(self.new, &new)))
    }

    /// Whether nothing that is left out may have the name of what is new or gone.
    fn is_sure(&self, text: &LayoutText, all: &[usize], (head, tail): (usize, usize), kept: &[Staying], others: &[Staying]) -> Option<()> {
        let names: FxHashSet<&str> = kept.iter().map(|one| one.name.as_str()).collect();
        let known: FxHashSet<&str> = others.iter().map(|one| one.name.as_str()).collect();
        if names.len() < kept.len() || names.iter().any(|name| name.chars().any(char::is_uppercase)) {
            return None;
        }
        let fresh: Vec<Vec<u8>> = names.difference(&known).map(|name| format!("\"{name}\"").into_bytes()).collect();
        let left_out = [(KEPT.min(head), head), (all.len() - tail, all.len())];
        for (from, to) in left_out.into_iter().filter(|(from, to)| from < to) {
            let (Some(&first), Some(&last)) = (all.get(from), all.get(to - 1)) else { continue };
            let range = &text.bytes[text.place(first)..=text.place(text.ends[last] as usize)];
            if fresh.iter().any(|name| memmem::find(range, name).is_some()) {
                return None;
            }
        }
        Some(())
    }
}

fn written(text: &LayoutText, columns: &[Staying]) -> Vec<u8> {
    let all: Vec<Vec<u8>> = columns
        .iter()
        .map(|one| match &one.fields {
            Some(fields) => text.with_fields(one.mark, one.list, fields),
            None => text.text(one.mark).to_vec(),
        })
        .collect();
    [b"[", &all.join(&b","[..])[..], b"]"].concat()
}
