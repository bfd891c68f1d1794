//! Layouts that many doctypes have in the same words.
//!
//! Owns: reading each text once, however many files hold it: of the published layouts two thirds are the same as another's; names and descriptions of
//! columns once.
//! Refuses: which file a doctype has (schemas), reading columns (layout).

use std::sync::{Arc, Mutex, PoisonError};

use ring::digest::{SHA256, digest};
use rustc_hash::{FxHashMap, FxHashSet};

use crate::pipeline::layout::Layout;

/// Layouts by the digest of their text.
#[derive(Default)]
pub(super) struct AlikeLayouts {
    kept: Mutex<FxHashMap<[u8; 32], Arc<Layout>>>,
    /// Names and descriptions of their columns: nine of ten are another's as well.
    texts: Mutex<FxHashSet<Arc<str>>>,
}

impl AlikeLayouts {
    /// The layout of a text; that of the same text before where there was one.
    pub(super) fn of(&self, text: Vec<u8>) -> Result<Arc<Layout>, String> {
        let told: [u8; 32] = digest(&SHA256, &text).as_ref().try_into().map_err(|_| "the digest is of another length".to_owned())?;
        let known = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known().get(&told).map(Arc::clone);
        match kept {
            Some(layout) => Ok(layout),
            // Read without the lock: others read other texts meanwhile.
            None => {
                let mut layout = Layout::parse_shared(text.into())?;
                layout.share_texts(&mut self.texts.lock().unwrap_or_else(PoisonError::into_inner));
                Ok(Arc::clone(known().entry(told).or_insert_with(|| Arc::new(layout))))
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
        let of = |text: &str| alike.of(text.into()).unwrap();
        let (one, same, other) = (
            of(r#"[{"name": "a", "type": "STRING"}]"#),
            of(r#"[{"name": "a", "type": "STRING"}]"#),
            of(r#"[{"name": "a", "type":  "STRING"}]"#),
        );
        assert!(Arc::ptr_eq(&one, &same) && !Arc::ptr_eq(&one, &other));
        assert_eq!(one.columns.len(), 1);
        assert!(Arc::ptr_eq(&one.columns[0].name, &other.columns[0].name));
        assert!(alike.of(b"{".into()).is_err() && alike.of(b"{".into()).is_err());
    }
}
