//! What inputs are made of: numbers that are the same in every run, texts, JSON, and bytes changed here and there.
//!
//! Owns: chance, and pieces that every kind of input has. Refuses: rows, schemas and other kinds themselves.

/// Texts that have been trouble somewhere: escapes, directions, halves, signs of formats, numbers that are none.
const TEXTS: &[&str] = &[
    "",
    " ",
    "a",
    "b",
    "id",
    "main",
    "payload",
    "metadata",
    "client_id",
    "version",
    "Ünïcödé",
    "e\u{301}",
    "😀",
    "\u{1b}[2J",
    "\u{9b}31m",
    "\u{202e}abc",
    "\u{0}",
    "\u{7f}",
    "\r\n",
    "\t",
    "\u{feff}",
    "\u{2028}",
    "a/b",
    "~1",
    "~",
    "#/a",
    "a: b",
    "[0]",
    "{key}",
    "[]",
    "\"",
    "\\",
    "'",
    "`",
    "a]b",
    "%s",
    "0",
    "-1",
    "1.0",
    "01",
    "1e400",
    "NaN",
    "true",
    "null",
    "2026-03-02T17:15:58Z",
    "2026-03-02 17:15:58.123456 UTC",
    "9999-12-31 23:59:59 UTC",
    "2026-02-30",
    "https://example.com/a?b=c#d",
    "a@example.com",
    "c0ffee00-0000-4000-8000-000000000001",
    "camelCaseName",
    "snake_case_name",
    "ABCd",
    "a-b.c",
];

/// Numbers as JSON spells them.
const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "3",
    "1.0",
    "1.5",
    "-2.50",
    "0.1",
    "1e2",
    "1E-7",
    "2147483647",
    "2147483648",
    "9007199254740993",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "1e308",
    "1e400",
    "-1e-400",
    "123456789012345678901234567890",
    "0.30000000000000004",
    "1e2147483648",
    "100000000000000000000000000000000000000000000000000.5",
];

/// Bytes that mean something somewhere.
const SIGNS: &[u8] = b"\"\\{}[],:\n\r\t 0-+.eEu/~#$&<>();='\0\x1b\x80\xc3\xe2\xff\x1f\x8b(\xb5/\xfdPAR1";

/// Chance that is the same in every run.
pub(crate) struct Dice {
    state: u64,
    /// Of the whole run.
    pub(crate) seed: u64,
    /// How many inputs the one that is made counts for.
    pub(crate) inputs: u64,
}

impl Dice {
    /// For one input.
    pub(crate) fn new(seed: u64, name: &str, number: u64) -> Self {
        let name = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
        let mut dice =
            Dice { state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ name ^ number.wrapping_mul(0xd134_2543_de82_ef95), seed, inputs: 1 };
        dice.next();
        dice
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        (self.next() % most.max(1) as u64) as usize
    }

    /// True once in so many times.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// A short text, often one that has been trouble.
    pub(crate) fn text(&mut self) -> String {
        match self.below(12) {
            0 => (0..self.below(6)).map(|_| self.pick(TEXTS)).collect(),
            1 => (0..self.below(12)).map(|_| char::from_u32(self.next() as u32 % 0x11_0000).unwrap_or('\u{fffd}')).collect(),
            2 => (0..self.below(9)).map(|_| char::from(b' ' + self.below(95) as u8)).collect(),
            3 if self.once_in(20) => self.pick(TEXTS).repeat(1 + self.below(2_000)),
            _ => self.pick(TEXTS).to_owned(),
        }
    }

    /// A text as a JSON string, at times spelled oddly.
    pub(crate) fn quoted(&mut self, text: &str) -> String {
        match self.below(16) {
            0 => format!("\"{}\"", text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<String>()),
            1 if self.once_in(3) => format!("\"{}\"", self.pick(&["\\ud800", "\\udc00x", "\\ud83d\\ude00", "\\/", "\\b\\f", "\\u0000"])),
            _ => serde_json::to_string(text).expect("a text"),
        }
    }

    pub(crate) fn number(&mut self) -> String {
        match self.below(6) {
            0 => (self.next() as i64 >> self.below(63)).to_string(),
            1 => f64::from_bits(self.next()).to_string().replace("NaN", "0").replace("inf", "1e999"),
            _ => self.pick(NUMBERS).to_owned(),
        }
    }

    /// A JSON text, nested so deep at most; its names are those of [`Dice::name`].
    pub(crate) fn json(&mut self, depth: usize) -> String {
        let kinds = if depth == 0 { 5 } else { 8 };
        match self.below(kinds) {
            0 => "null".to_owned(),
            1 => self.pick(&["true", "false"]).to_owned(),
            2 | 3 => {
                let text = self.text();
                self.quoted(&text)
            }
            4 => self.number(),
            5 => {
                let elements: Vec<_> = (0..self.below(4)).map(|_| self.json(depth - 1)).collect();
                format!("[{}]", elements.join(self.comma()))
            }
            _ => {
                let members: Vec<_> = (0..self.below(5)).map(|_| self.member(depth)).collect();
                format!("{{{}}}", members.join(self.comma()))
            }
        }
    }

    fn member(&mut self, depth: usize) -> String {
        let name = self.name();
        format!("{}:{}", self.quoted(&name), self.json(depth - 1))
    }

    fn comma(&mut self) -> &'static str {
        self.pick(&[",", ",", ", ", " ,\t"])
    }

    /// A name of few, so that schemas, layouts and documents meet.
    pub(crate) fn name(&mut self) -> String {
        match self.below(12) {
            0 => self.text(),
            _ => self.pick(&["a", "b", "c", "ab", "aB", "a_b", "list", "map", "key", "value", "id", "metadata"]).to_owned(),
        }
    }

    /// Changes bytes here and there: flips, cuts, repeats, exchanges.
    pub(crate) fn mutate(&mut self, bytes: &mut Vec<u8>) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len().max(1)).min(bytes.len());
            match self.below(8) {
                0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
                1 if !bytes.is_empty() => bytes[at] = self.next() as u8,
                2 => bytes.insert(at, SIGNS[self.below(SIGNS.len())]),
                3 if !bytes.is_empty() => bytes[at] = SIGNS[self.below(SIGNS.len())],
                4 => {
                    let end = (at + 1 + self.below(16)).min(bytes.len());
                    bytes.drain(at..end);
                }
                5 => {
                    let end = (at + 1 + self.below(32)).min(bytes.len());
                    let again = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    bytes.splice(to..to, again);
                }
                6 if self.once_in(4) => bytes.truncate(at),
                _ if bytes.len() > 8 => {
                    let number = self.pick(&[&[0; 4][..], &[0xff; 4], &[0xff, 0xff, 0xff, 0x7f], &[0, 0, 0, 0x80], &[1, 0, 0, 0]]);
                    let at = at.min(bytes.len() - 4);
                    bytes[at..at + 4].copy_from_slice(number);
                }
                _ => {}
            }
        }
    }

    /// Changes texts of a format where its signs are: exchanges of values, lines left out and told twice.
    pub(crate) fn respell(&mut self, text: &mut Vec<u8>) {
        let places: Vec<usize> = text.iter().enumerate().filter(|(_, byte)| b"\"{}[],:\n=".contains(byte)).map(|(at, _)| at).collect();
        if places.is_empty() || self.once_in(4) {
            return self.mutate(text);
        }
        for _ in 0..=self.below(2) {
            let from = places[self.below(places.len())].min(text.len());
            let to = places.iter().copied().find(|&to| to > from).unwrap_or(text.len()).min(text.len());
            let put: Vec<u8> = match self.below(6) {
                0 => Vec::new(),
                1 => self.json(2).into_bytes(),
                2 => self.number().into_bytes(),
                3 => [&text[from..to], &text[from..to]].concat(),
                4 => {
                    let other = places[self.below(places.len())].min(text.len());
                    text[other..(other + 24).min(text.len())].to_vec()
                }
                _ => {
                    let signed = self.text();
                    self.quoted(&signed).into_bytes()
                }
            };
            text.splice((from + 1).min(text.len()).min(to)..to, put);
        }
    }
}
