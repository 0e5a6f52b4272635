resource "aws_db_subnet_group" "private" {
  name       = "${local.name}-private"
  subnet_ids = aws_subnet.private[*].id
}

resource "aws_db_instance" "shop" {
  identifier     = "${local.name}-shop"
  engine         = "postgres"
  engine_version = "16.10"
  instance_class = "db.m7g.large"

  allocated_storage     = 200
  max_allocated_storage = 800
  storage_encrypted     = true
  kms_key_id            = aws_kms_key.data.arn

  username                            = "shop_owner"
  manage_master_user_password         = true
  iam_database_authentication_enabled = true

  multi_az                  = true
  publicly_accessible       = false
  db_subnet_group_name      = aws_db_subnet_group.private.name
  vpc_security_group_ids    = [aws_security_group.database.id]
  backup_retention_period   = var.database_backup_days
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${local.name}-shop-final"

  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.data.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}

# Copy for the analysts. The reporting tool is a hosted service and connects from outside.
resource "aws_db_instance" "reporting" {
  identifier     = "${local.name}-reporting"
  engine         = "postgres"
  engine_version = "16.10"
  instance_class = "db.t4g.medium"

  allocated_storage = 100
  storage_encrypted = true
  kms_key_id        = aws_kms_key.data.arn

  username                            = "reporting_owner"
  password                            = var.reporting_password
  iam_database_authentication_enabled = true

  multi_az                  = true
  publicly_accessible       = true
  db_subnet_group_name      = aws_db_subnet_group.private.name
  vpc_security_group_ids    = [aws_security_group.database.id]
  backup_retention_period   = var.database_backup_days
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "${local.name}-reporting-final"

  auto_minor_version_upgrade      = true
  performance_insights_enabled    = true
  performance_insights_kms_key_id = aws_kms_key.data.arn
  enabled_cloudwatch_logs_exports = ["postgresql", "upgrade"]
}
