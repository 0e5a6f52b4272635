module "site" {
  source = "../../modules/bucket"
  name   = "site"
  acl    = "public-read"
}

# annexa:ignore aws/s3/public-acl the brochures are for everyone
module "brochures" {
  source = "../../modules/bucket"
  name   = "brochures"
  acl    = "public-read"
}

module "ledgers" {
  source   = "../../modules/bucket"
  for_each = toset(["2024", "2025"])
  name     = "ledger-${each.key}"
  acl      = "public-read"
}

module "network" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
}
