//! The targets that checks can name, so that a mistyped one is refused instead of never firing.

/// Families of targets: any name after the slash is a type of that format.
const FAMILIES: &[&str] = &["terraform", "kubernetes"];

/// Targets of a fixed name.
const NAMES: &[&str] = &["container", "pod"];

/// Whether a kind fills the target; if not, what to write instead.
pub fn check(target: &str) -> Result<(), String> {
    let family = target.split_once('/').map_or(target, |(family, _)| family);
    if NAMES.contains(&target) || (FAMILIES.contains(&family) && target.len() > family.len() + 1) {
        return Ok(());
    }
    Err(crate::syntax::fields::suggest(target, NAMES))
}
