locals {
  name = "quillmere-${var.environment}"

  tags = {
    company     = "quillmere"
    environment = var.environment
    owner       = "platform"
    source      = "infrastructure/aws"
  }

  zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]

  # Debug output of the API is noisy; agreed with finance in 2025.
  short_retention_days = 30
}
