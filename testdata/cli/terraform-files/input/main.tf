module "logs" {
  source  = "shop/bucket/aws"
  version = "1.4.0"
}

# annexa:ignore aws/s3/public-acl the site is for everyone
module "site" {
  source = "git::https://example.com/site.git?ref=v2"
}

resource "aws_iam_policy" "all" {
  policy = templatefile("${path.module}/policy.json.tpl", { actions = ["*"] })
}
