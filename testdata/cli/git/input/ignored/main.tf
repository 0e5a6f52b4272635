resource "aws_s3_bucket" "ignored" {
  bucket = "ignored"
  acl    = "public-read"
}
