//! What lists names and values for everybody to read.
//!
//! Owns: the schema that judged a document and the layouts of its tables as lists of names.
//! Refuses: finding them (case, schemas), what is told of what they do not list (redact).

use crate::pipeline::layout::Layout;
use crate::pipeline::names::snake_case;
use crate::pipeline::schema::Schema;
use crate::pipeline::schema::walk::TokenMatch;
use crate::triage::case::Case;

/// Where names of members are listed. A key of a map that is a column of the table is called so in the layout, and nobody's.
#[derive(Clone, Copy, Default)]
pub struct Lists<'a> {
    /// The schema that judged the document.
    pub schema: Option<&'a Schema>,
    /// The layouts of the tables that it goes to.
    pub layouts: [Option<&'a Layout>; 2],
}

impl<'a> From<Option<&'a Schema>> for Lists<'a> {
    fn from(schema: Option<&'a Schema>) -> Self {
        Lists { schema, layouts: [None, None] }
    }
}

impl<'a> Lists<'a> {
    /// Of an opened row.
    pub fn of(case: &'a Case) -> Self {
        let layout = |at: usize| case.tables.get(at).map(|table| &*table.layout);
        Lists { schema: case.schema.as_deref(), layouts: [layout(0), layout(1)] }
    }

    /// What a token is: a name also where only a layout lists it.
    pub(super) fn token(&self, token: &str, kind: TokenMatch) -> TokenMatch {
        let is_plain = || token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte));
        let is_letter = || token.starts_with(|c: char| c.is_ascii_alphabetic());
        let is_listed = || {
            let name = snake_case(token);
            self.layouts.into_iter().flatten().any(|layout| layout.has_name(&name))
        };
        let may_be = matches!(kind, TokenMatch::Key | TokenMatch::Unknown) && is_letter() && is_plain();
        if may_be && is_listed() { TokenMatch::Name } else { kind }
    }
}
