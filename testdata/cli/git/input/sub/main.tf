resource "aws_s3_bucket" "sub" {
  bucket = "sub"
  acl    = "public-read"
}
