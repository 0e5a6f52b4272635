resource "aws_s3_bucket" "pictures" {
  bucket = "pictures"
  acl    = "public-read-write"
}
