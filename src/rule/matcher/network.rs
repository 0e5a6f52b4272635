//! `cidr_includes`, `port_includes`.

use std::net::IpAddr;

use super::Truth;
use crate::rule::scalar;
use crate::syntax::tree::{Node, Value};

/// An address block: the address bits, left-aligned in 128, and the length of the prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Block {
    bits: u128,
    prefix: u32,
    v4: bool,
}

fn block(text: &str) -> Option<Block> {
    let (address, prefix) = match text.trim().split_once('/') {
        Some((address, prefix)) => (address, Some(prefix.parse::<u32>().ok()?)),
        None => (text.trim(), None),
    };
    let (bits, width, v4) = match address.parse().ok()? {
        IpAddr::V4(address) => (u128::from(address.to_bits()) << 96, 32, true),
        IpAddr::V6(address) => (address.to_bits(), 128, false),
    };
    let prefix = prefix.unwrap_or(width);
    (prefix <= width).then_some(Block { bits, prefix, v4 })
}

fn includes(outer: Block, inner: Block) -> bool {
    let differing = outer.bits ^ inner.bits;
    outer.v4 == inner.v4
        && outer.prefix <= inner.prefix
        && (outer.prefix == 0 || differing >> (128 - outer.prefix) == 0)
}

/// Whether a value is an address or a block of them.
pub(crate) fn is_cidr(value: &Value) -> bool {
    value.scalar_text().is_some_and(|text| block(&text).is_some())
}

/// Whether the block includes one of the operands. A text that is no block (a name, a group's id) includes none.
pub(super) fn cidr_includes(actual: &Value, operand: &Value) -> Truth {
    let Some(outer) = actual.scalar_text().and_then(|text| block(&text)) else { return Truth::False };
    let test =
        |value: &Value| value.scalar_text().and_then(|text| block(&text)).is_some_and(|inner| includes(outer, inner));
    Truth::of(match operand {
        Value::List(list) => list.items.iter().any(|item| test(&item.value)),
        single => test(single),
    })
}

/// Whether the ports include one of the operands. Ports are a number, `20-25`, `*`, or a map of `from` and `to`.
pub(super) fn port_includes(actual: &Value, operand: &Value) -> Truth {
    match operand {
        Value::List(list) => {
            list.items.iter().map(|item| includes_port(actual, &item.value)).max().unwrap_or(Truth::False)
        }
        single => includes_port(actual, single),
    }
}

fn includes_port(actual: &Value, wanted: &Value) -> Truth {
    let Some(wanted) = scalar::number(wanted) else { return Truth::False };
    match actual {
        Value::Map(map) => {
            let end = |key: &str| map.get(key).map(|node: &Node| &node.value);
            match (end("from"), end("to")) {
                (Some(Value::Unknown(_)), _) | (_, Some(Value::Unknown(_))) => Truth::Unknown,
                (Some(from), Some(to)) => between(scalar::number(from), wanted, scalar::number(to)),
                (Some(only), None) | (None, Some(only)) => between(scalar::number(only), wanted, scalar::number(only)),
                (None, None) => Truth::False,
            }
        }
        Value::Text(text) if matches!(text.trim(), "*" | "-1" | "all" | "any" | "Any") => Truth::True,
        Value::Text(text) => match text.split_once('-') {
            Some((from, to)) => between(from.trim().parse().ok(), wanted, to.trim().parse().ok()),
            None => Truth::of(text.trim().parse() == Ok(wanted)),
        },
        other => between(scalar::number(other), wanted, scalar::number(other)),
    }
}

fn between(from: Option<f64>, wanted: f64, to: Option<f64>) -> Truth {
    Truth::of(matches!((from, to), (Some(from), Some(to)) if from <= wanted && wanted <= to))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_includes_what_its_prefix_covers() {
        let text = |text: &str| Value::Text(text.into());
        for (outer, inner, expected) in [
            ("0.0.0.0/0", "0.0.0.0/0", Truth::True),
            ("0.0.0.0/0", "10.1.2.3", Truth::True),
            ("10.0.0.0/8", "0.0.0.0/0", Truth::False),
            ("::/0", "0.0.0.0/0", Truth::False),
            ("::/0", "2001:db8::1", Truth::True),
            ("sg-123", "0.0.0.0/0", Truth::False),
            ("10.0.0.0/33", "10.0.0.1", Truth::False),
        ] {
            assert_eq!(cidr_includes(&text(outer), &text(inner)), expected, "{outer} ∋ {inner}");
        }
    }

    #[test]
    fn ports_are_numbers_ranges_and_stars() {
        let text = |text: &str| Value::Text(text.into());
        let ssh = Value::Number(22.0);
        for (ports, expected) in
            [("22", Truth::True), ("20-25", Truth::True), ("*", Truth::True), ("80", Truth::False), ("", Truth::False)]
        {
            assert_eq!(port_includes(&text(ports), &ssh), expected, "{ports}");
        }
        assert_eq!(port_includes(&Value::Number(22.0), &ssh), Truth::True);
    }
}
