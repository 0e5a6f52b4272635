//! Input to measure on: Terraform as companies write it, the same for the same number of files.
//!
//! Ten files make a folder (a root module), about 60 lines make a file. Some of it is good and some is not, so that
//! rules have as much to say as they do about grown code.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::Path;

/// Files of one folder.
const FILES_OF_A_FOLDER: usize = 10;

/// Writes the files below a folder.
pub(crate) fn write(folder: &Path, count: usize) -> io::Result<()> {
    for index in 0..count {
        let module = folder.join(format!("stack-{:04}", index / FILES_OF_A_FOLDER));
        if index % FILES_OF_A_FOLDER == 0 {
            fs::create_dir_all(&module)?;
            fs::write(module.join("variables.tf"), variables())?;
        } else {
            fs::write(module.join(format!("part-{index:05}.tf")), part(index))?;
        }
    }
    Ok(())
}

fn variables() -> String {
    let mut text = String::new();
    for (name, default) in [("environment", "\"production\""), ("retention", "365"), ("office", "[\"192.0.2.0/24\"]")] {
        let _ = write!(text, "variable \"{name}\" {{\n  description = \"The {name} of the stack\"\n");
        let _ = write!(text, "  default     = {default}\n}}\n\n");
    }
    text.push_str("variable \"password\" {\n  sensitive = true\n}\n\nlocals {\n  tags = {\n");
    text.push_str("    environment = var.environment\n    owner       = \"platform\"\n  }\n}\n");
    text
}

/// One file: a bucket with what belongs to it, a security group, a database, a log group, a role with its policy.
fn part(index: usize) -> String {
    let good = !index.is_multiple_of(3);
    let choose = |yes: &str, no: &str| if good { yes.to_owned() } else { no.to_owned() };
    let (acl, block) = (choose("private", "public-read"), good);
    let (cidr, encrypted, retention) =
        (choose("var.office", "[\"0.0.0.0/0\"]"), choose("true", "false"), choose("var.retention", "30"));
    let actions = choose("\"s3:GetObject\", \"s3:ListBucket\"", "\"s3:*\"");
    format!(
        r#"resource "aws_s3_bucket" "data_{index}" {{
  bucket = "${{var.environment}}-data-{index}"
  acl    = "{acl}"
  tags   = merge(local.tags, {{ part = "{index}" }})
}}

resource "aws_s3_bucket_public_access_block" "data_{index}" {{
  bucket                  = aws_s3_bucket.data_{index}.id
  block_public_acls       = {block}
  block_public_policy     = {block}
  ignore_public_acls      = true
  restrict_public_buckets = true
}}

resource "aws_security_group" "service_{index}" {{
  name        = "service-{index}"
  description = "Traffic of service {index}"

  ingress {{
    description = "SSH from the office"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = {cidr}
  }}

  egress {{
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }}
}}

resource "aws_db_instance" "store_{index}" {{
  identifier              = "store-{index}"
  engine                  = "postgres"
  instance_class          = "db.t4g.medium"
  allocated_storage       = 50
  storage_encrypted       = {encrypted}
  backup_retention_period = 14
  password                = var.password
  vpc_security_group_ids  = [aws_security_group.service_{index}.id]
}}

resource "aws_cloudwatch_log_group" "service_{index}" {{
  name              = "/service/{index}"
  retention_in_days = {retention}
}}

data "aws_iam_policy_document" "service_{index}" {{
  statement {{
    actions   = [{actions}]
    resources = [aws_s3_bucket.data_{index}.arn, "${{aws_s3_bucket.data_{index}.arn}}/*"]
  }}
}}

resource "aws_iam_role_policy" "service_{index}" {{
  role   = "service-{index}"
  policy = data.aws_iam_policy_document.service_{index}.json
}}
"#
    )
}
