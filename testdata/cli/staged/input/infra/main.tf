resource "aws_s3_bucket" "pictures" {
  bucket = "pictures"
  acl    = "private"
}
