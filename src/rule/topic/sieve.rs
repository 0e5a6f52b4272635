//! What a text cannot hold, told without looking at its words: of the thousands of phrases of all rules hardly any stands
//! in one text, and looking each of them up is most of what a thousand documents cost.

use std::hash::Hasher as _;

use rustc_hash::FxHasher;

/// Bits; a text of some hundred different words sets about one in ten.
const BITS: usize = 8_192;
/// How many bytes of a beginning are told apart.
const BEGINNING: usize = 3;

/// A Bloom filter with one hash, of the stems and the beginnings of a text's words.
#[derive(Debug)]
pub(super) struct Sieve(Box<[u64; BITS / 64]>);

impl Default for Sieve {
    fn default() -> Sieve {
        Sieve(Box::new([0; BITS / 64]))
    }
}

impl Sieve {
    /// Adds a word and its stem.
    pub(super) fn add(&mut self, stem: &str, word: &str) {
        self.set(bit(0, stem.as_bytes()));
        if let Some(beginning) = word.as_bytes().get(..BEGINNING) {
            self.set(bit(1, beginning));
        }
    }

    /// False where no word has this stem.
    pub(super) fn may_hold_stem(&self, stem: &str) -> bool {
        self.is_set(bit(0, stem.as_bytes()))
    }

    /// False where no word begins so.
    pub(super) fn may_hold_beginning(&self, beginning: &str) -> bool {
        beginning.as_bytes().get(..BEGINNING).is_none_or(|beginning| self.is_set(bit(1, beginning)))
    }

    fn set(&mut self, bit: usize) {
        if let Some(word) = self.0.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    fn is_set(&self, bit: usize) -> bool {
        self.0.get(bit / 64).is_some_and(|word| word & (1 << (bit % 64)) != 0)
    }
}

fn bit(family: u8, bytes: &[u8]) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write_u8(family);
    hasher.write(bytes);
    // The high bits of this hash are the mixed ones.
    usize::try_from(hasher.finish() >> 51).unwrap_or_default() % BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_sieved_out() {
        let mut sieve = Sieve::default();
        let words = ["backup", "ab", "übung", "a", "security@acme.test"];
        for word in words {
            sieve.add(word, word);
        }
        for word in words {
            assert!(sieve.may_hold_stem(word) && sieve.may_hold_beginning(word), "{word}");
        }
        assert!(sieve.may_hold_beginning("ba") && sieve.may_hold_beginning("back") && sieve.may_hold_beginning(""));
    }

    #[test]
    fn most_of_what_is_not_there_is_sieved_out() {
        let mut sieve = Sieve::default();
        for number in 0..300 {
            sieve.add(&format!("word{number}"), &format!("w{number}"));
        }
        let passed = (0..1_000).filter(|number| sieve.may_hold_stem(&format!("other{number}"))).count();
        assert!(passed < 200, "{passed} of 1,000");
    }
}
