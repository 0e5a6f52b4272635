resource "aws_s3_bucket" "brochures" {
  bucket = "brochures"
  acl    = "public-read"
}
