# annexa:ignore own/public-acl the website is meant for everyone
resource "aws_s3_bucket" "above" {
  bucket = "above"
  acl    = "public-read"
}

resource "aws_s3_bucket" "beside" {
  bucket = "beside"
  acl    = "public-read" # annexa:ignore own/public-acl the website is meant for everyone
}

resource "aws_s3_bucket" "checkov" {
  #checkov:skip=CKV_AWS_20:the website is meant for everyone
  bucket = "checkov"
  acl    = "public-read"
}

#trivy:ignore:AVD-AWS-0092
resource "aws_s3_bucket" "trivy" {
  bucket = "trivy"
  acl    = "public-read"
}

# annexa:ignore own/public-acl
resource "aws_s3_bucket" "without_reason" {
  bucket = "without-reason"
  acl    = "public-read"
}

# annexa:ignore own/other-rule nothing has this name
resource "aws_s3_bucket" "other_rule" {
  bucket = "other-rule"
  acl    = "public-read"
}

# annexa:ignore own/public-acl it was public once
resource "aws_s3_bucket" "unused" {
  bucket = "unused"
  acl    = "private"
}
