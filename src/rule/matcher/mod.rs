//! Matchers: what a rule asks of one value.
//!
//! Every operator is tested on a known value and answers yes, no or unknown. `not_…` is the exact opposite. What is
//! absent or null takes the matcher's `default:`; without one no operator holds, but `exists: false`.

mod equality;
mod network;
mod order;
mod shape;
mod text;
mod written;

use std::ops::Not as _;
use std::sync::Arc;

use jiff::civil::Date;
use smol_str::SmolStr;

use crate::rule::path::Path;
use crate::rule::topic::Topic;
use crate::syntax::tree::{Unknown, Value};

pub(crate) use network::is_cidr;
pub use text::Pattern;
pub(crate) use written::is_length;

/// Yes, no, or not to be known (Kleene's strong logic).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Truth {
    /// It does not hold.
    False,
    /// It cannot be known.
    Unknown,
    /// It holds.
    True,
}

impl Truth {
    /// The truth of a fact.
    pub fn of(holds: bool) -> Truth {
        if holds { Truth::True } else { Truth::False }
    }
}

/// The opposite; unknown stays unknown.
impl std::ops::Not for Truth {
    type Output = Truth;

    fn not(self) -> Truth {
        match self {
            Truth::True => Truth::False,
            Truth::False => Truth::True,
            Truth::Unknown => Truth::Unknown,
        }
    }
}

/// All tests of one path.
#[derive(Debug, Clone)]
pub struct Matcher {
    /// The tests; all must hold.
    pub tests: Vec<Test>,
    /// What an absent value is taken for.
    pub default: Option<Value>,
}

/// One operator with its operand.
#[derive(Debug, Clone)]
pub struct Test {
    /// The operator.
    pub operator: Operator,
    /// Whether it was written with `not_`.
    pub negated: bool,
    /// What it compares with.
    pub operand: Operand,
}

/// What a value is compared with.
#[derive(Debug, Clone)]
pub enum Operand {
    /// Literal.
    Value(Value),
    /// `{path: p}`: the value at a path of the same resource or element.
    Path(Path),
    /// `{judged: p}`: the value at a path of the judged resource.
    Judged(Path),
    /// `{parameter: n}`.
    Parameter(SmolStr),
}

/// What an operator does.
#[derive(Debug, Clone)]
pub enum Operator {
    /// The same value.
    Equals,
    /// One of a list of values.
    In,
    /// The regular expression is found in the text.
    Matches(Pattern),
    /// The regular expression is found in the text, or in what it stands for in Base64.
    MatchesDecoded(Pattern),
    /// The text contains the text; the list contains the element. Of a list of operands one is enough.
    Contains,
    /// Every element of the list, every entry of the map, is in the other one.
    PartOf,
    /// The text starts with one of the operands.
    StartsWith,
    /// The text ends with one of the operands.
    EndsWith,
    /// Greater (numbers, dates, dotted versions).
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// A date within this time before today.
    Within,
    /// A date longer ago than this time before today.
    OlderThan,
    /// A length of time that is longer.
    LongerThan,
    /// A version of TLS that is older.
    OlderTlsThan,
    /// Something is there.
    Exists,
    /// A text, list or map with nothing in it.
    Empty,
    /// The type of the value: `text number bool date list map`.
    Type,
    /// The elements of a list differ from each other (`true`), or in this key.
    Unique,
    /// A CIDR block or address range that includes this address or block.
    CidrIncludes,
    /// A port or range of ports that includes this port.
    PortIncludes,
    /// The text says what the topic stands for. Judged by [`crate::rule::topic`].
    States(Arc<Topic>),
}

/// What the schema and the loader know of an operator.
pub struct OperatorSpec {
    /// The name in rules.
    pub name: &'static str,
    /// What it does, for editors.
    pub about: &'static str,
    /// The operands it takes.
    pub takes: Takes,
}

/// The operands an operator takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Takes {
    /// Any value.
    Any,
    /// A list of values.
    List,
    /// A text or a list of texts.
    Texts,
    /// A regular expression.
    Pattern,
    /// A number, date or version.
    Ordered,
    /// A length of time: `12 months`.
    Period,
    /// A length of time, also in hours and less: `8 hours`; a number counts days.
    Length,
    /// A version of TLS: `1.2`.
    Version,
    /// `true` or `false`.
    Bool,
    /// The name of a type.
    Type,
    /// `true`, or the name of a key.
    Key,
    /// An address, CIDR block or list of them.
    Cidrs,
    /// A port or a list of ports.
    Ports,
    /// The name of a topic of the rule.
    Topic,
}

/// Every operator, in the order of the documentation.
pub const OPERATORS: &[OperatorSpec] = &[
    OperatorSpec { name: "equals", about: "the same value", takes: Takes::Any },
    OperatorSpec { name: "in", about: "one of these values", takes: Takes::List },
    OperatorSpec { name: "matches", about: "the regular expression is found in the text", takes: Takes::Pattern },
    OperatorSpec {
        name: "matches_decoded",
        about: "the regular expression is found in the text, or in what it stands for in Base64",
        takes: Takes::Pattern,
    },
    OperatorSpec {
        name: "contains",
        about: "the text contains one of these texts, the list one of these elements",
        takes: Takes::Any,
    },
    OperatorSpec {
        name: "part_of",
        about: "every element of the list, every entry of the map, is in the other one",
        takes: Takes::Any,
    },
    OperatorSpec { name: "starts_with", about: "the text starts with one of these", takes: Takes::Texts },
    OperatorSpec { name: "ends_with", about: "the text ends with one of these", takes: Takes::Texts },
    OperatorSpec { name: "gt", about: "greater (numbers, dates, versions)", takes: Takes::Ordered },
    OperatorSpec { name: "gte", about: "greater or equal", takes: Takes::Ordered },
    OperatorSpec { name: "lt", about: "less", takes: Takes::Ordered },
    OperatorSpec { name: "lte", about: "less or equal", takes: Takes::Ordered },
    OperatorSpec { name: "within", about: "a date within this time before today", takes: Takes::Period },
    OperatorSpec { name: "older_than", about: "a date longer ago than this", takes: Takes::Period },
    OperatorSpec {
        name: "longer_than",
        about: "a length of time longer than this, however it is written",
        takes: Takes::Length,
    },
    OperatorSpec {
        name: "older_tls_than",
        about: "a version of TLS older than this, however it is written",
        takes: Takes::Version,
    },
    OperatorSpec { name: "exists", about: "whether something is there", takes: Takes::Bool },
    OperatorSpec { name: "empty", about: "whether the text, list or map has nothing in it", takes: Takes::Bool },
    OperatorSpec { name: "type", about: "the type of the value", takes: Takes::Type },
    OperatorSpec { name: "unique", about: "the elements differ from each other, or in this key", takes: Takes::Key },
    OperatorSpec {
        name: "cidr_includes",
        about: "the range includes one of these addresses or blocks",
        takes: Takes::Cidrs,
    },
    OperatorSpec { name: "port_includes", about: "the ports include one of these", takes: Takes::Ports },
    OperatorSpec { name: "states", about: "the text says what the topic stands for", takes: Takes::Topic },
];

/// What a test may know apart from the value.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings {
    /// Today.
    pub today: Date,
    /// Whether the format converts scalars by itself.
    pub converts: bool,
}

impl Operator {
    /// Whether it looks at a list as one value. All others are tested on each element of a list.
    pub fn takes_whole_list(&self) -> bool {
        matches!(
            self,
            Operator::Contains
                | Operator::PartOf
                | Operator::Exists
                | Operator::Empty
                | Operator::Type
                | Operator::Unique
                | Operator::States(_)
        )
    }

    /// Tests a known value against a known operand. (`States` never comes here: it needs the texts around.)
    pub fn test(&self, actual: &Value, operand: &Value, around: Surroundings) -> Truth {
        match self {
            Operator::Equals => Truth::of(equality::equals(actual, operand, around.converts)),
            Operator::In => equality::within_list(actual, operand, around.converts),
            Operator::Matches(pattern) => Truth::of(text::matches(actual, pattern)),
            Operator::MatchesDecoded(pattern) => Truth::of(text::matches_decoded(actual, pattern)),
            Operator::Contains => text::contains(actual, operand, around.converts),
            Operator::PartOf => equality::part_of(actual, operand, around.converts),
            Operator::StartsWith => Truth::of(text::any(actual, operand, |text, part| text.starts_with(part))),
            Operator::EndsWith => Truth::of(text::any(actual, operand, |text, part| text.ends_with(part))),
            Operator::Gt => Truth::of(order::compares(actual, operand, std::cmp::Ordering::is_gt)),
            Operator::Gte => Truth::of(order::compares(actual, operand, std::cmp::Ordering::is_ge)),
            Operator::Lt => Truth::of(order::compares(actual, operand, std::cmp::Ordering::is_lt)),
            Operator::Lte => Truth::of(order::compares(actual, operand, std::cmp::Ordering::is_le)),
            Operator::Within => order::within(actual, operand, around.today),
            Operator::OlderThan => order::older_than(actual, operand, around.today),
            Operator::LongerThan => written::longer_than(actual, operand),
            Operator::OlderTlsThan => written::older_tls_than(actual, operand),
            Operator::Exists => shape::is(true, operand),
            Operator::Empty => shape::empty(actual, operand),
            Operator::Type => Truth::of(operand.scalar_text().is_some_and(|name| name == actual.type_name())),
            Operator::Unique => shape::unique(actual, operand, around.converts),
            Operator::CidrIncludes => network::cidr_includes(actual, operand),
            Operator::PortIncludes => network::port_includes(actual, operand),
            Operator::States(_) => Truth::Unknown,
        }
    }

    /// Tests a text of which only parts are known; `None` where they do not decide.
    pub fn test_pieces(&self, unknown: &Unknown, operand: &Value) -> Option<bool> {
        if unknown.pieces.is_empty() {
            return None;
        }
        match self {
            Operator::Equals | Operator::In => text::may_equal(unknown, operand).not().then_some(false),
            Operator::Contains => text::parts(operand).any(|part| unknown.contains(&part)).then_some(true),
            Operator::StartsWith => text::decided(text::parts(operand).map(|part| unknown.starts_with(&part))),
            Operator::EndsWith => text::decided(text::parts(operand).map(|part| unknown.ends_with(&part))),
            Operator::Empty => Some(shape::is(false, operand) == Truth::True),
            _ => None,
        }
    }

    /// Tests that nothing is there: only `exists: false` holds.
    pub fn test_absent(&self, negated: bool, operand: &Value) -> Truth {
        match self {
            Operator::Exists => {
                let holds = shape::is(false, operand);
                if negated { !holds } else { holds }
            }
            _ => Truth::False,
        }
    }
}
