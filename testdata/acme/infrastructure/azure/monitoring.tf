resource "azurerm_log_analytics_workspace" "office" {
  name                = "log-quillmere-office"
  location            = azurerm_resource_group.office.location
  resource_group_name = azurerm_resource_group.office.name
  sku                 = "PerGB2018"
  retention_in_days   = 365
}

resource "azurerm_monitor_diagnostic_setting" "vault" {
  name                       = "vault-audit"
  target_resource_id         = azurerm_key_vault.office.id
  log_analytics_workspace_id = azurerm_log_analytics_workspace.office.id

  enabled_log {
    category = "AuditEvent"
  }
}
