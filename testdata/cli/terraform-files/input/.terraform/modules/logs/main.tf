resource "aws_s3_bucket_acl" "logs" {
  bucket = "shop-logs"
  acl    = "public-read"
}
