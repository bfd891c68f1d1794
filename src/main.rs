//! The program: hooks, arguments, dispatch. Everything else is in the library.

use std::process::ExitCode;

use color_eyre::config::{HookBuilder, Theme};
use misfit::cli::{parse, run};
use misfit::ground::contained;
use supports_color::Stream;

fn main() -> ExitCode {
    let cli = match parse() {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let mut hooks = HookBuilder::default().display_env_section(false);
    if supports_color::on(Stream::Stderr).is_none() {
        hooks = hooks.theme(Theme::new());
    }
    if let Err(error) = hooks.install() {
        eprintln!("misfit: {error}");
    }
    let reported = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if !contained::is_contained() {
            reported(info);
        }
    }));
    run(cli)
}
