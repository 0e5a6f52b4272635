"""Reads recorded evidence with the libraries of others: evidence.py FOLDER PUBLIC-KEY

compliance-trestle must accept every OSCAL document, and what it links to must be there; securesystemslib must verify the
envelopes of all entries that the key signed, and refuse them when they are changed."""

import base64
import hashlib
import json
import pathlib
import sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey
from trestle.oscal import OSCAL_VERSION
from trestle.oscal.assessment_plan import AssessmentPlan
from trestle.oscal.assessment_results import AssessmentResults
from trestle.oscal.poam import PlanOfActionAndMilestones

MODELS = {
    "oscal-assessment-plan.json": AssessmentPlan,
    "oscal-assessment-results.json": AssessmentResults,
    "oscal-poam.json": PlanOfActionAndMilestones,
}


def check_oscal(entry: pathlib.Path) -> int:
    read = {name: model.oscal_read(entry / name) for name, model in MODELS.items() if (entry / name).exists()}
    for name, document in read.items():
        assert document is not None, f"{entry / name} is not OSCAL"
        version = json.loads((entry / name).read_text())[next(iter(json.loads((entry / name).read_text())))]
        assert version["metadata"]["oscal-version"] == OSCAL_VERSION, f"the newest OSCAL that is read is {OSCAL_VERSION}"
    result = read["oscal-assessment-results.json"].results[0]
    known = {observation.uuid for observation in result.observations}
    for finding in result.findings:
        assert finding.target.status.state.value in ("satisfied", "not-satisfied")
        assert {related.observation_uuid for related in finding.related_observations} <= known
    uuids = [observation.uuid for observation in result.observations] + [finding.uuid for finding in result.findings]
    assert len(uuids) == len(set(uuids)), "a UUID is used twice"
    return len(result.findings)


def check_signature(entry: pathlib.Path, key: SSlibKey) -> bool:
    written = json.loads((entry / "attestation.dsse.json").read_text())
    envelope = Envelope.from_dict(json.loads((entry / "attestation.dsse.json").read_text()))
    if key.keyid not in envelope.signatures:
        return False
    envelope.verify([key], 1)
    statement = json.loads(envelope.payload)
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    for subject in statement["subject"]:
        if "sha256" in subject["digest"]:
            content = (entry.parent / subject["name"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == subject["digest"]["sha256"], subject["name"]
    payload = bytearray(base64.b64decode(written["payload"]))
    payload[len(payload) // 2] ^= 1
    written["payload"] = base64.b64encode(payload).decode()
    try:
        Envelope.from_dict(written).verify([key], 1)
    except VerificationError:
        return True
    raise AssertionError("a changed payload was verified")


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    key = SSlibKey.from_crypto(load_pem_public_key(pathlib.Path(sys.argv[2]).read_bytes()))
    entries = sorted(path for path in folder.iterdir() if path.is_dir())
    records = [entry for entry in entries if (entry / "oscal-assessment-results.json").exists()]
    findings = sum(check_oscal(entry) for entry in records)
    assert records and findings, "there was nothing to check"
    signed = sum(check_signature(entry, key) for entry in entries)
    assert 0 < signed < len(entries), "some entries are signed by this key, others by another"
    print(f"OSCAL {OSCAL_VERSION} of {len(records)} recordings read, {findings} findings; {signed} signatures verified")


main()
