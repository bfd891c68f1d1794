//! Lines that a terminal of some width has cut.
//!
//! Owns: which lines reach the edge, how sure that is.
//! Refuses: joining them (lines).

use std::ops::Range;

/// Fewest characters at which a terminal wraps.
const NARROWEST: usize = 40;

/// Whether a line reaches the edge of a terminal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    None,
    Likely,
    Sure,
}

/// The lines that reach the edge of a terminal: the widest of their block, or several as wide as each other.
pub(super) fn edges(widths: &[usize], blocks: &[Range<usize>]) -> Vec<Edge> {
    let widest = widths.iter().copied().max().unwrap_or(0);
    let mut edges: Vec<Edge> =
        widths.iter().map(|&width| if width == widest && width >= NARROWEST { Edge::Likely } else { Edge::None }).collect();
    for block in blocks {
        let edge = widths[block.clone()].iter().copied().max().unwrap_or(0);
        let mut at = block.start;
        while at < block.end {
            // Lines as wide as each other, a blank lost at the edge aside, and a last one that is no wider.
            let width = widths[at];
            let full = widths[at..block.end].iter().take_while(|&&next| next == width || next + 1 == width).count();
            let ends = widths[at..block.end].get(full).is_none_or(|&next| next <= width);
            let several = full > 1 && ends;
            if width >= NARROWEST && (several || width == edge) {
                let found = if several || is_usual(width) { Edge::Sure } else { Edge::Likely };
                (at..at + full).filter(|&line| widths[line] == width).for_each(|line| edges[line] = found);
            }
            at += full.max(1);
        }
    }
    edges
}

/// Widths that terminals have.
fn is_usual(width: usize) -> bool {
    width.is_multiple_of(10) || [72, 76, 78, 79, 132].contains(&width)
}

/// Runs of lines that say something, each report of an error apart.
pub(super) fn blocks(clean: &[String], begins: &[bool]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    for at in (0..clean.len()).filter(|&at| !clean[at].is_empty()) {
        match blocks.last_mut().filter(|block| block.end == at && !begins[at]) {
            Some(block) => block.end = at + 1,
            None => blocks.push(at..at + 1),
        }
    }
    blocks
}

/// Whether a line begins with a blank that is said, not one that stands behind a frame.
pub(super) fn begins_blank(plain: &str) -> bool {
    let inner = plain.trim_start_matches(['│', '┃', '║']);
    if inner.len() == plain.len() { plain.starts_with(' ') } else { inner.starts_with("  ") }
}
