use super::*;

#[test]
fn the_table_is_sorted() {
    let names: Vec<_> = FUNCTIONS.iter().map(|(name, _)| *name).collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    assert_eq!(names, sorted);
}

/// Evaluates an expression without a module.
fn evaluated(expression: &str) -> Node {
    use crate::kind::terraform::evaluate::{Evaluator, Scope};
    let module = crate::kind::terraform::module::Module::default();
    let expression = crate::syntax::hcl::read::expression(expression).unwrap_or_else(|error| panic!("{error:?}"));
    let world = crate::kind::terraform::evaluate::World::default();
    Evaluator::new(&module, &world, None).evaluate(&expression, Scope::of(crate::syntax::tree::FileId(0)))
}

#[test]
fn functions_give_what_terraform_gives() {
    // Each pair: a call, and an expression with the same value.
    let cases = [
        ("abs(-3)", "3"),
        ("alltrue([true, \"true\"])", "true"),
        ("anytrue([false, var.x, true])", "true"),
        ("ceil(1.2) + floor(1.8)", "3"),
        ("chomp(\"a\\n\")", "\"a\""),
        ("coalesce(null, \"\", \"a\")", "\"a\""),
        ("coalescelist([], [1])", "[1]"),
        ("compact([\"\", \"a\", null])", "[\"a\"]"),
        ("concat([1], [2, 3])", "[1, 2, 3]"),
        ("contains([\"a\"], \"a\")", "true"),
        ("contains([\"a\", var.x], \"a\")", "true"),
        ("distinct([1, 1, \"1\"])", "[1, \"1\"]"),
        ("element([1, 2, 3], 4)", "2"),
        ("endswith(\"abc\", \"bc\")", "true"),
        ("flatten([1, [2, [3]], []])", "[1, 2, 3]"),
        ("format(\"%s-%03d-%v%%\", \"a\", 7, true)", "\"a-007-true%\""),
        ("formatlist(\"a-%s\", [1, 2])", "[\"a-1\", \"a-2\"]"),
        ("index([\"a\", \"b\"], \"b\")", "1"),
        ("join(\",\", [\"a\", 1])", "\"a,1\""),
        ("jsonencode(\"a\")", "\"\\\"a\\\"\""),
        ("keys({ b = 1, a = 2 })", "[\"a\", \"b\"]"),
        ("length(\"äb\") + length([1]) + length({ a = 1 })", "4"),
        ("lookup({ a = 1 }, \"b\", 2)", "2"),
        ("lower(\"AB\")", "\"ab\""),
        ("max(1, 3, 2) - min(1, 3)", "2"),
        ("merge({ a = 1 }, null, { a = 2, b = 3 })", "{ a = 2, b = 3 }"),
        ("one([])", "null"),
        ("range(1, 7, 3)", "[1, 4]"),
        ("range(2, 0)", "[2, 1]"),
        ("replace(\"a-b\", \"-\", \"_\")", "\"a_b\""),
        ("replace(\"a1b2\", \"/[0-9]/\", \"\")", "\"ab\""),
        ("reverse([1, 2])", "[2, 1]"),
        ("setproduct([1, 2], [\"a\"])", "[[1, \"a\"], [2, \"a\"]]"),
        ("setsubtract([1, 2], [2])", "[1]"),
        ("setunion([1], [1, 2])", "[1, 2]"),
        ("slice([1, 2, 3], 1, 3)", "[2, 3]"),
        ("sort([\"b\", \"a\"])", "[\"a\", \"b\"]"),
        ("split(\",\", \"a,b\")", "[\"a\", \"b\"]"),
        ("startswith(\"abc\", \"ab\")", "true"),
        ("strcontains(\"abc\", \"b\")", "true"),
        ("substr(\"hello\", -3, 2)", "\"ll\""),
        ("sum([1, \"2\"])", "3"),
        ("title(\"a bc\")", "\"A Bc\""),
        ("tobool(\"true\")", "true"),
        ("tonumber(\"1.5\")", "1.5"),
        ("toset([\"b\", \"a\", \"b\"])", "[\"a\", \"b\"]"),
        ("tostring(1)", "\"1\""),
        ("trim(\"--a-\", \"-\")", "\"a\""),
        ("trimprefix(\"abc\", \"a\")", "\"bc\""),
        ("trimspace(\" a \")", "\"a\""),
        ("trimsuffix(\"abc\", \"c\")", "\"ab\""),
        ("upper(\"ab\")", "\"AB\""),
        ("values({ b = 1, a = 2 })", "[2, 1]"),
        ("zipmap([\"a\"], [1])", "{ a = 1 }"),
    ];
    same(&cases);
}

#[test]
fn functions_on_encodings_networks_and_patterns_give_what_terraform_gives() {
    let cases = [
        ("base64decode(\"SGVsbG8gV29ybGQ=\")", "\"Hello World\""),
        ("base64encode(\"Hello World\")", "\"SGVsbG8gV29ybGQ=\""),
        ("[base64encode(\"\"), base64encode(\"ab\"), base64encode(\"abc\")]", "[\"\", \"YWI=\", \"YWJj\"]"),
        ("base64sha256(\"hello world\")", "\"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=\""),
        ("sha256(\"hello world\")", "\"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\""),
        ("substr(sha512(\"hello world\"), 0, 16)", "\"309ecc489c12d6eb\""),
        ("urlencode(\"Hello World!\")", "\"Hello+World%21\""),
        ("cidrhost(\"10.12.112.0/20\", 16)", "\"10.12.112.16\""),
        ("cidrhost(\"10.12.112.0/20\", 268)", "\"10.12.113.12\""),
        ("cidrhost(\"10.0.0.0/24\", -1)", "\"10.0.0.255\""),
        ("cidrhost(\"fd00:fd12:3456:7890:00a2::/72\", 34)", "\"fd00:fd12:3456:7890::22\""),
        ("cidrnetmask(\"172.16.0.0/12\")", "\"255.240.0.0\""),
        ("cidrsubnet(\"172.16.0.0/12\", 4, 2)", "\"172.18.0.0/16\""),
        ("cidrsubnet(\"10.1.2.0/24\", 4, 15)", "\"10.1.2.240/28\""),
        ("cidrsubnet(\"fd00:fd12:3456:7890::/56\", 16, 162)", "\"fd00:fd12:3456:7800:a200::/72\""),
        (
            "cidrsubnets(\"10.1.0.0/16\", 4, 4, 8, 4)",
            "[\"10.1.0.0/20\", \"10.1.16.0/20\", \"10.1.32.0/24\", \"10.1.48.0/20\"]",
        ),
        ("setintersection([\"a\", \"b\"], [\"b\", \"c\"])", "[\"b\"]"),
        ("chunklist([1, 2, 3], 2)", "[[1, 2], [3]]"),
        ("matchkeys([\"i\", \"j\", \"k\"], [\"x\", \"y\", \"x\"], [\"x\"])", "[\"i\", \"k\"]"),
        ("transpose({ a = [\"1\", \"2\"], b = [\"2\"] })", "{ \"1\" = [\"a\"], \"2\" = [\"a\", \"b\"] }"),
        ("regex(\"[a-z]+\", \"53453453.345345aaabbbccc23454\")", "\"aaabbbccc\""),
        ("regex(\"([0-9]+)-([0-9]+)\", \"2019-02\")", "[\"2019\", \"02\"]"),
        ("regex(\"(?P<year>[0-9]+)-x\", \"2019-x\").year", "\"2019\""),
        ("regexall(\"[a-z]+\", \"1a2bc3\")", "[\"a\", \"bc\"]"),
        ("length(regexall(\"[a-z]\", \"1\"))", "0"),
        ("can(regex(\"[a-z]\", \"1\"))", "false"),
        ("strrev(\"abc\")", "\"cba\""),
        ("indent(2, \"a\\nb\")", "\"a\\n  b\""),
        ("pow(3, 2) + log(16, 2) + signum(-5)", "12"),
        ("parseint(\"FF\", 16)", "255"),
    ];
    same(&cases);
}

/// Each pair: a call, and an expression with the same value.
fn same(cases: &[(&str, &str)]) {
    for (call, same) in cases {
        assert_eq!(evaluated(call), evaluated(same), "{call}");
    }
}

#[test]
fn unknown_arguments_stay_unknown_and_open_what_they_are_in() {
    let depends = |expression: &str| match evaluated(expression).value {
        Value::Unknown(unknown) => unknown.depends_on.to_string(),
        Value::List(list) => {
            format!("{} and {:?}", list.items.len(), list.open.as_ref().map(|open| open.depends_on.as_str()))
        }
        Value::Map(map) => {
            format!("{} and {:?}", map.entries.len(), map.open.as_ref().map(|open| open.depends_on.as_str()))
        }
        other => format!("{other:?}"),
    };
    let cases = [
        ("lower(var.x)", "var.x"),
        ("join(\",\", [\"a\", var.x])", "var.x"),
        ("concat([1], var.x)", "1 and Some(\"var.x\")"),
        ("merge({ a = 1 }, var.x, { b = 2 })", "2 and Some(\"var.x\")"),
        ("merge({ a = 1 }, var.x).a", "var.x"),
        ("merge(var.x, { a = 1 }).a", "Number(1.0)"),
        ("flatten([1, var.x])", "1 and Some(\"var.x\")"),
        ("length(concat([1], var.x))", "var.x"),
        ("contains([\"a\", var.x], \"b\")", "var.x"),
        ("coalesce(var.x, \"a\")", "var.x"),
        ("lookup(merge(var.x, { a = 1 }), \"b\", 2)", "var.x"),
        ("file(\"a.json\")", "file(a.json)"),
        ("lower([])", "lower(…)"),
        ("lower()", "lower(…)"),
        ("element([], 0)", "element(…)"),
        ("range(0, 1, 0)", "0 and None"),
        ("replace(\"a\", \"/(/\", \"\")", "replace(…)"),
        ("format(\"%z\", 1)", "format(…)"),
        ("slice([1], 2, 1)", "slice(…)"),
    ];
    for (expression, expected) in cases {
        assert_eq!(depends(expression), expected, "{expression}");
    }
}
