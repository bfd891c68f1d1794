//! Types as GoogleSQL writes them: `array<struct<a int64, b numeric(38, 9)>>`.
//!
//! Owns: their grammar, in any case. Refuses: which types there are (kinds): a name is a name.

/// Most types inside each other.
const DEEPEST: usize = 32;

/// A type, as a column has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct SqlType {
    /// As it is written; RECORD of a list whose columns stand elsewhere.
    pub name: String,
    /// Whether it is a list of it.
    pub is_repeated: bool,
    /// Whether it says `not null`.
    pub is_required: bool,
    /// What stands in brackets behind it.
    pub bounds: Vec<u64>,
    /// Type of the ends of a range.
    pub element: Option<String>,
    /// Columns of a struct.
    pub fields: Vec<(String, SqlType)>,
}

impl SqlType {
    /// Reads a type; what is none of this grammar is a type of that name.
    pub(super) fn read(text: &str) -> SqlType {
        let mut reader = Reader { rest: text.trim() };
        match reader.column_type(0) {
            Some(found) if reader.rest.trim().is_empty() => found,
            _ => SqlType { name: text.trim().to_owned(), ..SqlType::default() },
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn takes(&mut self, sign: char) -> bool {
        let rest = self.rest.trim_start().strip_prefix(sign);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest.trim_start();
        if let Some(quoted) = rest.strip_prefix('`') {
            let (name, rest) = quoted.split_once('`')?;
            self.rest = rest;
            return Some(name);
        }
        let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        self.rest = behind;
        (!word.is_empty()).then_some(word)
    }

    fn word_is(&mut self, known: &str) -> bool {
        let before = self.rest;
        let is_it = self.word().is_some_and(|word| word.eq_ignore_ascii_case(known));
        if !is_it {
            self.rest = before;
        }
        is_it
    }

    fn column_type(&mut self, depth: usize) -> Option<SqlType> {
        if depth > DEEPEST {
            return None;
        }
        let name = self.word()?;
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        let mut found = if is("array") { self.list(depth)? } else { SqlType { name: name.to_owned(), ..SqlType::default() } };
        if (is("struct") || is("record")) && self.takes('<') {
            found.fields = self.fields(depth)?;
        } else if is("range") && self.takes('<') {
            found.element = Some(self.word()?.to_uppercase());
            self.takes('>').then_some(())?;
        } else if self.takes('(') {
            found.bounds = self.bounds()?;
        }
        if self.word_is("not") {
            self.word_is("null").then_some(())?;
            found.is_required = true;
        }
        Some(found)
    }

    /// What is behind `array`: a list of lists is no type of a column.
    fn list(&mut self, depth: usize) -> Option<SqlType> {
        if !self.takes('<') {
            return Some(SqlType { name: "RECORD".to_owned(), is_repeated: true, ..SqlType::default() });
        }
        let of = self.column_type(depth + 1)?;
        self.takes('>').then_some(())?;
        (!of.is_repeated).then_some(SqlType { is_repeated: true, is_required: false, ..of })
    }

    fn fields(&mut self, depth: usize) -> Option<Vec<(String, SqlType)>> {
        let mut fields = Vec::new();
        while !self.takes('>') {
            let name = self.word()?;
            self.takes(':');
            fields.push((name.to_owned(), self.column_type(depth + 1)?));
            if !self.takes(',') {
                self.takes('>').then_some(())?;
                break;
            }
        }
        Some(fields)
    }

    fn bounds(&mut self) -> Option<Vec<u64>> {
        let mut bounds = Vec::new();
        loop {
            bounds.push(self.word()?.parse().ok()?);
            if self.takes(')') {
                return Some(bounds);
            }
            self.takes(',').then_some(())?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_structs_and_bounds_are_told_apart() {
        let of = SqlType::read("array<struct<a int64 not null, `order` numeric(38, 9), t array<string>>>");
        assert_eq!((of.is_repeated, &*of.name), (true, "struct"));
        let told: Vec<_> =
            of.fields.iter().map(|(name, of)| (&**name, &*of.name, of.is_repeated, of.is_required, &of.bounds[..])).collect();
        assert_eq!(
            told,
            [("a", "int64", false, true, &[][..]), ("order", "numeric", false, false, &[38, 9]), ("t", "string", true, false, &[])]
        );
        assert_eq!(SqlType::read("RANGE<date>").element.as_deref(), Some("DATE"));
        assert_eq!((SqlType::read(" array ").is_repeated, &*SqlType::read("array").name), (true, "RECORD"));
    }

    #[test]
    fn what_is_no_type_is_a_type_of_that_name() {
        for text in ["array<array<int64>>", "struct<a", "{{ type() }}", "timestamp with time zone", "", &"array<".repeat(9_000)] {
            assert_eq!(SqlType::read(text), SqlType { name: text.to_owned(), ..SqlType::default() });
        }
    }
}
