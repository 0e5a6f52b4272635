//! Encodings and digests of texts: Base64 (RFC 4648), SHA-2 (FIPS 180-4), percent-encoding.

use std::fmt::Write as _;

use sha2::{Digest, Sha256, Sha512};

use super::{Stop, text};
use crate::kind::terraform::evaluate::MAX_LENGTH;
use crate::syntax::tree::{Node, Value};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encoded(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = ALPHABET.get((bits >> (18 - 6 * place) & 63) as usize).copied().unwrap_or(b'=');
            text.push(if place <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    let letters = text.trim_end_matches('=');
    if !text.len().is_multiple_of(4) || text.len() - letters.len() > 2 {
        return None;
    }
    let (mut bytes, mut bits, mut count) = (Vec::with_capacity(text.len()), 0_u32, 0);
    for letter in letters.bytes() {
        let value = ALPHABET.iter().position(|known| *known == letter)?;
        bits = (bits << 6 | u32::try_from(value).ok()?) & 0xFFFF;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).ok()?);
        }
    }
    Some(bytes)
}

fn hexadecimal(bytes: &[u8]) -> Value {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    Value::Text(text.into())
}

fn bounded(text: String) -> Result<Value, Stop> {
    if text.len() > MAX_LENGTH { Err(Stop::Wrong) } else { Ok(Value::Text(text.into())) }
}

pub(super) fn base64encode(arguments: &[Node]) -> Result<Value, Stop> {
    bounded(encoded(text(arguments, 0)?.as_bytes()))
}

pub(super) fn base64decode(arguments: &[Node]) -> Result<Value, Stop> {
    let bytes = decoded(&text(arguments, 0)?).ok_or(Stop::Wrong)?;
    bounded(String::from_utf8(bytes).map_err(|_| Stop::Wrong)?)
}

pub(super) fn base64sha256(arguments: &[Node]) -> Result<Value, Stop> {
    bounded(encoded(&Sha256::digest(text(arguments, 0)?.as_bytes())))
}

pub(super) fn sha256(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(hexadecimal(&Sha256::digest(text(arguments, 0)?.as_bytes())))
}

pub(super) fn sha512(arguments: &[Node]) -> Result<Value, Stop> {
    Ok(hexadecimal(&Sha512::digest(text(arguments, 0)?.as_bytes())))
}

/// Everything but letters, digits and `-_.` as bytes after `%`; a space as `+`.
pub(super) fn urlencode(arguments: &[Node]) -> Result<Value, Stop> {
    let mut encoded = String::new();
    for byte in text(arguments, 0)?.bytes() {
        match byte {
            b' ' => encoded.push('+'),
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') => {
                encoded.push(char::from(byte));
            }
            byte => {
                let _ = write!(encoded, "%{byte:02X}");
            }
        }
    }
    bounded(encoded)
}
