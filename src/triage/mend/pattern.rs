//! The form that texts have in common, as a pattern and in words.
//!
//! Owns: kinds of characters, shortest and longest text.
//! Refuses: texts with so many different characters that a pattern would say nothing.

use std::collections::BTreeSet;

/// Most characters outside of letters and digits that a form names.
const MOST_OTHERS: usize = 24;

/// A range as classes write it, and whether a character is of it.
type CharacterKind = (&'static str, fn(&char) -> bool);

/// Kinds of characters that are told as one.
const KINDS: [CharacterKind; 3] = [("a-z", char::is_ascii_lowercase), ("A-Z", char::is_ascii_uppercase), ("0-9", char::is_ascii_digit)];

/// A pattern that takes texts of that form only, and the form in words. The reason of a refusal is the end of a sentence.
pub(super) fn form(texts: &BTreeSet<&str>) -> Result<(String, String), String> {
    let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    let (Some(&least), Some(&most)) = (lengths.iter().min(), lengths.iter().max()) else {
        return Err("the values are not texts".to_owned());
    };
    if texts.iter().any(|text| text.contains(char::REPLACEMENT_CHARACTER)) {
        return Err("some values are broken texts, which no pattern can name".to_owned());
    }
    if most == 0 {
        return Ok(("^$".to_owned(), "the empty text".to_owned()));
    }
    let all: BTreeSet<char> = texts.iter().flat_map(|text| text.chars()).collect();
    let kinds = KINDS.iter().filter(|(_, is_of)| all.iter().any(is_of));
    let (mut class, mut names): (String, Vec<String>) = (String::new(), Vec::new());
    for (name, _) in kinds {
        class.push_str(name);
        names.push((*name).to_owned());
    }
    let others: Vec<char> = all.into_iter().filter(|c| !c.is_ascii_alphanumeric()).collect();
    if others.len() > MOST_OTHERS {
        return Err(format!(
            "the values have {} different characters beside letters and digits: a pattern for them would say nothing",
            others.len()
        ));
    }
    for c in others {
        class.push_str(&escaped(c));
        names.push(named(c));
    }
    let count = if least == most { format!("{{{most}}}") } else { format!("{{{least},{most}}}") };
    let range = if least == most { most.to_string() } else { format!("{least} to {most}") };
    let unit = if most == 1 { "character" } else { "characters" };
    Ok((format!("^[{class}]{count}$"), format!("texts of {range} {unit}, each of them one of {}", names.join(" "))))
}

/// A character within a class.
fn escaped(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_ascii_control() => format!("\\x{:02x}", c as u32),
        c if c.is_ascii_punctuation() && c != '_' => format!("\\{c}"),
        c => c.to_string(),
    }
}

/// A character by a name where it cannot be seen.
fn named(c: char) -> String {
    match c {
        ' ' => "space".to_owned(),
        '\n' => "line feed".to_owned(),
        '\r' => "carriage return".to_owned(),
        '\t' => "tab".to_owned(),
        c if c.is_control() || c.is_whitespace() || !c.is_ascii() => format!("U+{:04X}", c as u32),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_has_the_characters_of_the_texts_and_no_others() {
        let of = |texts: &[&str]| form(&texts.iter().copied().collect()).unwrap();
        assert_eq!(of(&["aB-1", "a]"]).0, "^[a-zA-Z0-9\\-\\]]{2,4}$");
        assert_eq!(of(&["", ""]), ("^$".to_owned(), "the empty text".to_owned()));
        assert_eq!(of(&["\t"]).1, "texts of 1 character, each of them one of tab");
        let many: String = ('!'..='~').collect();
        assert!(form(&BTreeSet::from([many.as_str()])).unwrap_err().contains("would say nothing"));
    }
}
