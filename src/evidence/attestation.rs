//! The signed statement about an entry: an in-toto Statement v1 in a DSSE envelope.
//!
//! The predicate is the manifest without its list of files, which are subjects instead. It says what was observed, of
//! what, when and by what; there is no result in it that passes or fails a standard.

use base64ct::{Base64, Encoding as _};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::canonical;
use super::key::{PublicKey, SigningKey};
use super::manifest::{MANIFEST, Manifest, digest};

/// The type of the statement: <https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md>.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// The type of the payload in the envelope.
const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// The type of our predicate, described in `docs/evidence.md`. A tag URI (RFC 4151): it names, and leads nowhere.
pub const PREDICATE_TYPE: &str = "tag:annexa,2026:evidence/v1";

/// A DSSE envelope: <https://github.com/secure-systems-lab/dsse/blob/master/envelope.md>.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Envelope {
    payload: String,
    payload_type: String,
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    keyid: String,
    sig: String,
}

/// The statement about an entry.
pub fn statement(manifest: &Manifest) -> Vec<u8> {
    let mut subjects = Vec::new();
    let repository = manifest.repository.as_ref();
    if let Some(commit) = repository.and_then(|repository| repository.commit.as_deref()) {
        let name = repository.and_then(|repository| repository.url.as_deref()).unwrap_or("repository");
        subjects.push(json!({ "name": name, "digest": { "gitCommit": commit } }));
    }
    let file = |name: &str, sha256: &str| json!({ "name": format!("{}/{name}", manifest.entry), "digest": { "sha256": sha256 } });
    subjects.push(file(MANIFEST, &digest(&manifest.to_bytes())));
    subjects.extend(manifest.files.iter().map(|item| file(&item.name, &item.sha256)));
    let mut predicate = serde_json::to_value(manifest).unwrap_or(Value::Null);
    if let Some(fields) = predicate.as_object_mut() {
        fields.remove("files");
    }
    canonical::to_bytes(&json!({
        "_type": STATEMENT, "subject": subjects, "predicateType": PREDICATE_TYPE, "predicate": predicate,
    }))
}

/// The envelope about an entry, signed.
pub fn sign(manifest: &Manifest, key: &SigningKey) -> Vec<u8> {
    let payload = statement(manifest);
    let signature = key.sign(&pre_authentication(&payload));
    canonical::to_bytes(&Envelope {
        payload: Base64::encode_string(&payload),
        payload_type: PAYLOAD_TYPE.to_owned(),
        signatures: vec![EnvelopeSignature { keyid: key.public().id(), sig: Base64::encode_string(&signature) }],
    })
}

/// Checks that an envelope is exactly the one about the entry, signed by the key; if not, why.
pub fn verify(envelope: &[u8], manifest: &Manifest, key: &PublicKey) -> Result<(), String> {
    let read: Envelope = serde_json::from_slice(envelope).map_err(|error| format!("is no DSSE envelope: {error}"))?;
    if canonical::to_bytes(&read) != envelope {
        return Err("is not canonical JSON, so it is not as annexa wrote it".to_owned());
    }
    let payload = statement(manifest);
    if read.payload_type != PAYLOAD_TYPE || read.payload != Base64::encode_string(&payload) {
        return Err("does not state what the manifest says".to_owned());
    }
    let [signature] = read.signatures.as_slice() else { return Err("has not exactly one signature".to_owned()) };
    let bytes = Base64::decode_vec(&signature.sig).unwrap_or_default();
    if signature.keyid != key.id() || Base64::encode_string(&bytes) != signature.sig {
        return Err("names another key than the manifest, or its signature is damaged".to_owned());
    }
    if key.verifies(&pre_authentication(&payload), &bytes) {
        Ok(())
    } else {
        Err("carries a signature that the key did not make".to_owned())
    }
}

/// What is signed: DSSE's pre-authentication encoding of type and payload.
fn pre_authentication(payload: &[u8]) -> Vec<u8> {
    let mut message = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    message.extend(payload);
    message
}
