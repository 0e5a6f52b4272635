variable "subscription_id" {
  type = string
}

variable "tenant_id" {
  type = string
}

variable "location" {
  type    = string
  default = "westeurope"
}

variable "admin_group_id" {
  description = "Directory group of the database administrators"
  type        = string
}

locals {
  tags = {
    company = "quillmere"
    owner   = "data"
  }
}
