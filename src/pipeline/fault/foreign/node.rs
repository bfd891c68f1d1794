//! The way to a node of a schema, as validators write it.
//!
//! Owns: the generalised path that it stands for: positions of a list, and keys that the schema does not name.
//! Refuses: nodes behind a definition, of which the way says nothing; schemas that are at hand (schema).

use super::super::unescape;

/// The path of an instance, generalised by the way to the node that judged it: `#/properties/a/items/items/0` makes `/a/[]/0` of `/a/7/0`. `None` where the two
/// do not go together.
pub(in super::super) fn path_of(node: &str, tokens: &[String]) -> Option<String> {
    let way: Vec<String> = node.split_once('#').map_or(node, |(_, way)| way).split('/').skip(1).map(unescape).collect();
    let (mut at, mut done, mut path) = (0, 0, String::new());
    while let Some(step) = way.get(at) {
        let next = way.get(at + 1).map(String::as_str);
        let is_number = next.is_some_and(|next| !next.is_empty() && next.bytes().all(|byte| byte.is_ascii_digit()));
        let (length, token) = match step.as_str() {
            "properties" => (2, Some(next.filter(|next| tokens.get(done).is_some_and(|token| token == next))?)),
            "patternProperties" => (2, Some("{key}")),
            "additionalProperties" => (1, Some("{key}")),
            "items" | "prefixItems" if is_number => (2, Some(next.filter(|next| tokens.get(done).is_some_and(|token| token == next))?)),
            "items" | "additionalItems" | "contains" => (1, Some("[]")),
            "allOf" | "anyOf" | "oneOf" if is_number => (2, None),
            "not" | "if" | "then" | "else" => (1, None),
            "dependencies" | "dependentSchemas" => (2, None),
            // The keyword itself, at the very end.
            _ if next.is_none() => (1, None),
            _ => return None,
        };
        if let Some(token) = token {
            // The keyword may have the name of one that leads on.
            if done == tokens.len() {
                return (length == 1 && next.is_none()).then_some(path);
            }
            path.push('/');
            path.push_str(&token.replace('~', "~0").replace('/', "~1"));
            done += 1;
        }
        at += length;
    }
    (done == tokens.len()).then_some(path)
}
