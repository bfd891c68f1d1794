//! Lists of places that are always told or never.
//!
//! Owns: patterns over generalised pointers (`/metrics/*/{key}`, `/events/[]/extra/**`), matching them token by token.
//! Refuses: generalising pointers (schemas/walk).

/// Most tokens of one pattern: one bit each.
const MOST_TOKENS: usize = 63;

/// Patterns over generalised pointers. Matching a place matches all that is inside it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Paths(Vec<PathPattern>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct PathPattern(Vec<PathPiece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum PathPiece {
    /// One token; `*` in it stands for any characters.
    Token(String),
    /// `**`: any number of tokens.
    Any,
}

/// How far each pattern has been matched: a set bit for every number of pieces.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Reached(Vec<u64>);

impl Paths {
    /// Reads patterns: RFC 6901 pointers with `[]` for elements and `{key}` for keys of maps, as groups show them; `*` stands for any characters
    /// of one token, `**` for any number of tokens. The reason for a refusal names the pattern.
    pub fn parse<S: AsRef<str>>(patterns: &[S]) -> Result<Self, String> {
        let read = |pattern: &S| {
            let pattern = pattern.as_ref();
            let shown = crate::ground::text::visible(pattern);
            let Some(tokens) = pattern.strip_prefix('/') else {
                return Err(format!("the path pattern {shown} does not begin with /: write it as /metrics/*/{{key}}"));
            };
            let pieces: Vec<PathPiece> =
                tokens.split('/').map(|token| if token == "**" { PathPiece::Any } else { PathPiece::Token(token.to_owned()) }).collect();
            if pieces.len() > MOST_TOKENS {
                return Err(format!("the path pattern {shown} has more than {MOST_TOKENS} parts"));
            }
            Ok(PathPattern(pieces))
        };
        patterns.iter().map(read).collect::<Result<_, _>>().map(Paths)
    }

    /// At the root of a document.
    pub(super) fn root(&self) -> Reached {
        Reached(self.0.iter().map(|pattern| pattern.past_any(1)).collect())
    }

    /// One token of a generalised pointer further.
    pub(super) fn step(&self, reached: &Reached, token: &str) -> Reached {
        Reached(self.0.iter().zip(&reached.0).map(|(pattern, &at)| pattern.step(at, token)).collect())
    }

    /// Whether a pattern matches this place or one around it.
    pub(super) fn is_match(&self, reached: &Reached) -> bool {
        self.0.iter().zip(&reached.0).any(|(pattern, at)| at >> pattern.0.len() & 1 == 1)
    }

    /// Whether there is any pattern at all.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl PathPattern {
    fn step(&self, at: u64, token: &str) -> u64 {
        let whole = 1 << self.0.len();
        // What is inside a match belongs to it.
        let mut next = at & whole;
        for (i, piece) in self.0.iter().enumerate().filter(|(i, _)| at >> i & 1 == 1) {
            next |= match piece {
                PathPiece::Any => 1 << i,
                PathPiece::Token(wanted) if is_like(wanted.as_bytes(), token.as_bytes()) => 1 << (i + 1),
                PathPiece::Token(_) => 0,
            };
        }
        self.past_any(next)
    }

    /// `**` may stand for nothing.
    fn past_any(&self, mut at: u64) -> u64 {
        for (i, _) in self.0.iter().enumerate().filter(|(_, piece)| **piece == PathPiece::Any) {
            at |= (at >> i & 1) << (i + 1);
        }
        at
    }
}

/// Whether a token is what a pattern with `*` says.
fn is_like(pattern: &[u8], token: &[u8]) -> bool {
    let (mut p, mut t) = (0, 0);
    // Where to go on after the last `*`: it takes one byte more.
    let mut again = None;
    while t < token.len() {
        if pattern.get(p) == Some(&b'*') {
            again = Some((p, t));
            p += 1;
        } else if pattern.get(p) == Some(&token[t]) {
            (p, t) = (p + 1, t + 1);
        } else if let Some((star, taken)) = again {
            again = Some((star, taken + 1));
            (p, t) = (star + 1, taken + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        let paths = Paths::parse(&[pattern]).unwrap();
        let mut at = paths.root();
        for token in path.split('/').skip(1) {
            at = paths.step(&at, token);
        }
        paths.is_match(&at)
    }

    #[test]
    fn patterns_match_places_and_what_is_inside() {
        for (pattern, path) in [
            ("/a/[]/{key}", "/a/[]/{key}"),
            ("/a", "/a/b/c"),
            ("/a/*/c", "/a/xyz/c/d"),
            ("/a/x*z", "/a/xyz"),
            ("/**/c", "/a/b/c"),
            ("/**/c", "/c"),
            ("/a/**", "/a"),
            ("/**", "/anything"),
            ("/**/a/**/b", "/x/a/y/z/b/w"),
        ] {
            assert!(matches(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [("/a/b", "/a"), ("/a/*/c", "/a/c"), ("/**/c", "/a/cd"), ("/a", ""), ("/x*z", "/xy")] {
            assert!(!matches(pattern, path), "{pattern} {path}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused() {
        assert!(Paths::parse(&["a/b"]).unwrap_err().contains("a/b"));
        assert!(Paths::parse(&["/a".repeat(64)]).unwrap_err().contains("63"));
    }
}
