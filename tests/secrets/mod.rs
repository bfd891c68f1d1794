//! Two hundred made-up secrets, the same every time.

/// A secret, and the parts of it that would give it away as well.
pub(crate) struct Secret {
    pub whole: String,
    pub parts: Vec<String>,
}

/// The same numbers every time.
struct Random(u64);

impl Random {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn of(&mut self, alphabet: &str, length: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        (0..length).map(|_| letters[self.next(letters.len())]).collect()
    }

    fn hex(&mut self, length: usize) -> String {
        self.of("0123456789abcdef", length)
    }

    /// A word that no text holds by chance.
    fn word(&mut self) -> String {
        (0..3).map(|_| self.of("bdfgklmnprstvz", 1) + &self.of("aeiou", 1)).collect::<String>() + "q"
    }

    fn name(&mut self) -> String {
        let word = self.word();
        word[..1].to_uppercase() + &word[1..]
    }
}

pub(crate) const KINDS: usize = 20;
const ALPHANUMERIC: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

fn secret(random: &mut Random, kind: usize) -> Secret {
    let (word, name) = (random.word(), random.name());
    let (whole, parts) = match kind {
        0 => (format!("{}-{}-4{}-a{}-{}", random.hex(8), random.hex(4), random.hex(3), random.hex(3), random.hex(12)), vec![]),
        1 => (random.hex(32), vec![]),
        2 => (format!("{}.{}.{}.{}", 11 + random.next(200), random.next(250), 10 + random.next(200), 100 + random.next(150)), vec![]),
        3 => (format!("2001:db8:{}:{}::{}", random.hex(4), random.hex(4), random.hex(4)), vec![]),
        4 => (format!("{word}.{}@example.com", name.to_lowercase()), vec![word, name.to_lowercase()]),
        5 => (format!("eyJ{}.eyJ{}.{}", random.of(ALPHANUMERIC, 20), random.of(ALPHANUMERIC, 30), random.of(ALPHANUMERIC, 27)), vec![]),
        6 => (format!("AKIA{}", random.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)), vec![]),
        7 => (format!("ghp_{}", random.of(ALPHANUMERIC, 36)), vec![]),
        8 => {
            let first = random.name();
            (format!("{first} {name}"), vec![first, name])
        }
        9 => (format!("/home/{word}/.mozilla/{name}"), vec![word, name]),
        10 => (format!("C:\\Users\\{name}\\AppData\\{word}"), vec![word, name]),
        11 => (format!("+49 170 {}", random.of("123456789", 7)), vec![]),
        12 => (format!("https://www.{word}.org/search?q={name}&id={}", random.hex(6)), vec![word, name]),
        13 => (format!("{word}.{}.com", name.to_lowercase()), vec![word, name.to_lowercase()]),
        14 => (random.hex(12).as_bytes().chunks(2).map(|two| std::str::from_utf8(two).unwrap()).collect::<Vec<_>>().join(":"), vec![]),
        15 => (format!("{}==", random.of(&(ALPHANUMERIC.to_owned() + "+/"), 42)), vec![]),
        16 => (random.of("123456789", 10), vec![]),
        17 => (format!("{} {}, {name}", 1 + random.next(90), random.name()), vec![name]),
        18 => (format!("xoxb-{}-{}", random.of("123456789", 12), random.of(ALPHANUMERIC, 24)), vec![]),
        _ => (format!("DESKTOP-{}", random.of("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 4) + &random.of("0123456789", 3)), vec![]),
    };
    Secret { whole, parts }
}

pub(crate) fn secrets() -> Vec<Secret> {
    let mut random = Random(20_261_121);
    (0..200).map(|i| secret(&mut random, i % KINDS)).collect()
}

/// Forms of secrets that are spelled as words of anybody's.
pub(crate) const WORD_KINDS: usize = 8;

/// A secret that stands in one place alone, so that a leak says where from; kinds from [`KINDS`] on are made of a word that no text holds.
pub(crate) fn planted(place: usize, kind: usize) -> Secret {
    let mut random = Random((place * 64 + kind) as u64 + 77_000);
    // The first numbers of near seeds are near one another.
    for _ in 0..8 {
        random.next(2);
    }
    let Some(form) = kind.checked_sub(KINDS) else { return secret(&mut random, kind) };
    let word = random.word();
    let whole = match form {
        0 => word.clone(),
        1 => format!("{}-PC63", word.to_uppercase()),
        2 => format!("{word}.internal"),
        3 => format!("{word}_{word}"),
        4 => format!("{}Exception", random.name() + &word),
        5 => format!("db7.{word}.corp"),
        6 => word.to_uppercase(),
        _ => format!("acme-{word}"),
    };
    let part = if form == 1 || form == 6 { word.to_uppercase() } else { word };
    Secret { whole, parts: vec![part] }
}

/// Panics if anything of the secret is in the text.
pub(crate) fn assert_hidden(secret: &Secret, told: &str, place: &str) {
    for part in secret.parts.iter().chain([&secret.whole]) {
        let escaped = serde_json::Value::from(part.as_str()).to_string();
        for spelling in [part.as_str(), escaped.trim_matches('"')] {
            assert!(!told.contains(spelling), "{place}: {part} came out of {} in {told}", secret.whole);
        }
    }
}
