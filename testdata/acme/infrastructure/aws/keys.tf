resource "aws_kms_key" "data" {
  description             = "Orders, invoices and databases"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "data" {
  name          = "alias/${local.name}-data"
  target_key_id = aws_kms_key.data.key_id
}

resource "aws_kms_key" "logs" {
  description             = "Logs and the audit trail"
  enable_key_rotation     = true
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "logs" {
  name          = "alias/${local.name}-logs"
  target_key_id = aws_kms_key.logs.key_id
}

# For the nightly export to the bookkeeping archive in Azure. Rotation was left off because the other side stored the key's
# id; it reads through the alias since May.
resource "aws_kms_key" "export" {
  description             = "Nightly bookkeeping export"
  enable_key_rotation     = false
  deletion_window_in_days = 30
}

resource "aws_kms_alias" "export" {
  name          = "alias/${local.name}-export"
  target_key_id = aws_kms_key.export.key_id
}
