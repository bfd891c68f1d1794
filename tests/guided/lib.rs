//! What all targets ask of a text that a terminal may get.

/// Panics where a text could do something to a terminal.
pub fn is_safe(text: &str) {
    let harm = text.chars().find(|&c| c != '\n' && misfit::ground::text::is_unsafe(c));
    assert!(harm.is_none(), "{harm:?} in {text:?}");
}
