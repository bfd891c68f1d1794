//! Layouts that many doctypes have in the same words.
//!
//! Owns: reading each text once, however many files hold it: of the published layouts two thirds are the same as another's.
//! Refuses: which file a doctype has (schemas), reading columns (layout).

use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{SHA256, digest};
use rustc_hash::FxHashMap;

use crate::pipeline::layout::Layout;

/// Layouts by the digest of their text.
#[derive(Default)]
pub(super) struct AlikeLayouts(Mutex<FxHashMap<[u8; 32], Arc<Layout>>>);

impl AlikeLayouts {
    /// The layout of a text; that of the same text before where there was one.
    pub(super) fn of(&self, text: &[u8]) -> Result<Arc<Layout>, String> {
        let told: [u8; 32] = digest(&SHA256, text).as_ref().try_into().map_err(|_| "the digest is of another length".to_owned())?;
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known().get(&told).map(Arc::clone);
        match kept {
            Some(layout) => Ok(layout),
            // Read without the lock: others read other texts meanwhile.
            None => {
                let layout = Arc::new(Layout::parse(text)?);
                Ok(Arc::clone(known().entry(told).or_insert(layout)))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_one_layout_and_another_is_not() {
        let alike = AlikeLayouts::default();
        let of = |text: &str| alike.of(text.as_bytes()).unwrap();
        let (one, same, other) = (
            of(r#"[{"name": "a", "type": "STRING"}]"#),
            of(r#"[{"name": "a", "type": "STRING"}]"#),
            of(r#"[{"name": "a", "type":  "STRING"}]"#),
        );
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        assert_eq!(one.columns.len(), 1);
        assert!(alike.of(b"{").is_err() && alike.of(b"{").is_err());
    }
}
