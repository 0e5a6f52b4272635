resource "azurerm_mssql_server" "reporting" {
  name                = "sql-quillmere-reporting"
  location            = azurerm_resource_group.office.location
  resource_group_name = azurerm_resource_group.office.name
  version             = "12.0"

  minimum_tls_version           = "1.2"
  public_network_access_enabled = true

  azuread_administrator {
    login_username              = "sql-administrators"
    object_id                   = var.admin_group_id
    azuread_authentication_only = true
  }

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_mssql_database" "reporting" {
  name                 = "reporting"
  server_id            = azurerm_mssql_server.reporting.id
  sku_name             = "S1"
  storage_account_type = "Geo"

  transparent_data_encryption_enabled = true

  short_term_retention_policy {
    retention_days = 35
  }
}

# The reporting tool's vendor gave no list of addresses.
resource "azurerm_mssql_firewall_rule" "reporting_tool" {
  name             = "reporting-tool"
  server_id        = azurerm_mssql_server.reporting.id
  start_ip_address = "0.0.0.0"
  end_ip_address   = "255.255.255.255"
}

resource "azurerm_mssql_server_extended_auditing_policy" "reporting" {
  server_id              = azurerm_mssql_server.reporting.id
  log_monitoring_enabled = true
  retention_in_days      = 365
}
