//! The README stays true: its screen and its list of keys are what the program prints.

use std::process::Command;

const README: &str = include_str!("../README.md");

fn misfit(args: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_misfit"));
    command.args(args).env("MISFIT_CONFIG", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cmd/config.toml")).env("LC_ALL", "C.UTF-8");
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// What stands between two marks.
fn part(name: &str) -> &'static str {
    let (begin, end) = (format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->"));
    let from = README.find(&begin).expect("a beginning") + begin.len();
    &README[from..from + README[from..].find(&end).expect("an end")]
}

#[test]
fn the_screen_is_the_one_that_is_drawn() {
    let screen = misfit(&["demo", "--print", "--size", "110x34", "--keys", "<enter>"]);
    assert_eq!(part("screen"), format!("```text\n{screen}```\n"), "print it anew: misfit demo --print --size 110x34 --keys '<enter>'");
}

#[test]
fn the_keys_are_those_of_the_explorer() {
    assert_eq!(part("keys"), misfit(&["keys", "--format", "md"]), "print them anew: misfit keys --format md");
}
