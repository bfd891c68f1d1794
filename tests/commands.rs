//! The commands as they are typed: help, output on the built-in sample, errors. The sessions are in tests/cmd, and on the pages in tests/jobs.

#[test]
fn commands_answer_as_written() {
    trycmd::TestCases::new()
        // Not the configuration of whoever runs the tests.
        .env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml"))
        .env("MISFIT_SCHEMAS", "")
        .env("MISFIT_THEME", "")
        .env("COLUMNS", "100")
        .case("tests/cmd/*.trycmd")
        // The pages that the README leads to.
        .case("tests/jobs/*.md");
}
