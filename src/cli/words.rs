//! The words of the command line before they are read: which of them is the command.
//!
//! Owns: options before the command, words that are nearly a command.
//! Refuses: what any of them means (the argument parser).

use std::ffi::{OsStr, OsString};
use std::path::Path;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Command, CommandFactory};

use crate::ground::text::{nearest, visible};

/// Names of all commands.
pub(super) fn commands() -> Vec<String> {
    names(&super::Cli::command())
}

fn names(cli: &Command) -> Vec<String> {
    cli.get_subcommands().map(|command| command.get_name().to_owned()).chain(["help".to_owned()]).collect()
}

/// The words with the command before its options, or what is said of a word that is nearly one and no file.
pub(super) fn ordered(mut words: Vec<OsString>) -> Result<Vec<OsString>, String> {
    let cli = super::Cli::command();
    let Some(at) = first_word(&cli, &words) else { return Ok(words) };
    let Some(word) = words[at].to_str().map(str::to_owned) else { return Ok(words) };
    let commands = names(&cli);
    if commands.contains(&word) {
        let command = words.remove(at);
        words.insert(1.min(words.len()), command);
        return Ok(words);
    }
    let names: Vec<&str> = commands.iter().map(String::as_str).collect();
    match nearest(&word, &names).filter(|_| looks_like_a_command(&word) && !Path::new(&word).exists()) {
        Some(near) => Err(format!("there is no file or command {}: did you mean misfit {near}?", visible(&word))),
        None => Ok(words),
    }
}

/// What is said of an option that the command does not have, and something else has.
pub(super) fn foreign(words: &[OsString], error: &clap::Error) -> Option<String> {
    let ContextValue::String(given) = error.get(ContextKind::InvalidArg).filter(|_| error.kind() == ErrorKind::UnknownArgument)? else {
        return None;
    };
    let name = given.strip_prefix("--")?;
    let cli = super::Cli::command();
    let asked = cli.find_subcommand(words.get(1)?)?;
    let has = |command: &Command| command.get_arguments().any(|argument| argument.get_long() == Some(name) && !argument.is_hide_set());
    let owners: Vec<String> = cli
        .get_subcommands()
        .filter(|command| has(command))
        .map(|command| format!("misfit {}", command.get_name()))
        .chain(has(&cli).then(|| "the explorer (misfit SOURCE)".to_owned()))
        .collect();
    let (last, others) = owners.split_last()?;
    let owners = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
    Some(format!("misfit {} has no option --{}: that is one of {owners}", asked.get_name(), visible(name)))
}

fn looks_like_a_command(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_alphabetic())
}

/// Where the first word stands that is neither an option nor the value of one.
fn first_word(cli: &Command, words: &[OsString]) -> Option<usize> {
    let mut at = 1;
    while at < words.len() {
        let word = words[at].to_str()?;
        if word == "--" {
            return None;
        }
        if word == "-" || !word.starts_with('-') {
            return Some(at);
        }
        at += 1 + usize::from(!word.contains('=') && takes_value(cli, &words[at]));
    }
    None
}

/// Whether an option of that name, of any command, has a value behind it.
fn takes_value(cli: &Command, option: &OsStr) -> bool {
    let Some(name) = option.to_str().and_then(|option| option.strip_prefix("--")) else { return false };
    let of = |command: &Command| {
        let found = command.get_arguments().find(|argument| argument.get_long() == Some(name))?;
        Some(found.get_action().takes_values() && found.get_num_args().is_none_or(|count| count.min_values() > 0))
    };
    of(cli).or_else(|| cli.get_subcommands().find_map(of)).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered(line: &str) -> Result<String, String> {
        let words = std::iter::once("misfit").chain(line.split_whitespace()).map(OsString::from).collect();
        let ordered = super::ordered(words)?;
        Ok(ordered.iter().skip(1).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn options_may_stand_before_the_command() {
        assert_eq!(ordered("--schemas s groups a").as_deref(), Ok("groups --schemas s a"));
        assert_eq!(ordered("--schemas=s --config c cases a --raw").as_deref(), Ok("cases --schemas=s --config c a --raw"));
        assert_eq!(ordered("--format json groups a").as_deref(), Ok("groups --format json a"));
        assert_eq!(ordered("groups a --schemas s").as_deref(), Ok("groups a --schemas s"));
        assert_eq!(ordered("--schemas groups rows.ndjson").as_deref(), Ok("--schemas groups rows.ndjson"), "the value of an option");
        assert_eq!(ordered("-- groups").as_deref(), Ok("-- groups"));
        assert_eq!(ordered("").as_deref(), Ok(""));
    }

    #[test]
    fn a_word_that_is_nearly_a_command_is_no_file() {
        assert_eq!(ordered("gruops a").unwrap_err(), "there is no file or command gruops: did you mean misfit groups?");
        assert_eq!(ordered("--schemas s dmeo").unwrap_err(), "there is no file or command dmeo: did you mean misfit demo?");
        assert_eq!(ordered("rows.ndjson").as_deref(), Ok("rows.ndjson"));
        assert_eq!(ordered("bigquery:a.b.c").as_deref(), Ok("bigquery:a.b.c"));
    }
}
