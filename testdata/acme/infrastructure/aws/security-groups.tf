resource "aws_security_group" "load_balancer" {
  name        = "${local.name}-load-balancer"
  description = "The public entrance of the shop"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "HTTPS for everyone"
    from_port   = 443
    to_port     = 443
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  ingress {
    description = "HTTP, only to be redirected"
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description = "To the pods"
    from_port   = 8443
    to_port     = 8443
    protocol    = "tcp"
    cidr_blocks = [var.vpc_cidr]
  }
}

resource "aws_security_group" "bastion" {
  name        = "${local.name}-bastion"
  description = "Way in for the platform team when the session manager is down"
  vpc_id      = aws_vpc.main.id

  ingress {
    description = "SSH from the office"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = ["0.0.0.0/0"]
  }

  egress {
    description = "SSH to the machines behind"
    from_port   = 22
    to_port     = 22
    protocol    = "tcp"
    cidr_blocks = [var.vpc_cidr]
  }
}

resource "aws_security_group" "build" {
  name        = "${local.name}-build"
  description = "Build machines for the engraving firmware"
  vpc_id      = aws_vpc.main.id
}

resource "aws_vpc_security_group_ingress_rule" "build_ssh" {
  security_group_id = aws_security_group.build.id
  description       = "SSH for maintenance"
  cidr_ipv4         = var.maintenance_cidr
  from_port         = 22
  to_port           = 22
  ip_protocol       = "tcp"
}

resource "aws_vpc_security_group_egress_rule" "build_https" {
  security_group_id = aws_security_group.build.id
  description       = "Packages and source, through the proxy"
  cidr_ipv4         = var.vpc_cidr
  from_port         = 443
  to_port           = 443
  ip_protocol       = "tcp"
}

resource "aws_security_group" "database" {
  name        = "${local.name}-database"
  description = "PostgreSQL, from the cluster only"
  vpc_id      = aws_vpc.main.id
}

resource "aws_security_group_rule" "database_from_cluster" {
  type                     = "ingress"
  security_group_id        = aws_security_group.database.id
  source_security_group_id = aws_eks_cluster.shop.vpc_config[0].cluster_security_group_id
  description              = "PostgreSQL from the pods"
  from_port                = 5432
  to_port                  = 5432
  protocol                 = "tcp"
}

resource "aws_security_group_rule" "database_from_office" {
  type              = "ingress"
  security_group_id = aws_security_group.database.id
  cidr_blocks       = var.office_cidrs
  description       = "PostgreSQL for the analysts, over the VPN"
  from_port         = 5432
  to_port           = 5432
  protocol          = "tcp"
}
