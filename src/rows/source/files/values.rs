//! Where JSON values begin and end in a stream of text.
//!
//! Owns: cutting an array, or values one after the other, into its elements. Refuses: judging them; any text between separators is an element.

/// What was met so far. Elements are cut by brackets and quotes alone.
#[derive(Debug, Default)]
pub(super) struct ValueFramer {
    array: bool,
    /// Where the open element begins in the block's buffer.
    start: Option<usize>,
    depth: u64,
    quoted: bool,
    escaped: bool,
}

impl ValueFramer {
    /// The next buffer begins where an element may begin.
    pub(super) fn begin_block(&mut self) {
        *self = ValueFramer { array: self.array, ..ValueFramer::default() };
    }

    /// Where the element that has not ended begins.
    pub(super) fn open(&self) -> Option<usize> {
        self.start
    }

    /// Whether the open element cannot end here.
    pub(super) fn inside(&self) -> bool {
        self.depth > 0 || self.quoted
    }

    /// Whether the array has not ended.
    pub(super) fn in_array(&self) -> bool {
        self.array
    }

    /// Reads the buffer from `at` on, and adds the elements that end in it.
    pub(super) fn feed(&mut self, buffer: &[u8], mut at: usize, spans: &mut Vec<(u32, u32)>) {
        loop {
            if self.start.is_none() {
                let Some(skipped) = buffer[at..].iter().position(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',')) else {
                    return;
                };
                at += skipped;
                let bracket = buffer[at];
                if (bracket == b'[' && !self.array) || (bracket == b']' && self.array) {
                    self.array = bracket == b'[';
                    at += 1;
                    continue;
                }
                self.start = Some(at);
            }
            let (Some(start), Some(end)) = (self.start, self.end(buffer, at)) else {
                return;
            };
            // A closing bracket that closes nothing is an element of its own.
            at = end.max(start + 1);
            spans.push((start as u32, at as u32));
            self.start = None;
        }
    }

    /// Goes on inside an element that is not kept. Gives where it ends.
    pub(super) fn pass(&mut self, buffer: &[u8]) -> Option<usize> {
        let end = self.end(buffer, 0)?;
        self.start = None;
        Some(end)
    }

    /// Where the open element ends.
    fn end(&mut self, buffer: &[u8], mut at: usize) -> Option<usize> {
        while let Some(&byte) = buffer.get(at) {
            if self.escaped {
                self.escaped = false;
                at += 1;
            } else if self.quoted {
                at += memchr::memchr2(b'"', b'\\', &buffer[at..])? + 1;
                self.quoted = buffer[at - 1] != b'"';
                self.escaped = self.quoted;
                if !self.quoted && self.depth == 0 {
                    return Some(at);
                }
            } else {
                match byte {
                    b'"' => self.quoted = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth == 0 => return Some(at),
                    b'}' | b']' => {
                        self.depth -= 1;
                        if self.depth == 0 {
                            return Some(at + 1);
                        }
                    }
                    b',' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => return Some(at),
                    _ => {}
                }
                at += 1;
            }
        }
        None
    }
}
