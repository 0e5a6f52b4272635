resource "aws_s3_bucket" "pictures" {
  bucket = "pictures"
  acl    = "public-read"
}

resource "aws_s3_bucket" "brochures" {
  bucket = "brochures"
  acl    = "public-read"
}
