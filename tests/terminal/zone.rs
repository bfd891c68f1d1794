//! Times in the zone of whoever reads them, and in UTC by a key; what is printed stays in UTC.

use super::*;

#[test]
fn times_are_in_the_readers_zone_and_in_utc_by_a_key() {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_misfit"));
    command.arg("demo");
    command.env("TZ", "IST-5:30");
    let mut terminal = Terminal::spawn(command);
    terminal.wait_for("first 2026-03-16 15:54 · last 2026-03-18 21:51 IST");
    terminal.wait_for("of 2026-03-16 15:42: in 30 of");
    terminal.press("i");
    terminal.wait_for("Jobs, in IST");
    terminal.wait_for("2026-03-16 15:54 to 2026-03-");
    terminal.press("\x1b");
    terminal.wait("closing the sheet", |terminal| !terminal.screen().contains("Jobs, in IST"));
    terminal.press("U");
    terminal.wait_for("times of rows and deploys are in UTC");
    terminal.wait_for("first 2026-03-16 10:24 · last 2026-03-18 16:21 UTC");
    terminal.wait_for("of 2026-03-16 10:12: in 30 of");
    terminal.press("\r");
    terminal.wait_for(" UTC · document 1 of 30");
    terminal.press("U");
    terminal.wait_for(" IST · document 1 of 30");
    terminal.press("qq");
    assert_eq!(terminal.ends(), 0);
    let printed = std::process::Command::new(env!("CARGO_BIN_EXE_misfit"))
        .args(["demo", "--print", "--keys", "U", "--size", "100x30"])
        .env("TZ", "IST-5:30")
        .env("MISFIT_CONFIG", "/dev/null")
        .output()
        .expect("the program runs");
    let printed = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(
        printed.contains("last 2026-03-18 16:21 UTC") && printed.contains("times are in UTC: no other zone is known here"),
        "{printed}"
    );
}
