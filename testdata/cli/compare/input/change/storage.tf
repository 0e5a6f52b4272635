# Brochures are private now.
resource "aws_s3_bucket" "brochures" {
  bucket = "brochures"
  acl    = "private"
}

resource "aws_s3_bucket" "pictures" {
  bucket = "pictures"
  acl    = "public-read"
}

resource "aws_s3_bucket" "uploads" {
  bucket = "uploads"
  acl    = "authenticated-read"
}
