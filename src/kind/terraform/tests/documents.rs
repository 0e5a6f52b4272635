//! Policies that `data "aws_iam_policy_document"` writes in blocks.

use super::*;

const DOCUMENTS: &str = r#"
variable "more" {}
data "aws_iam_policy_document" "base" {
  statement {
    sid       = "one"
    actions   = ["s3:GetObject"]
    resources = ["arn:aws:s3:::b/&{aws:username}"]
    principals {
      type        = "AWS"
      identifiers = ["1", "2"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}
data "aws_iam_policy_document" "over" {
  statement {
    sid     = "one"
    effect  = "Deny"
    actions = ["*"]
  }
}
data "aws_iam_policy_document" "all" {
  source_policy_documents   = [data.aws_iam_policy_document.base.json]
  override_policy_documents = [data.aws_iam_policy_document.over.json]
  statement {
    actions = ["sqs:*"]
  }
}
data "aws_iam_policy_document" "open" {
  source_policy_documents = [var.more]
}
resource "aws_s3_bucket_policy" "p" {
  policy = data.aws_iam_policy_document.base.json
}
resource "t_t" "t" {
  all  = data.aws_iam_policy_document.all.json
  open = data.aws_iam_policy_document.open.json
}
"#;

#[test]
fn documents_are_rendered_where_they_are_referred_to() {
    let fixture = Fixture::new(&[("main.tf", DOCUMENTS)]);
    let unit = fixture.unit();
    let policy = at(&find(&unit, "aws_s3_bucket_policy.p").tree, "policy");
    assert_eq!(
        shown(policy),
        "{Version: \"2012-10-17\", Statement: [{Sid: \"one\", Action: [\"s3:GetObject\"], \
         Resource: [\"arn:aws:s3:::b/${aws:username}\"], Principal: {AWS: [\"1\", \"2\"]}, \
         Condition: {Bool: {aws:SecureTransport: [\"false\"]}}, Effect: \"Allow\"}]}"
    );
    assert_eq!(fixture.slice(policy.place), "data.aws_iam_policy_document.base.json");
    let tree = &find(&unit, "t_t.t").tree;
    let statements = at(tree, "all.Statement");
    assert_eq!(
        shown(statements),
        "[{Sid: \"one\", Effect: \"Deny\", Action: [\"*\"]}, {Action: [\"sqs:*\"], Effect: \"Allow\"}]"
    );
    assert_eq!(shown(at(tree, "open.Statement")), "[…var.more]");
}

#[test]
fn a_statement_is_judged_once_where_it_is_written() {
    let unit = Fixture::new(&[("main.tf", DOCUMENTS)]).unit();
    let owners: Vec<&str> = unit
        .resources
        .iter()
        .filter(|resource| resource.target == "iam-statement")
        .filter_map(|resource| resource.owner.as_deref())
        .collect();
    let document = |name: &str| format!("data.aws_iam_policy_document.{name}");
    assert_eq!(owners, [document("base"), document("over"), document("all")]);
}

#[test]
fn documents_that_complete_each_other_end() {
    let text = r#"
data "aws_iam_policy_document" "a" {
  source_policy_documents = [data.aws_iam_policy_document.b.json]
}
data "aws_iam_policy_document" "b" {
  source_policy_documents = [data.aws_iam_policy_document.a.json]
}
"#;
    let unit = Fixture::new(&[("main.tf", text)]).unit();
    find(&unit, "data.aws_iam_policy_document.a");
}
