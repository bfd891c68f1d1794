//! Keys while many groups come from BigQuery: each is answered, whatever is read meanwhile.
//!
//! Of as many groups as $MISFIT_KEYS_GROUPS says it tells how long keys took, and how much time of the processor and memory the explorer had; nothing
//! asserts that.

use serde_json::{Value, json};

use super::*;
use crate::stub::{Asked, Reply, Stub, healthy};

/// Groups of a page of the answer.
const PAGE: usize = 250;

/// Pieces of time and job of each group, and messages.
const CELLS: usize = 64;
const MESSAGES: usize = 8;

fn cell(value: impl Into<Value>) -> Value {
    json!({ "v": value.into() })
}

fn cells_of(values: Vec<Value>) -> Value {
    json!({ "f": values.into_iter().map(|value| json!({ "v": value })).collect::<Vec<_>>() })
}

/// A row of the grouping query's answer, with as many cells and messages as it may have.
fn group(at: usize) -> Value {
    let hour = |cell: usize| 29_706_524 + 60 * cell;
    let piece = |n: usize| {
        let time = format!("{}", (hour(n) as u64) * 60_000_000 + 1);
        cell(cells_of(vec![hour(n).to_string().into(), format!("decoder-{}", n % 2).into(), "2".into(), time.clone().into(), time.into()]))
    };
    let said = |n: usize| {
        let message = format!("org.everit.json.schema.ValidationException: #/place{at}/x: expected maxLength: {n}, actual: {}", n + 1);
        cell(cells_of(vec![message.into(), "16".into()]))
    };
    let cells: Vec<Value> = (0..CELLS).map(piece).collect();
    let messages: Vec<Value> = (0..MESSAGES).map(said).collect();
    let text = |text: String| Value::from(text);
    cells_of(vec![
        text(format!("{at:016x}")),
        text("0".into()),
        text(format!("acme-{}", at % 50)),
        text(format!("session-{}", at % 700)),
        text("1".into()),
        text("ParsePayload".into()),
        text("org.everit.json.schema.ValidationException".into()),
        text("128".into()),
        text("128".into()),
        text("1".into()),
        cells.into(),
        messages.into(),
        json!([cell("1782391490000000")]),
        json!([cell("5")]),
    ])
}

/// Answers in pages.
fn paged(asked: &Asked, groups: usize) -> Reply {
    if !(asked.method == "GET" && asked.path.contains("/queries/")) {
        return healthy(asked, 10, &[]);
    }
    let page: usize = asked.path.split("pageToken=").nth(1).and_then(|rest| rest.split('&').next()?.parse().ok()).unwrap_or(0);
    let (from, to) = (page * PAGE, groups.min((page + 1) * PAGE));
    let rows: Vec<Value> = (from..to).map(group).collect();
    let mut answer = json!({"jobComplete": true, "totalRows": groups.to_string(), "rows": rows});
    if to < groups {
        answer["pageToken"] = (page + 1).to_string().into();
    }
    Reply::json(answer)
}

#[test]
fn every_key_is_answered_while_groups_come() {
    let told = std::env::var("MISFIT_KEYS_GROUPS").ok().and_then(|text| text.parse::<usize>().ok());
    let groups = told.unwrap_or(2 * PAGE + 10);
    let stub = Stub::new(move |asked, _| paged(asked, groups));
    let mut terminal = Terminal::run(&[
        "bigquery:p.d.t",
        "--endpoint",
        &stub.endpoint,
        "--since",
        "2026-06-25",
        "--until",
        "2026-06-29",
        "--refresh",
        "--fresh",
    ]);
    terminal.wait("the first frame", Terminal::alternate);
    let total = format!("{} groups", misfit::ground::text::count(groups as u64));
    let begun = Instant::now();
    let (mut took, mut read, mut after): (Vec<f64>, Option<f64>, usize) = (Vec::new(), None, 0);
    // Help and back: that shows at any time.
    while after < 40 {
        for (key, shows) in [("?", true), ("\x1b", false)] {
            let pressed = Instant::now();
            terminal.press(key);
            while terminal.screen().contains("Keys in") != shows {
                assert!(pressed.elapsed() < PATIENCE, "the key {key:?} is not answered:\n{}", terminal.screen());
                std::thread::sleep(Duration::from_micros(200));
            }
            took.push(pressed.elapsed().as_secs_f64() * 1e3);
        }
        if terminal.screen().contains(&total) {
            read = read.or(Some(begun.elapsed().as_secs_f64()));
            after += 1;
        }
        assert!(begun.elapsed() < 20 * PATIENCE, "the groups do not come:\n{}", terminal.screen());
        std::thread::sleep(Duration::from_millis(20));
    }
    let of_process = |file: &str| terminal.child.process_id().and_then(|id| std::fs::read_to_string(format!("/proc/{id}/{file}")).ok());
    let status = of_process("status");
    let memory = status.and_then(|text| text.lines().find(|line| line.starts_with("VmHWM")).map(|line| line[6..].trim().to_owned()));
    // Of the fields behind the name, which may hold anything, the 12th and 13th; a hundredth of a second each.
    let stat = of_process("stat").and_then(|text| Some(text.rsplit_once(')')?.1.to_owned()));
    let ticks: u64 =
        stat.iter().flat_map(|text| text.split_whitespace().skip(11).take(2)).filter_map(|field| field.parse::<u64>().ok()).sum();
    if told.is_some() {
        took.sort_by(f64::total_cmp);
        let at = |part: f64| took[((took.len() - 1) as f64 * part) as usize];
        let (read, memory) = (read.unwrap_or_default(), memory.unwrap_or_default());
        println!(
            "{groups} groups read in {read:.1} s, {:.1} s of the processor until the end, at most {memory} of memory",
            ticks as f64 / 100.0
        );
        println!("{} keys: median {:.1} ms, 95 of 100 within {:.1}, the slowest {:.1}", took.len(), at(0.5), at(0.95), at(1.0));
    }
    terminal.press("q");
    assert_eq!(terminal.ends(), 0);
}
