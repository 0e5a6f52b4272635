//! Stable identities of findings: rule, unit, anchor and ordinal; never a line number or a commit.

use rustc_hash::FxHashMap;
use sha2::{Digest, Sha256};

use super::assessment::{Finding, RuleRun};
use super::plan::hexadecimal;

/// Gives every finding its fingerprint. The findings are in their final order.
pub(super) fn assign(findings: &mut [Finding], rules: &[RuleRun]) {
    let mut ordinals: FxHashMap<String, u32> = FxHashMap::default();
    for finding in findings {
        let rule = rules.get(finding.rule).map_or("", |run| run.about.id.as_str());
        let anchor = without_indexes(&finding.resource.address);
        let identity = format!("{rule}\0{}\0{anchor}", finding.resource.unit);
        let ordinal = ordinals.entry(identity.clone()).and_modify(|count| *count += 1).or_insert(0);
        let digest = Sha256::digest(format!("{identity}\0{ordinal}"));
        finding.fingerprint = hexadecimal(&digest[..16]);
    }
}

/// `module.m.aws_s3_bucket.b["k"]` without `["k"]`: how many there are must not change what they are.
pub(super) fn without_indexes(address: &str) -> String {
    let mut depth = 0_usize;
    let keep = |letter: char| {
        match letter {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            _ => return depth == 0,
        }
        false
    };
    address
        .chars()
        .filter({
            let mut keep = keep;
            move |letter| keep(*letter)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::without_indexes;

    #[test]
    fn indexes_are_no_part_of_an_anchor() {
        assert_eq!(without_indexes(r#"module.m.aws_s3_bucket.b["k"]"#), "module.m.aws_s3_bucket.b");
        assert_eq!(without_indexes("Pod.shop.web"), "Pod.shop.web");
    }
}
