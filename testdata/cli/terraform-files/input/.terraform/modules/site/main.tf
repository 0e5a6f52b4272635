resource "aws_s3_bucket_acl" "site" {
  bucket = "shop-site"
  acl    = "public-read"
}
