//! Ed25519 keys: private ones as PKCS#8 PEM (OpenSSL) or as OpenSSH writes them, public ones as SPKI PEM or as a line of
//! `authorized_keys`. A private key with a passphrase is refused: a schedule has nobody to ask.
//!
//! The OpenSSH form of a key without passphrase is a header and length-prefixed fields
//! (<https://github.com/openssh/openssh-portable/blob/master/PROTOCOL.key>); reading it here spares a second stack of
//! cryptography that its library would bring.

use std::fmt;

use base64ct::{Base64, Encoding as _};
use ed25519_dalek::pkcs8::DecodePrivateKey as _;
use ed25519_dalek::pkcs8::spki::DecodePublicKey as _;
use ed25519_dalek::{Signature, Signer as _};
use serde_json::json;

use super::canonical;
use super::manifest::{SignerItem, digest};
use crate::engine::plan::hexadecimal;

/// A key that signs.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

/// A key that verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// Why a text is no key, in lower case and without a final dot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyError(String);

impl fmt::Display for KeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SigningKey").field(&self.public().id()).finish()
    }
}

fn error(message: impl Into<String>) -> KeyError {
    KeyError(message.into())
}

impl SigningKey {
    /// Reads a private key.
    pub fn read(text: &str) -> Result<SigningKey, KeyError> {
        let text = text.trim();
        match label(text) {
            Some("PRIVATE KEY") => ed25519_dalek::SigningKey::from_pkcs8_pem(text)
                .map(SigningKey)
                .map_err(|_| error("is no Ed25519 key in PKCS#8; `openssl genpkey -algorithm ed25519` makes one")),
            Some("OPENSSH PRIVATE KEY") => open_ssh(text).map(SigningKey),
            Some("ENCRYPTED PRIVATE KEY") => Err(error("has a passphrase; give a key without one")),
            Some(other) => Err(error(format!("holds a {}, not an Ed25519 private key", other.to_lowercase()))),
            None => Err(error("is no private key in PEM")),
        }
    }

    /// The key that verifies what this one signs.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The 64 bytes of a signature.
    pub fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

impl PublicKey {
    /// Reads a public key.
    pub fn read(text: &str) -> Result<PublicKey, KeyError> {
        let text = text.trim();
        if let Some("PUBLIC KEY") = label(text) {
            let key = ed25519_dalek::VerifyingKey::from_public_key_pem(text);
            return key.map(PublicKey).map_err(|_| error("is no Ed25519 public key"));
        }
        let mut words = text.split_whitespace().skip_while(|word| *word != "ssh-ed25519");
        let Some(blob) = words.nth(1).and_then(|word| Base64::decode_vec(word).ok()) else {
            return Err(error("is no Ed25519 public key (`-----BEGIN PUBLIC KEY-----` or `ssh-ed25519 …`)"));
        };
        let mut fields = Fields(&blob);
        let read = || {
            let kind = fields.text()?;
            fields.text().filter(|_| kind == b"ssh-ed25519")
        };
        let key: Option<[u8; 32]> = { read }().and_then(|key| key.try_into().ok());
        key.and_then(|key| PublicKey::from_bytes(&key)).ok_or_else(|| error("is a damaged `ssh-ed25519` key"))
    }

    fn from_bytes(bytes: &[u8; 32]) -> Option<PublicKey> {
        ed25519_dalek::VerifyingKey::from_bytes(bytes).ok().map(PublicKey)
    }

    /// The key that a manifest names; none where its id is not that of its bytes.
    pub fn of_signer(signer: &SignerItem) -> Option<PublicKey> {
        let bytes: Option<Vec<u8>> = (0..signer.public_key.len())
            .step_by(2)
            .map(|at| signer.public_key.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
            .collect();
        let key = PublicKey::from_bytes(&bytes?.try_into().ok()?)?;
        (key.signer() == *signer).then_some(key)
    }

    /// The key as manifests name it.
    pub fn signer(&self) -> SignerItem {
        SignerItem { keyid: self.id(), public_key: hexadecimal(self.0.as_bytes()) }
    }

    /// The id that securesystemslib gives the key: the digest of its canonical description.
    pub fn id(&self) -> String {
        let public = hexadecimal(self.0.as_bytes());
        let described = json!({ "keytype": "ed25519", "keyval": { "public": public }, "scheme": "ed25519" });
        digest(&canonical::to_bytes(&described))
    }

    /// Whether the key's owner signed the message. Signatures that could be read in two ways are none.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature).is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

/// The label of a PEM text.
fn label(text: &str) -> Option<&str> {
    text.strip_prefix("-----BEGIN ")?.split_once("-----").map(|(label, _)| label)
}

/// A private key as OpenSSH writes it.
fn open_ssh(text: &str) -> Result<ed25519_dalek::SigningKey, KeyError> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).map(str::trim).collect();
    let bytes = Base64::decode_vec(&body).map_err(|_| error("is a damaged OpenSSH key (its Base64 is broken)"))?;
    let damaged = || error("is a damaged OpenSSH key");
    let mut outer = Fields(bytes.strip_prefix(b"openssh-key-v1\0").ok_or_else(damaged)?);
    let cipher = outer.text().ok_or_else(damaged)?;
    if cipher != b"none" {
        return Err(error("has a passphrase; give a key without one (`ssh-keygen -p -N '' -f FILE` on a copy)"));
    }
    // The derivation of the cipher's key, its options; how many keys; the public key.
    let (_, _, count, _) = (outer.text(), outer.text(), outer.number(), outer.text());
    if count != Some(1) {
        return Err(error("holds several keys; one is enough"));
    }
    let mut inner = Fields(outer.text().ok_or_else(damaged)?);
    let (one, other) = (inner.number(), inner.number());
    let kind = inner.text().filter(|_| one.is_some() && one == other).ok_or_else(damaged)?;
    if kind != b"ssh-ed25519" {
        return Err(error(format!("holds a key of type {}, not ssh-ed25519", String::from_utf8_lossy(kind))));
    }
    let (_, pair) = (inner.text(), inner.text());
    let pair: [u8; 64] = pair.and_then(|pair| pair.try_into().ok()).ok_or_else(damaged)?;
    // Fails where the public half is not that of the private one.
    ed25519_dalek::SigningKey::from_keypair_bytes(&pair).map_err(|_| damaged())
}

/// Fields of SSH's wire format (RFC 4251, section 5).
struct Fields<'b>(&'b [u8]);

impl<'b> Fields<'b> {
    fn number(&mut self) -> Option<u32> {
        let (head, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*head))
    }

    fn text(&mut self) -> Option<&'b [u8]> {
        let length = usize::try_from(self.number()?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(text)
    }
}
