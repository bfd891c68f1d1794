//! Contact sheets: every screen in every theme, a page a size, to be looked at.
//!
//! `MISFIT_SHEETS=FOLDER cargo test --test suite sheets` writes them there, as HTML with the colours that a terminal would show. Without the
//! variable only one small sheet is made, to see that the script holds.

use std::fmt::Write as _;
use std::path::PathBuf;

use misfit::tui::theme::Depth;
use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};

use super::press_in;

/// Screens by name, and the keys that lead there.
const SCREENS: &[(&str, &str)] = &[
    ("groups", ""),
    ("groups, open", "O"),
    ("groups, a namespace", "gg"),
    ("groups, filtered", "fsync<enter>"),
    ("groups, filter without a hit", "fnothing-of-the-kind<enter>"),
    ("groups, everything about one", "i"),
    ("groups by incident", "I"),
    ("groups, who sends one", "S"),
    ("groups, a note", "mnknown since Monday<enter>"),
    ("groups, a note being written", "mnknown since"),
    ("exports", "e"),
    ("keys that follow", "y"),
    ("help", "?"),
    ("palette", ":sort"),
    ("overview", "gn"),
    ("overview, a namespace", "gn<down><right>"),
    ("log", "L"),
    ("case", "<enter>"),
    ("case, schema", "<enter><tab>"),
    ("case, columns", "<enter><tab><tab>"),
    ("case, the row", "<enter>r"),
    ("case, a whole value", "<enter>v"),
    ("case, violations", "<enter>b"),
    ("tables", "t"),
    ("tables, a search", "t/clicks"),
    ("tables, a search without a hit", "t/nothing-of-the-kind"),
    ("deploy", "c"),
    ("deploy, before and now", "c<enter>"),
];

const SIZES: &[(u16, u16)] = &[(80, 24), (120, 40), (200, 60)];

const THEMES: &[(&str, Depth)] =
    &[("default-dark", Depth::True), ("default-light", Depth::True), ("ansi", Depth::Named), ("mono", Depth::None)];

/// The sixteen colours as a common terminal shows them.
const NAMED: [&str; 16] = [
    "#1e1e1e", "#cd3131", "#0dbc79", "#e5e510", "#2472c8", "#bc3fbc", "#11a8cd", "#e5e5e5", "#666666", "#f14c4c", "#23d18b", "#f5f543",
    "#3b8eea", "#d670d6", "#29b8db", "#ffffff",
];

fn colour(color: Color, usual: &str) -> String {
    let named = |at: usize| NAMED[at].to_owned();
    match color {
        Color::Reset => usual.to_owned(),
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Indexed(at) if at < 16 => named(at.into()),
        Color::Indexed(at @ 232..) => format!("#{0:02x}{0:02x}{0:02x}", 8 + 10 * u32::from(at - 232)),
        Color::Indexed(at) => {
            let part = |n: u8| if n == 0 { 0 } else { 55 + 40 * u32::from(n) };
            let at = at - 16;
            format!("#{:02x}{:02x}{:02x}", part(at / 36), part(at / 6 % 6), part(at % 6))
        }
        Color::Black => named(0),
        Color::Red => named(1),
        Color::Green => named(2),
        Color::Yellow => named(3),
        Color::Blue => named(4),
        Color::Magenta => named(5),
        Color::Cyan => named(6),
        Color::Gray => named(7),
        Color::DarkGray => named(8),
        Color::LightRed => named(9),
        Color::LightGreen => named(10),
        Color::LightYellow => named(11),
        Color::LightBlue => named(12),
        Color::LightMagenta => named(13),
        Color::LightCyan => named(14),
        Color::White => named(15),
    }
}

fn style(cell: &Cell, light: bool) -> String {
    let (text, ground) = if light { ("#1e1e1e", "#ffffff") } else { ("#e5e5e5", "#1e1e1e") };
    let (mut fg, mut bg) = (colour(cell.fg, text), colour(cell.bg, ground));
    if cell.modifier.contains(Modifier::REVERSED) {
        (fg, bg) = (bg, fg);
    }
    if cell.modifier.contains(Modifier::DIM) {
        fg = format!("color-mix(in srgb, {fg} 60%, {bg})");
    }
    let mut css = format!("color:{fg};background:{bg}");
    for (modifier, words) in [
        (Modifier::BOLD, ";font-weight:bold"),
        (Modifier::UNDERLINED, ";text-decoration:underline"),
        (Modifier::ITALIC, ";font-style:italic"),
    ] {
        if cell.modifier.contains(modifier) {
            css.push_str(words);
        }
    }
    css
}

/// A screen as HTML: a run of cells of one style is one element.
fn html(buffer: &Buffer, light: bool) -> String {
    let mut page = String::from("<pre>");
    for row in buffer.content.chunks(usize::from(buffer.area.width)) {
        let mut run = String::new();
        let mut of: Option<String> = None;
        for cell in row {
            let css = style(cell, light);
            if of.as_ref() != Some(&css) {
                close(&mut page, &mut run, of.take());
                of = Some(css);
            }
            run.push_str(&cell.symbol().replace('&', "&amp;").replace('<', "&lt;"));
        }
        close(&mut page, &mut run, of);
        page.push('\n');
    }
    page + "</pre>"
}

fn close(page: &mut String, run: &mut String, css: Option<String>) {
    if let Some(css) = css {
        let _ = write!(page, "<span style=\"{css}\">{run}</span>");
    }
    run.clear();
}

fn sheet(size: (u16, u16), screens: &[(&str, &str)], themes: &[(&str, Depth)]) -> String {
    let (cols, rows) = size;
    let mut page = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>misfit {cols}x{rows}</title><style>body{{background:#888;font-family:sans-serif}}\
         pre{{display:inline-block;margin:4px;font:12px/15px 'DejaVu Sans Mono',monospace}}
         span{{display:inline-block;height:15px}}</style>\n"
    );
    for (name, keys) in screens {
        let _ = writeln!(page, "<h3>{name}</h3>");
        for (theme, depth) in themes {
            let buffer = press_in(theme, *depth, size, keys);
            let _ = writeln!(page, "{}", html(&buffer, *theme == "default-light"));
        }
    }
    page
}

#[test]
fn contact_sheets_are_made() {
    let Some(folder) = std::env::var_os("MISFIT_SHEETS").map(PathBuf::from) else {
        let one = sheet((80, 24), &SCREENS[..1], THEMES);
        assert_eq!(one.matches("<pre>").count(), THEMES.len());
        assert!(one.contains("What fails") && !one.contains('\x1b'));
        return;
    };
    std::fs::create_dir_all(&folder).expect("a folder");
    for (cols, rows) in SIZES {
        let file = folder.join(format!("{cols}x{rows}.html"));
        std::fs::write(&file, sheet((*cols, *rows), SCREENS, THEMES)).expect("a sheet");
        println!("{}", file.display());
    }
}
