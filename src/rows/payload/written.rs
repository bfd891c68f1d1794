//! Payloads as exports write them.
//!
//! Owns: base64, in each of its spellings. Refuses: what the bytes are (payload).

use std::borrow::Cow;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::Payload;

/// Exports differ in whether they pad.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// The payload column as JSON exports write it.
pub(crate) fn of_base64(text: Cow<'_, str>) -> Payload {
    if let Ok(bytes) = BASE64.decode(text.as_bytes()) {
        return Payload::Bytes(bytes);
    }
    // Tools that wrap lines, and those that write it to go into addresses.
    let usual: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).map(usual_letter).collect();
    match BASE64.decode(usual) {
        Ok(bytes) => Payload::Bytes(bytes),
        Err(_) => Payload::NotBase64(text.into_owned()),
    }
}

fn usual_letter(byte: u8) -> u8 {
    match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_in_lines_or_for_addresses_is_read() {
        assert_eq!(of_base64("-_8=".into()), Payload::Bytes(vec![0xfb, 0xff]));
        assert_eq!(of_base64("aGVs\r\nbG8=\n".into()), Payload::Bytes(b"hello".to_vec()));
    }
}
