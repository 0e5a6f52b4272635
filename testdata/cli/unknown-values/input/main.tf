variable "acl" {
  type = string
}

variable "open" {
  default = "public-read"
}

resource "aws_s3_bucket" "depends" {
  bucket = "depends"
  acl    = var.acl
}

resource "aws_s3_bucket" "default" {
  bucket = "default"
  acl    = var.open
}
