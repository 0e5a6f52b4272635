//! The intrinsic functions that make values of values.

use std::sync::Arc;

use smol_str::SmolStr;

use super::evaluate::{Call, Evaluator};
use crate::kind::shared::joined::Joined;
use crate::kind::shared::refers::{referring, union};
use crate::syntax::tree::{Map, Node, Place, Unknown, Value};

impl Evaluator<'_> {
    /// What a function other than `Ref` and `Fn::If` gives.
    pub(super) fn function(&self, call: Call<'_>) -> Node {
        match call.name {
            "Fn::GetAtt" => self.get_att(call),
            "Fn::Sub" => self.sub(call),
            "Fn::Join" => self.join(call),
            "Fn::FindInMap" => self.find_in_map(call),
            "Fn::Select" => self.select(call),
            "Fn::Split" => self.split_call(call),
            "Fn::Length" => self.length(call),
            "Fn::ImportValue" => self.import(call),
            // The text itself says more than what it is encoded to, and the object more than its JSON.
            "Fn::Base64" | "Fn::ToJsonString" => self.value(call.argument, call.depth + 1),
            "Fn::And" | "Fn::Or" | "Fn::Not" | "Fn::Equals" => self.truth_value(call),
            _ => call.failed(),
        }
    }

    /// `[resource, attribute]`, or `resource.attribute` in one text.
    fn get_att(&self, call: Call<'_>) -> Node {
        match call.arguments() {
            [name, attribute] => match (name.as_str(), attribute.value.scalar_text()) {
                (Some(name), Some(attribute)) => self.attribute(name, &attribute, call.place),
                (Some(name), None) => self.attribute(name, "…", call.place),
                _ => call.failed(),
            },
            _ => match call.argument.as_str().and_then(|path| path.split_once('.')) {
                Some((name, attribute)) => self.attribute(name, attribute, call.place),
                None => call.failed(),
            },
        }
    }

    /// A text with `${names}`, or `[text, names]`.
    fn sub(&self, call: Call<'_>) -> Node {
        let (text, own) = match call.arguments() {
            [text, own, ..] => (text, own.entries()),
            [text] => (text, &[][..]),
            [] => (call.argument, &[][..]),
        };
        let Some(text) = text.value.scalar_text() else { return call.failed() };
        // Each once: nested names that are used twice would double at every level.
        let own: Vec<(&str, Node)> =
            own.iter().map(|entry| (entry.key.as_str(), self.value(&entry.value, call.depth + 1))).collect();
        let mut text = text.as_str();
        let mut pieces = Vec::new();
        while let Some((before, after)) = text.split_once("${") {
            let Some((name, rest)) = after.split_once('}') else { break };
            pieces.push(Node::text(before, call.place));
            pieces.push(match name.strip_prefix('!') {
                Some(literal) => Node::text(smol_str::format_smolstr!("${{{literal}}}"), call.place),
                None => match own.iter().rev().find(|(key, _)| *key == name.trim()) {
                    Some((_, value)) => value.clone(),
                    None => self.substitute(name.trim(), call.place),
                },
            });
            text = rest;
        }
        pieces.push(Node::text(text, call.place));
        self.joined(&pieces, "", call)
    }

    fn substitute(&self, name: &str, place: Place) -> Node {
        match name.split_once('.') {
            Some((name, attribute)) => self.attribute(name, attribute, place),
            None => self.named(name, place),
        }
    }

    /// `[delimiter, [texts]]`
    fn join(&self, call: Call<'_>) -> Node {
        let [delimiter, list] = call.arguments() else { return call.failed() };
        let list = self.value(list, call.depth + 1);
        match (self.value(delimiter, call.depth + 1).value.scalar_text(), &list.value) {
            (Some(delimiter), Value::List(items)) if items.open.is_none() => {
                self.joined(&items.items, &delimiter, call)
            }
            (_, value) => match open(value) {
                Some(unknown) => depending(unknown, &list, call),
                None => call.failed(),
            },
        }
    }

    /// The pieces as one text, with gaps where something is unknown.
    fn joined(&self, pieces: &[Node], delimiter: &str, call: Call<'_>) -> Node {
        let refers = union(pieces);
        let mut joined = Joined::default();
        for (index, piece) in pieces.iter().enumerate() {
            if index > 0 {
                joined.text.push_str(delimiter);
            }
            let known = match &piece.value {
                Value::Unknown(unknown) => unknown.pieces.iter().map(|piece| piece.len() + 32).sum::<usize>(),
                value => value.scalar_text().map_or(0, |text| text.len()),
            };
            if !self.takes(known + delimiter.len()) {
                return call.unknown("a text that is too long");
            }
            match (piece.value.scalar_text(), &piece.value) {
                (Some(text), _) => joined.text.push_str(&text),
                (None, Value::Null) => {}
                (None, Value::Unknown(unknown)) => joined.gap(unknown),
                (None, _) => return call.failed(),
            }
        }
        referring(Node::new(joined.value(), call.place), refers)
    }

    /// `[map, key, key]`, with a default perhaps.
    fn find_in_map(&self, call: Call<'_>) -> Node {
        let [map, top, second, rest @ ..] = call.arguments() else { return call.failed() };
        let keys = [map, top, second].map(|key| self.value(key, call.depth + 1));
        if let Some(Value::Unknown(unknown)) =
            keys.iter().map(|key| &key.value).find(|value| matches!(value, Value::Unknown(_)))
        {
            return Node::depending(unknown, call.place);
        }
        let [Some(map), Some(top), Some(second)] = keys.each_ref().map(|key| key.value.scalar_text()) else {
            return call.failed();
        };
        if let Some(found) = self.template.mapped(&map, &top, &second) {
            return Node { place: call.place, ..found.clone() };
        }
        match rest.first().and_then(|options| options.get("DefaultValue")) {
            Some(default) => self.value(default, call.depth + 1),
            None => call.unknown(smol_str::format_smolstr!("{map}.{top}.{second}, which no mapping has")),
        }
    }

    /// `[index, list]`
    fn select(&self, call: Call<'_>) -> Node {
        let [index, list] = call.arguments() else { return call.failed() };
        let index = self.value(index, call.depth + 1);
        let list = self.value(list, call.depth + 1);
        let position = index.value.scalar_text().and_then(|text| text.parse::<usize>().ok());
        match (&index.value, position, &list.value) {
            (Value::Unknown(unknown), ..) | (_, _, Value::Unknown(unknown)) => depending(unknown, &list, call),
            (_, Some(position), Value::List(list)) => match (list.items.get(position), &list.open) {
                (_, Some(unknown)) => Node::depending(unknown, call.place),
                (Some(item), None) => Node { place: call.place, ..item.clone() },
                (None, None) => call.unknown("an element that the list does not have"),
            },
            _ => call.failed(),
        }
    }

    /// `[delimiter, text]`
    fn split_call(&self, call: Call<'_>) -> Node {
        let [delimiter, text] = call.arguments() else { return call.failed() };
        let delimiter = self.value(delimiter, call.depth + 1);
        let text = self.value(text, call.depth + 1);
        match (delimiter.value.scalar_text(), text.value.scalar_text(), &text.value) {
            (Some(delimiter), Some(text), _) => self.split(&text, &delimiter, call.place),
            (_, _, Value::Unknown(unknown)) => depending(unknown, &text, call),
            _ => call.failed(),
        }
    }

    fn length(&self, call: Call<'_>) -> Node {
        match &self.value(call.argument, call.depth + 1).value {
            Value::List(list) if list.open.is_none() => Node::new(Value::Number(list.items.len() as f64), call.place),
            Value::Unknown(unknown) => Node::depending(unknown, call.place),
            _ => call.failed(),
        }
    }

    /// What another stack exports.
    fn import(&self, call: Call<'_>) -> Node {
        let name = match self.value(call.argument, call.depth + 1).value {
            Value::Unknown(unknown) => unknown.depends_on.clone(),
            value => value.scalar_text().unwrap_or_default(),
        };
        call.unknown(smol_str::format_smolstr!("Fn::ImportValue {name}"))
    }

    fn truth_value(&self, call: Call<'_>) -> Node {
        let mut map = Map::default();
        map.push(SmolStr::new(call.name), call.place, call.argument.clone());
        match self.truth(&Node::map(map, call.place), call.depth + 1) {
            Ok(truth) => Node::new(Value::Bool(truth), call.place),
            Err(unknown) => Node::new(Value::Unknown(Arc::clone(&unknown)), call.place),
        }
    }
}

/// What a value or further items of it depend on.
fn open(value: &Value) -> Option<&Arc<Unknown>> {
    match value {
        Value::List(list) => list.open.as_ref(),
        Value::Unknown(unknown) => Some(unknown),
        _ => None,
    }
}

/// An unknown that refers to what `from` refers to.
fn depending(unknown: &Arc<Unknown>, from: &Node, call: Call<'_>) -> Node {
    referring(Node::depending(unknown, call.place), union(std::slice::from_ref(from)))
}
