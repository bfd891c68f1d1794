//! The smallest text that the pipeline's JSON parser refuses for the same reason.
//!
//! Owns: payloads that are no JSON objects.
//! Refuses: documents that the parser accepts, payloads that do not decompress (there is no text to shrink).

use std::ops::ControlFlow;

use super::{Ended, Minimal, MinimizeProgress, MinimizeWatch, NotMinimized, lists, texts};
use crate::pipeline::fault::Fault;
use crate::pipeline::verdict::judge::jackson::{JsonFailure, parse_verdict};

/// Candidates that are parsed.
const MOST_ATTEMPTS: usize = 20_000;
/// Bytes of candidates that are parsed: some seconds' work.
const MOST_WORK: usize = 512 << 20;
/// Longest text that is gone through byte by byte once more, and the longest pieces of it that are tried.
const LONGEST_POLISHED: usize = 200;
const LONGEST_PIECE: usize = 16;
/// Bytes behind the place of the failure that may belong to it.
const BEHIND: usize = 8;

/// Shrinks a payload that the parser refuses: the same exception, with the same message but for the values in it.
pub fn minimize_unreadable(text: &[u8], watch: &mut MinimizeWatch<'_>) -> Result<Minimal, NotMinimized> {
    let Err(failure) = parse_verdict(text) else { return Err(NotMinimized::Passes) };
    let wanted = form(&failure);
    let (mut attempts, mut work, mut ended) = (0_usize, MOST_WORK, Ended::Smallest);
    let mut best = text.len();
    let mut holds = |candidate: &[u8]| {
        let progress = MinimizeProgress { original: text.len(), best, attempts: attempts as u64 };
        if ended == Ended::Cancelled || watch(&progress) == ControlFlow::Break(()) {
            ended = Ended::Cancelled;
            return false;
        }
        if attempts >= MOST_ATTEMPTS || work < candidate.len() {
            ended = Ended::OutOfWork;
            return false;
        }
        attempts += 1;
        work -= candidate.len();
        let same = parse_verdict(candidate).is_err_and(|failure| form(&failure) == wanted);
        if same {
            best = candidate.len();
        }
        same
    };
    let end = (failure.offset..failure.offset.saturating_add(BEHIND)).find(|&end| text.get(..end).is_some_and(&mut holds));
    let mut bytes = text[..end.unwrap_or(text.len())].to_vec();
    lists::shorten(&mut bytes, MOST_ATTEMPTS, &mut holds);
    if bytes.len() <= LONGEST_POLISHED {
        lists::polish(&mut bytes, LONGEST_PIECE, &mut holds);
    }
    lists::mask(&mut bytes, MOST_ATTEMPTS, plain, &mut holds);
    let kept = bytes.split(|byte| !byte.is_ascii_alphanumeric() && byte.is_ascii());
    let kept = kept.filter(|word| !texts::is_made_up(&String::from_utf8_lossy(word))).count();
    Ok(Minimal { text: bytes, original: text.len(), kept, attempts: attempts as u64, ended })
}

/// The exception and its message without values.
fn form(failure: &JsonFailure) -> (&'static str, String) {
    let message = format!("{}: {}", failure.class, failure.message);
    (failure.class, Fault::parse(&message, Some(failure.class)).general())
}

/// The plainest character of the same class.
fn plain(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => b'0',
        _ if byte.is_ascii_alphabetic() => b'a',
        _ => byte,
    }
}
