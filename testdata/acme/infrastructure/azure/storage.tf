resource "azurerm_storage_account" "bookkeeping" {
  name                     = "stquillbookkeeping"
  location                 = azurerm_resource_group.office.location
  resource_group_name      = azurerm_resource_group.office.name
  account_tier             = "Standard"
  account_replication_type = "GRS"

  https_traffic_only_enabled        = true
  min_tls_version                   = "TLS1_2"
  allow_nested_items_to_be_public   = false
  public_network_access_enabled     = false
  shared_access_key_enabled         = false
  infrastructure_encryption_enabled = true

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 35
    }

    container_delete_retention_policy {
      days = 35
    }
  }

  network_rules {
    default_action             = "Deny"
    bypass                     = ["AzureServices"]
    virtual_network_subnet_ids = [azurerm_subnet.data.id]
  }

  tags = local.tags
}

# Old account of the scanner in the mail room: it speaks nothing newer.
resource "azurerm_storage_account" "scans" {
  name                     = "stquillscans"
  location                 = azurerm_resource_group.office.location
  resource_group_name      = azurerm_resource_group.office.name
  account_tier             = "Standard"
  account_replication_type = "ZRS"

  https_traffic_only_enabled        = true
  min_tls_version                   = "TLS1_0"
  allow_nested_items_to_be_public   = true
  public_network_access_enabled     = false
  shared_access_key_enabled         = false
  infrastructure_encryption_enabled = true

  blob_properties {
    versioning_enabled = true

    delete_retention_policy {
      days = 35
    }

    container_delete_retention_policy {
      days = 35
    }
  }

  network_rules {
    default_action = "Deny"
    bypass         = ["AzureServices"]
  }

  tags = local.tags
}
