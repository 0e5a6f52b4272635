resource "azurerm_resource_group" "office" {
  name     = "rg-quillmere-office"
  location = var.location
  tags     = local.tags
}

resource "azurerm_virtual_network" "office" {
  name                = "vnet-office"
  location            = azurerm_resource_group.office.location
  resource_group_name = azurerm_resource_group.office.name
  address_space       = ["10.60.0.0/16"]
}

resource "azurerm_subnet" "data" {
  name                 = "data"
  resource_group_name  = azurerm_resource_group.office.name
  virtual_network_name = azurerm_virtual_network.office.name
  address_prefixes     = ["10.60.1.0/24"]
}

resource "azurerm_network_security_group" "data" {
  name                = "nsg-data"
  location            = azurerm_resource_group.office.location
  resource_group_name = azurerm_resource_group.office.name

  security_rule {
    name                       = "sql-from-office"
    priority                   = 100
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    source_address_prefix      = "10.60.0.0/16"
    destination_port_range     = "1433"
    destination_address_prefix = "10.60.1.0/24"
  }

  security_rule {
    name                       = "deny-the-rest"
    priority                   = 4096
    direction                  = "Inbound"
    access                     = "Deny"
    protocol                   = "*"
    source_port_range          = "*"
    source_address_prefix      = "*"
    destination_port_range     = "*"
    destination_address_prefix = "*"
  }
}

resource "azurerm_subnet_network_security_group_association" "data" {
  subnet_id                 = azurerm_subnet.data.id
  network_security_group_id = azurerm_network_security_group.data.id
}

# Jump host of the bookkeepers' software supplier
resource "azurerm_network_security_group" "jump" {
  name                = "nsg-jump"
  location            = azurerm_resource_group.office.location
  resource_group_name = azurerm_resource_group.office.name

  security_rule {
    name                       = "ssh"
    priority                   = 110
    direction                  = "Inbound"
    access                     = "Allow"
    protocol                   = "Tcp"
    source_port_range          = "*"
    source_address_prefix      = "Internet"
    destination_port_range     = "22"
    destination_address_prefix = "*"
  }
}

resource "azurerm_network_security_rule" "jump_rdp" {
  name                        = "rdp"
  priority                    = 120
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  source_address_prefix       = "*"
  destination_port_range      = "3389"
  destination_address_prefix  = "*"
  resource_group_name         = azurerm_resource_group.office.name
  network_security_group_name = azurerm_network_security_group.jump.name
}
