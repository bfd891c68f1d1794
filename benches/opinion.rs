//! Made-up schemas and documents by the thousand: the judge agrees with the `jsonschema` crate wherever both mean the same.
//!
//! ```text
//! cargo bench -p misfit-benches --bench opinion
//! ```
//!
//! Known differences, so left out of what is generated for the second opinion. The pipeline's validator
//! - calls no number with a fraction or an exponent an integer (`1.0`, `1e3`); the crate does;
//! - checks the formats that its draft registers, as Java's libraries read them; the crate has other formats and other readings;
//! - takes the last of several members of one name, as the crate does, but counts and orders by Java's map;
//! - finds patterns as `java.util.regex` does: `\d` and `\w` are ASCII, `.` stops at more line breaks, `$` holds before the last one;
//! - divides doubles for `multipleOf`;
//! - obeys no `const`, `contains` or `propertyNames` in draft 04, no `if` before draft 07;
//! - knows no `$ref` that leaves the file.

// A measurement that cannot go on says where; nobody imports it.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::ExitCode;
use std::sync::Arc;

use misfit::pipeline::document::Document;
use misfit::pipeline::schema::Schema;
use misfit::pipeline::verdict::judge::Judge;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use made_up::{root, schema, value};

#[path = "../tests/made_up/mod.rs"]
mod made_up;

/// How many schemas, each with a document.
const CASES: u32 = 2000;

fn main() -> ExitCode {
    let mut runner = TestRunner::new(Config { cases: CASES, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(schema(), value()), |(schema, value)| {
        let whole = root(schema);
        let schema = Schema::parse("x", whole.to_string().into_bytes()).map_err(TestCaseError::fail)?;
        let judge = Judge::compile(Arc::new(schema)).map_err(TestCaseError::fail)?;
        let other = jsonschema::validator_for(&whole).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let own = judge.passes(&Document::parse(value.to_string().into_bytes()));
        if own == other.is_valid(&value) { Ok(()) } else { Err(TestCaseError::fail(format!("{whole} {value}"))) }
    });
    match outcome {
        Ok(()) => {
            println!("{CASES} made-up documents: the same verdict from both");
            ExitCode::SUCCESS
        }
        Err(difference) => {
            println!("{difference}");
            ExitCode::FAILURE
        }
    }
}
