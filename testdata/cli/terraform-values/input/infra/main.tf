variable "acl" {
  type    = string
  default = "private"
}

resource "aws_s3_bucket_acl" "site" {
  bucket = "shop-site"
  acl    = var.acl
}
