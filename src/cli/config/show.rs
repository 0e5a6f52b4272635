//! `annexa config show`: every value, and where it comes from.

use std::io::Write;
use std::path::PathBuf;

use clap::Args;

use super::{ConfigArgs, layers::Layers};
use crate::cli::{ExitStatus, Failure, Terminal, scan, told};
use crate::isms::control::Framework;
use crate::isms::exception;
use crate::source;
use crate::source::lines::LineIndex;
use crate::syntax::tree::{Node, Place, Value};

/// `annexa config show`.
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// The folder that would be scanned; the current folder when not given
    #[arg(value_name = "PATH")]
    path: Option<PathBuf>,
    #[command(flatten)]
    config: ConfigArgs,
    /// The framework, as for `annexa scan`
    #[arg(long, value_name = "FRAMEWORK", value_parser = scan::framework)]
    framework: Option<Framework>,
}

/// What holds where nobody says anything.
const DEFAULTS: &[(&str, &str)] = &[
    ("framework", "iso27001:2022"),
    ("isms", "folders of the usual names"),
    ("include", "everything"),
    ("exclude", "nothing"),
    ("rules.select", "all rules"),
    ("rules.ignore", "none"),
    ("exceptions", "none: there is no exceptions.yaml"),
    ("ignore_comments.allow", "true"),
    ("fail_on", "low"),
    ("fail_on_new", "none"),
    ("evidence", "none"),
];

pub(super) fn run(args: &ShowArgs, terminal: Terminal) -> Result<ExitStatus, Failure> {
    let root = source::root_of(&args.path.iter().cloned().collect::<Vec<_>>()).map_err(told)?;
    let config = super::load(&args.config, &root, terminal)?;
    let mut rows: Vec<(String, String, String)> = Vec::new();
    for entry in config.layers.merged().entries().iter().filter(|entry| entry.key != "extends") {
        if entry.key != "profiles" {
            flatten(&entry.key, entry.key_place, &entry.value, &config.layers, &mut rows);
        }
    }
    if let Some(framework) = args.framework {
        rows.retain(|(key, ..)| key != "framework");
        rows.push(("framework".to_owned(), framework.name().to_owned(), "--framework".to_owned()));
    }
    for (key, value) in DEFAULTS {
        let below = format!("{key}.");
        if rows.iter().any(|(known, ..)| known == key || known.starts_with(&below)) {
            continue;
        }
        let found = *key == "exceptions" && config.exceptions_text.is_some();
        let value = if found { exception::FILE } else { value };
        rows.push(((*key).to_owned(), value.to_owned(), "default".to_owned()));
    }
    rows.sort();
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let width = |column: fn(&(String, String, String)) -> &str| {
        rows.iter().map(|row| column(row).chars().count()).filter(|width| *width <= 48).max().unwrap_or(0)
    };
    let (keys, values) = (width(|row| &row.0), width(|row| &row.1));
    for (key, value, origin) in &rows {
        writeln!(out, "{key:keys$}  {value:values$}  {origin}")?;
    }
    let profiles = config.layers.merged().get("profiles").map(Node::entries).unwrap_or_default().to_vec();
    if !profiles.is_empty() && config.layers.profile.is_none() {
        let names: Vec<&str> = profiles.iter().map(|entry| entry.key.as_str()).collect();
        writeln!(out, "\nprofiles: {} (`--profile NAME` uses one)", names.join(", "))?;
    }
    out.flush()?;
    Ok(ExitStatus::Clean)
}

fn flatten(key: &str, place: Place, node: &Node, layers: &Layers, rows: &mut Vec<(String, String, String)>) {
    if let Some(map) = node.as_map() {
        for entry in &map.entries {
            flatten(&format!("{key}.{}", entry.key), entry.key_place, &entry.value, layers, rows);
        }
        return;
    }
    let maps = node.items().iter().any(|item| item.as_map().is_some());
    if maps {
        for (index, item) in node.items().iter().enumerate() {
            flatten(&format!("{key}[{index}]"), item.place, item, layers, rows);
        }
        return;
    }
    rows.push((key.to_owned(), shown(node), origin(place, layers)));
}

fn shown(node: &Node) -> String {
    match &node.value {
        Value::List(list) => {
            let items: Vec<String> = list.items.iter().map(shown).collect();
            format!("[{}]", items.join(", "))
        }
        other => other.scalar_text().map_or_else(|| other.type_name().to_owned(), |text| text.to_string()),
    }
}

/// The file and line, and by what it got in where that is not the file itself.
fn origin(place: Place, layers: &Layers) -> String {
    let Some(file) = layers.files.get(place.file.0 as usize) else { return String::new() };
    let start = place.as_span().map_or(0, |span| span.start);
    let line = LineIndex::new(&file.text).position(start as usize).line;
    let at = format!("{}:{line}", file.shown);
    if let Some((whole, name)) = &layers.profile
        && whole.file == place.file
        && whole.as_span().is_some_and(|span| span.start <= start && start < span.end)
    {
        return format!("{at} (profile {name})");
    }
    if layers.main == Some(place.file) { at } else { format!("{at} (extended)") }
}
