variable "region" {
  description = "Where everything runs; customers' data stays in the EU"
  type        = string
  default     = "eu-west-1"
}

variable "environment" {
  description = "production or staging"
  type        = string
  default     = "production"
}

variable "vpc_cidr" {
  type    = string
  default = "10.40.0.0/16"
}

variable "office_cidrs" {
  description = "Public addresses of the Leeds office; set by the pipeline from the network team's list"
  type        = list(string)
}

# Was opened for the supplier's migration weekend in March.
variable "maintenance_cidr" {
  description = "From where the build machines may be reached for maintenance"
  type        = string
  default     = "0.0.0.0/0"
}

variable "log_retention_days" {
  description = "Demanded by isms/logging-and-monitoring-policy.md, section 5"
  type        = number
  default     = 365
}

variable "database_backup_days" {
  type    = number
  default = 35
}

variable "reporting_password" {
  description = "Filled from the secret store by the pipeline"
  type        = string
  sensitive   = true
}
