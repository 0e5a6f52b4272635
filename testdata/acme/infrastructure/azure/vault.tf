resource "azurerm_key_vault" "office" {
  name                = "kv-quillmere-office"
  location            = azurerm_resource_group.office.location
  resource_group_name = azurerm_resource_group.office.name
  tenant_id           = var.tenant_id
  sku_name            = "standard"

  rbac_authorization_enabled    = true
  soft_delete_retention_days    = 90
  purge_protection_enabled      = false
  public_network_access_enabled = false

  network_acls {
    default_action             = "Deny"
    bypass                     = "AzureServices"
    virtual_network_subnet_ids = [azurerm_subnet.data.id]
  }

  tags = local.tags
}
