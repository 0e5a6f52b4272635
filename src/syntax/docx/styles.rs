//! The styles of a Word document, by what they make of a paragraph, and the properties that its author added.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::Properties;
use crate::syntax::office::Role;
use crate::syntax::xml::{Events, Xml};

/// A style.
#[derive(Debug, Clone, Default)]
pub(super) struct Style {
    pub(super) role: Option<Role>,
    pub(super) is_numbered: bool,
    pub(super) is_bold: bool,
    name: String,
    parent: String,
}

/// All styles by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles(BTreeMap<String, Style>);

impl Styles {
    /// The style of this id; one that says nothing where there is none.
    pub(super) fn get(&self, id: &str) -> Style {
        self.0.get(id).cloned().unwrap_or_default()
    }

    /// Whether the style makes text bold.
    pub(super) fn is_bold(&self, id: &str) -> bool {
        self.0.get(id).is_some_and(|style| style.is_bold || style.name == "strong")
    }
}

/// Reads `word/styles.xml`.
pub(super) fn read(xml: &str) -> Styles {
    let mut styles: BTreeMap<String, Style> = BTreeMap::new();
    let mut open: Option<(String, Style)> = None;
    for event in Events::of(xml) {
        match event {
            Xml::Open(tag) if tag.name() == "style" => {
                open = Some((tag.get("styleId").unwrap_or_default(), Style::default()));
            }
            Xml::Open(tag) => {
                let Some((_, style)) = &mut open else { continue };
                let value = || tag.get("val").unwrap_or_default();
                match tag.name() {
                    "name" => style.name = value().to_lowercase(),
                    "basedOn" => style.parent = value(),
                    "outlineLvl" => {
                        let level = value().parse::<usize>().ok().filter(|level| *level < 9);
                        style.role = level.map(|level| Role::Heading(level + 1));
                    }
                    "numId" => style.is_numbered = value() != "0",
                    "b" => style.is_bold = tag.is_on(),
                    _ => {}
                }
            }
            Xml::Close(name) if name == "style" => {
                if let Some((id, style)) = open.take() {
                    styles.insert(id, style);
                }
            }
            Xml::Close(_) | Xml::Text(_) => {}
        }
    }
    inherit(styles)
}

/// Gives each style what it does not say itself from the styles it is based on.
fn inherit(mut styles: BTreeMap<String, Style>) -> Styles {
    for style in styles.values_mut() {
        style.role = role(&style.name).or(style.role);
    }
    let resolved = styles.iter().map(|(id, style)| {
        let mut resolved = style.clone();
        let mut parent = styles.get(&style.parent);
        // Styles that are based on each other in a circle are cut off.
        for _ in 0..16 {
            let Some(above) = parent else { break };
            resolved.role = resolved.role.or(above.role);
            resolved.is_numbered |= above.is_numbered;
            resolved.is_bold |= above.is_bold;
            parent = styles.get(&above.parent);
        }
        (id.clone(), resolved)
    });
    Styles(resolved.collect())
}

/// The role of a built-in style; the file has their English names whatever language Word speaks.
fn role(name: &str) -> Option<Role> {
    let digit = |rest: &str| rest.trim().parse::<usize>().ok();
    if let Some(level) = name.strip_prefix("heading ").and_then(digit) {
        return Some(Role::Heading(level));
    }
    if name.starts_with("toc ") || matches!(name, "toc heading" | "table of figures") {
        return Some(Role::Contents);
    }
    if let Some(rest) = name.strip_prefix("list bullet").or_else(|| name.strip_prefix("list number")) {
        return Some(Role::Item(digit(rest).unwrap_or(1).saturating_sub(1)));
    }
    match name {
        "title" => Some(Role::Title),
        "quote" | "intense quote" => Some(Role::Quote),
        _ => None,
    }
}

/// Reads `docProps/custom.xml`: names and values as their author wrote them.
pub(super) fn custom(xml: &str) -> Properties {
    let mut properties = Properties::new();
    let mut open: Option<(SmolStr, String)> = None;
    for event in Events::of(xml) {
        match event {
            Xml::Open(tag) if tag.name() == "property" => {
                open = tag.get("name").map(|name| (name.into(), String::new()));
            }
            Xml::Text(text) => {
                if let Some((_, value)) = &mut open {
                    value.push_str(&text);
                }
            }
            Xml::Close(name) if name == "property" => {
                properties.extend(open.take().filter(|(_, value)| !value.trim().is_empty()));
            }
            Xml::Open(_) | Xml::Close(_) => {}
        }
    }
    properties
}
