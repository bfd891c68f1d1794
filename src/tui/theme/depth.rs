//! What becomes of colours on terminals that show few or none.

use ratatui::style::{Color, Style};

/// Colours that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// 24 bits.
    True,
    /// The 256 of xterm.
    Indexed,
    /// The 16 named ones.
    Named,
    /// None: NO_COLOR or a terminal without.
    None,
}

impl Depth {
    /// Of standard output, as NO_COLOR, COLORTERM, TERM and FORCE_COLOR tell it.
    pub fn detect() -> Self {
        match supports_color::on(supports_color::Stream::Stdout) {
            Some(level) if level.has_16m => Depth::True,
            Some(level) if level.has_256 => Depth::Indexed,
            Some(_) => Depth::Named,
            None => Depth::None,
        }
    }
}

/// The nearest style that the terminal can show. Without colours a background has to become something else that is seen.
pub(super) fn reduce(style: Style, depth: Depth) -> Style {
    let map = |colour: Option<Color>| match (colour, depth) {
        (Some(Color::Rgb(r, g, b)), Depth::Indexed) => Some(Color::Indexed(indexed(r, g, b))),
        (Some(Color::Rgb(r, g, b)), Depth::Named) => Some(named(r, g, b)),
        (_, Depth::None) => None,
        (colour, _) => colour,
    };
    Style { fg: map(style.fg), bg: map(style.bg), ..style }
}

/// The nearest of xterm's colour cube and grey ramp.
fn indexed(r: u8, g: u8, b: u8) -> u8 {
    let level = |v: u8| {
        if v < 48 {
            0
        } else if v < 115 {
            1
        } else {
            (v - 35) / 40
        }
    };
    let value = |l: u8| if l == 0 { 0 } else { 55 + 40 * i32::from(l) };
    let (lr, lg, lb) = (level(r), level(g), level(b));
    let grey = ((u32::from(r) + u32::from(g) + u32::from(b)) / 3) as i32;
    let step = ((grey - 8).max(0) / 10).min(23);
    let away = |x: i32, y: i32, z: i32| (x - i32::from(r)).pow(2) + (y - i32::from(g)).pow(2) + (z - i32::from(b)).pow(2);
    let ramp = 8 + 10 * step;
    if away(ramp, ramp, ramp) < away(value(lr), value(lg), value(lb)) { 232 + step as u8 } else { 16 + 36 * lr + 6 * lg + lb }
}

/// The nearest of the 16 named colours, by which channels are strong.
fn named(r: u8, g: u8, b: u8) -> Color {
    let (max, min) = (r.max(g).max(b), r.min(g).min(b));
    if max - min < 40 {
        return match max {
            0..=60 => Color::Black,
            61..=140 => Color::DarkGray,
            141..=210 => Color::Gray,
            _ => Color::White,
        };
    }
    let strong = |v: u8| u32::from(v) * 3 > u32::from(max) * 2;
    let light = max > 200;
    match (strong(r), strong(g), strong(b), light) {
        (true, false, false, true) => Color::LightRed,
        (true, false, false, false) => Color::Red,
        (false, true, false, true) => Color::LightGreen,
        (false, true, false, false) => Color::Green,
        (true, true, _, true) => Color::LightYellow,
        (true, true, _, false) => Color::Yellow,
        (false, false, _, true) => Color::LightBlue,
        (false, false, _, false) => Color::Blue,
        (true, false, true, true) => Color::LightMagenta,
        (true, false, true, false) => Color::Magenta,
        (false, true, true, true) => Color::LightCyan,
        (false, true, true, false) => Color::Cyan,
    }
}
