use super::*;
use crate::kind::Resource;
use crate::kind::fixture::{find, show, units};
use crate::syntax::tree::FileId;
use crate::syntax::{bicep, json as json_syntax};

fn parsed(text: &str) -> ParsedFile {
    let id = FileId(0);
    let is_json = text.starts_with('{');
    let parsed = if is_json { json_syntax::parse(text, id) } else { bicep::parse(text, id) };
    assert_eq!(parsed.errors, vec![], "{text}");
    let path = if is_json { "infra/main.json" } else { "infra/main.bicep" };
    ParsedFile { id, path: path.into(), text: text.into(), content: parsed.content }
}

fn unit(text: &str) -> Unit {
    let file = parsed(text);
    let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
    assert!(Arm.claims(&file, &view), "not claimed");
    Arm.build(&Arm.groups(&[&file]).remove(0), &view)
}

/// What an expression of JSON comes out as, in a template with some parameters and variables.
fn json_value(expression: &str) -> String {
    let text = format!(
        r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        "parameters": {{"open": {{"type": "string"}}, "tier": {{"type": "string", "defaultValue": "Basic"}}}},
        "variables": {{"name": "[concat('st', toLower(parameters('tier')))]", "both": {{"a": [1, 2], "b": "[parameters('open')]"}}}},
        "resources": [{{"type": "A.B/c", "apiVersion": "1", "name": "x", "properties": {{"value": {}}}}}]}}"#,
        serde_json::to_string(expression).unwrap()
    );
    show(find(&unit(&text), "A.B/c.x").tree.get("properties").and_then(|properties| properties.get("value")))
}

/// What an expression of Bicep comes out as.
fn bicep_value(expression: &str) -> String {
    let text = format!(
        "param open string\nparam tier string = 'Basic'\nvar name = 'st${{toLower(tier)}}'\nvar both = {{\n  a: [1, 2]\n  b: open\n}}\nresource x 'A.B/c@1' = {{\n  name: 'x'\n  properties: {{\n    value: {expression}\n  }}\n}}\n"
    );
    show(find(&unit(&text), "A.B/c.x").tree.get("properties").and_then(|properties| properties.get("value")))
}

#[test]
fn expressions_of_json_are_evaluated() {
    for (expression, expected) in [
        ("plain", "plain"),
        ("[[literal]", "[literal]"),
        ("[variables('name')]", "stbasic"),
        ("[parameters('open')]", "?parameter open"),
        ("[concat(parameters('open'), '/default')]", "?parameter open …/default"),
        ("[format('{0}-{1:D2}', 'a', 7)]", "a-7"),
        ("[if(equals(parameters('tier'), 'Basic'), 'TLS1_0', 'TLS1_2')]", "TLS1_0"),
        ("[if(equals(parameters('open'), 'x'), 'same', 'same')]", "same"),
        ("[if(equals(parameters('open'), 'x'), 'a', 'b')]", "?parameter open"),
        ("[and(false(), parameters('open'))]", "false"),
        ("[variables('both').a[1]]", "2"),
        ("[variables('both')]", "{a: [1, 2], b: ?parameter open}"),
        ("[length(variables('both').a)]", "2"),
        ("[contains(createArray('a', 'b'), 'b')]", "true"),
        ("[union(createObject('a', 1), createObject('b', 2))]", "{a: 1, b: 2}"),
        ("[split('a,b', ',')]", "[a, b]"),
        ("[coalesce(null(), 'x')]", "x"),
        ("[resourceGroup().location]", "?resourceGroup().location"),
        ("[uniqueString('x')]", "?uniqueString('x')"),
        ("[contoso.name('x')]", "?contoso.name('x')"),
        ("[string(true())]", "true"),
        ("[add(2, mul(3, 4))]", "14"),
        ("[json('{\"a\": [true]}').a[0]]", "true"),
        ("[parameters('it''s')]", "?parameter it's"),
        ("[broken(", "[broken("),
        ("[broken(]", "?[broken(]"),
        ("[createObject('a', parameters('open')).a]", "?parameter open"),
        ("[substring('abcdef', 1, 2)]", "bc"),
        ("[greaterOrEquals(length('abc'), 3)]", "true"),
        ("[range(1, 3)]", "[1, 2, 3]"),
    ] {
        assert_eq!(json_value(expression), expected, "{expression}");
    }
}

#[test]
fn expressions_of_bicep_are_evaluated() {
    for (expression, expected) in [
        ("'${name}-x'", "stbasic-x"),
        ("'${open}-x'", "?parameter open …-x"),
        ("tier == 'Basic' ? 1 : 2", "1"),
        ("open == 'x' || true", "true"),
        ("both.a[0]", "1"),
        ("both.?c ?? 'none'", "none"),
        ("[for n in ['a', 'b']: { name: n }]", "[{name: a}, {name: b}]"),
        ("[for (n, i) in ['a', 'b']: '${n}${i}']", "[a0, b1]"),
        ("[for n in range(0, 3): if (n > 0) n]", "[1, 2]"),
        ("[for n in open: n]", "[…parameter open]"),
        ("map(both.a, x => x)", "?map()"),
        ("{ ...both, c: 3 }", "{a: [1, 2], b: ?parameter open, c: 3}"),
        ("environment().suffixes.sqlServerHostname", "?environment().suffixes.sqlServerHostname"),
        ("unknownName", "?unknownName"),
    ] {
        assert_eq!(bicep_value(expression), expected, "{expression}");
    }
}

const SERVERS: &str = r#"{
  "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  "parameters": {"server": {"type": "string"}, "off": {"type": "bool", "defaultValue": false}},
  "resources": [
    {"type": "Microsoft.Sql/servers", "apiVersion": "2021-02-01", "name": "[parameters('server')]", "properties": {},
     "resources": [{"type": "firewallRules", "name": "all", "properties": {"startIpAddress": "0.0.0.0"}}]},
    {"type": "Microsoft.SQL/servers/auditingSettings", "name": "[concat(parameters('server'), '/default')]",
     "properties": {"state": "Enabled", "id": "[resourceId('Microsoft.Sql/servers', parameters('server'))]"}},
    {"type": "Microsoft.Sql/servers/databases", "name": "other/db", "condition": "[parameters('off')]"},
    {"type": "Microsoft.Network/networkSecurityGroups", "name": "[format('nsg{0}', copyIndex(1))]",
     "copy": {"name": "nsgs", "count": 2},
     "properties": {"securityRules": [{"name": "ssh", "properties": {"access": "Allow", "direction": "Inbound",
       "protocol": "Tcp", "sourceAddressPrefix": "*", "destinationPortRange": "22", "priority": 100}}]}},
    {"type": "Microsoft.Resources/deployments", "name": "inner", "properties": {
      "expressionEvaluationOptions": {"scope": "inner"}, "parameters": {"tls": {"value": "[concat('TLS', '1_2')]"}},
      "template": {"parameters": {"tls": {"type": "string"}}, "resources": [
        {"type": "Microsoft.Storage/storageAccounts", "name": "deep", "properties": {"minimumTlsVersion": "[parameters('tls')]"}}]}}}
  ]
}"#;

#[test]
fn resources_of_json_have_addresses_parents_and_references() {
    let unit = unit(SERVERS);
    let server = find(&unit, "Microsoft.Sql/servers.{parameter server}");
    assert_eq!(server.target, "arm/microsoft.sql/servers");
    let refers = |address: &str, path: &str| {
        let resource = find(&unit, address);
        let node =
            crate::rule::path::Path::parse(path).unwrap().first(&resource.tree).and_then(|leaf| leaf.node()).cloned();
        node.and_then(|node| node.refers).map(|refers| refers.to_vec()).unwrap_or_default()
    };
    let address = vec![server.address.clone()];
    assert_eq!(refers("Microsoft.Sql/servers/firewallRules.{parameter server}/all", "parent"), address);
    assert_eq!(refers("Microsoft.SQL/servers/auditingSettings.{parameter server}/default", "parent"), address);
    assert_eq!(refers("Microsoft.SQL/servers/auditingSettings.{parameter server}/default", "properties.id"), address);
    assert!(!unit.resources.iter().any(|resource| resource.address.contains("databases")), "its condition is false");
    let opening = find(&unit, "Microsoft.Network/networkSecurityGroups.nsg{copyIndex()}[1]/securityRules[0]");
    assert_eq!(
        show(Some(&opening.tree)),
        "{action: allow, protocol: tcp, ports: [22], sources: [0.0.0.0/0, ::/0], priority: 100, layer: security-group}"
    );
    assert_eq!(find(&unit, "Microsoft.Network/networkSecurityGroups.nsg{copyIndex()}[1]").names, ["nsg2"]);
    let deep = find(&unit, "Microsoft.Storage/storageAccounts.deep");
    assert_eq!(show(deep.tree.get("properties")), "{minimumTlsVersion: TLS1_2}");
}

#[test]
fn resources_of_bicep_have_addresses_parents_and_references() {
    let text = "param server string\nresource sql 'Microsoft.Sql/servers@2021-02-01' = {\n  name: server\n  resource inner 'auditingSettings' = {\n    name: 'default'\n  }\n}\nresource outer 'Microsoft.Sql/servers/auditingSettings@2021-02-01' = {\n  parent: sql\n  name: 'default'\n}\nresource named 'Microsoft.Sql/servers/databases@2021-02-01' = {\n  name: '${sql.name}/db'\n}\nresource d 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {\n  name: 'd'\n  scope: sql::inner\n}\nresource gone 'Microsoft.Sql/servers@2021-02-01' = if (false) {\n  name: 'gone'\n}\nresource there 'Microsoft.KeyVault/vaults@2023-07-01' existing = {\n  name: 'v'\n}\nresource many 'A.B/c@1' = [for n in ['x', 'y']: {\n  name: n\n}]\n";
    let unit = unit(text);
    let addresses: Vec<&str> = unit.resources.iter().map(|resource| resource.address.as_str()).collect();
    assert_eq!(
        addresses,
        [
            "Microsoft.Sql/servers.sql",
            "Microsoft.Sql/servers/auditingSettings.sql::inner",
            "Microsoft.Sql/servers/auditingSettings.outer",
            "Microsoft.Sql/servers/databases.named",
            "Microsoft.Insights/diagnosticSettings.d",
            "A.B/c.many[0]",
            "A.B/c.many[1]",
        ]
    );
    let refers =
        |index: usize, key: &str| unit.resources[index].tree.get(key).unwrap().refers.clone().unwrap().to_vec();
    for (index, key, expected) in [
        (1, "parent", "Microsoft.Sql/servers.sql"),
        (2, "parent", "Microsoft.Sql/servers.sql"),
        (3, "parent", "Microsoft.Sql/servers.sql"),
        (4, "scope", "Microsoft.Sql/servers/auditingSettings.sql::inner"),
    ] {
        assert_eq!(refers(index, key), [expected], "{index}");
    }
    assert_eq!(unit.resources[5].names, ["x"]);
    let header = unit.resources[0].header.as_span().unwrap();
    assert_eq!(header.slice(text), "resource sql 'Microsoft.Sql/servers@2021-02-01'");
}

#[test]
fn only_templates_are_claimed() {
    let view = View::new(&[], &[], &[], jiff::civil::date(2026, 1, 15));
    for (text, expected) in [
        (r#"{"$schema": "https://x/schemas/2015-01-01/deploymentTemplate.json#", "resources": []}"#, true),
        (r#"{"$schema": "https://x/2018-05-01/subscriptionDeploymentTemplate.json#", "resources": {}}"#, true),
        (r#"{"contentVersion": "1.0.0.0", "resources": []}"#, true),
        (r#"{"$schema": "https://x/2015-01-01/deploymentParameters.json#", "parameters": {}}"#, true),
        (r#"{"$schema": "https://x/2015-01-01/deploymentParameters.json#", "resources": []}"#, false),
        (r#"{"resources": []}"#, false),
        (r#"{"$schema": "https://json-schema.org/draft-07/schema#", "contentVersion": "1", "resources": []}"#, false),
    ] {
        assert_eq!(Arm.claims(&parsed(text), &view), expected, "{text}");
    }
}

#[test]
fn a_module_that_was_not_scanned_is_told() {
    let unit = unit("module net './net.bicep' = {\n  name: 'net'\n}\n");
    assert_eq!(unit.notices[0].id, "module-not-read");
    assert!(unit.notices[0].message.contains("./net.bicep"));
}

#[test]
fn hostile_templates_are_bounded() {
    let run = || {
        let chain: Vec<String> =
            (0..400).map(|index| format!("var v{index} = [v{}, v{}]\n", index + 1, index + 1)).collect();
        let chain = chain.concat();
        let mut texts = vec![
            format!("{chain}resource x 'A.B/c@1' = {{\n  name: v0\n}}\n"),
            "var a = b\nvar b = a\nresource x 'A.B/c@1' = {\n  name: a\n}\n".to_owned(),
            "resource x 'A.B/c@1' = [for i in range(0, 1000000): {\n  name: 'x'\n}]\n".to_owned(),
            format!("resource x 'A.B/c@1' = {{\n  name: {}1{}\n}}\n", "[".repeat(100), "]".repeat(100)),
        ];
        let ten = |index: usize| format!("var v{index} = '{}'\n", format!("${{v{}}}", index + 1).repeat(10));
        let multiplied: String = (0..15).map(ten).chain(["var v15 = 'xxxx'\n".to_owned()]).collect();
        texts.push(format!("{multiplied}resource x 'A.B/c@1' = {{\n  name: v0\n}}\n"));
        let nested = "[for i in range(0, 256): ".repeat(8) + "1" + &"]".repeat(8);
        texts.push(format!("resource x 'A.B/c@1' = {{\n  name: {nested}\n}}\n"));
        for text in texts {
            assert_eq!(unit(&text).resources.len(), 1);
        }
        let deep = format!(
            r#"{{"contentVersion": "1", "resources": [{{"type": "A.B/c", "name": {}1{}}}]}}"#,
            "[".repeat(120),
            "]".repeat(120)
        );
        assert_eq!(unit(&deep).resources.len(), 1);
    };
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

const STORAGE: &str = "param tls string\nparam name string = 'st'\nparam open bool\nresource st 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: name\n  properties: {\n    minimumTlsVersion: tls\n    allowBlobPublicAccess: open\n  }\n  resource blobs 'blobServices' = {\n    name: 'default'\n  }\n}\n";

#[test]
fn modules_are_judged_where_they_are_called() {
    let main = "param open bool = true\nmodule one './modules/st.bicep' = {\n  name: 'one'\n  params: {\n    tls: 'TLS1_0'\n    name: null\n    open: open\n  }\n}\nmodule many 'modules/st.bicep' = [for n in ['a', 'b']: if (n != 'b') {\n  name: n\n  params: {\n    tls: one.outputs.tls\n    name: n\n    open: false\n  }\n}]\nmodule off 'modules/st.bicep' = if (!open) {\n  name: 'off'\n}\nmodule far 'br/public:x/y:1.0' = {\n  name: 'far'\n}\n";
    let units = units(&Arm, &[("infra/main.bicep", main), ("infra/modules/st.bicep", STORAGE)]);
    assert_eq!(units.len(), 1);
    let addresses: Vec<&str> = units[0].resources.iter().map(|resource| resource.address.as_str()).collect();
    let st = "Microsoft.Storage/storageAccounts";
    assert_eq!(
        addresses,
        [
            format!("one::{st}.st"),
            format!("one::{st}/blobServices.st::blobs"),
            format!("many[0]::{st}.st"),
            format!("many[0]::{st}/blobServices.st::blobs")
        ]
    );
    let shown = |index: usize| show(units[0].resources[index].tree.get("properties"));
    assert_eq!(shown(0), "{minimumTlsVersion: TLS1_0, allowBlobPublicAccess: true}");
    assert_eq!(shown(2), "{minimumTlsVersion: ?one.outputs.tls, allowBlobPublicAccess: false}");
    let blobs = &units[0].resources[1];
    assert_eq!(blobs.tree.get("parent").unwrap().refers.as_ref().unwrap().to_vec(), [addresses[0]]);
    let chain: Vec<&str> = blobs.call_chain.iter().map(|place| place.as_span().unwrap().slice(main)).collect();
    assert_eq!((blobs.header.file, chain), (FileId(1), vec!["module one './modules/st.bicep'"]));
    assert_eq!(units[0].notices.len(), 1);
    assert!(units[0].notices[0].message.contains("in a registry"));
}

#[test]
fn modules_that_call_each_other_end() {
    let calls = |path: &str| format!("module m '{path}' = {{\n  name: 'm'\n}}\n{STORAGE}");
    let (a, b) = (calls("b.bicep"), calls("./a.bicep"));
    let circle = units(&Arm, &[("a.bicep", &a), ("b.bicep", &b)]);
    assert_eq!(circle.len(), 1);
    assert_eq!(circle[0].notices.iter().map(|notice| notice.id).collect::<Vec<_>>(), ["call-too-deep"]);
    assert_eq!(circle[0].resources.len(), 4);
    let wide: Vec<(String, String)> = (0..15)
        .map(|level| {
            let path = format!("l{}.bicep", level + 1);
            let call = |name: &str| format!("module {name} '{path}' = [for n in range(0, 9): {{\n  name: 'm'\n}}]\n");
            (format!("l{level}.bicep"), call("x") + &call("y"))
        })
        .chain([("l15.bicep".to_owned(), STORAGE.to_owned())])
        .collect();
    let wide: Vec<(&str, &str)> = wide.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(units(&Arm, &wide)[0].notices.iter().map(|notice| notice.id).collect::<Vec<_>>(), ["too-many-calls"]);
}

#[test]
fn parameters_have_what_their_files_agree_on() {
    let values = |text: &str| {
        format!(
            r#"{{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#",
            "contentVersion": "1.0.0.0", "parameters": {{{text}}}}}"#
        )
    };
    let properties = |files: &[(&str, &str)]| {
        let units = units(&Arm, files);
        let all: Vec<&Resource> = units.iter().flat_map(|unit| &unit.resources).collect();
        format!("{} {}", show(all[0].tree.get("name")), show(all[0].tree.get("properties")))
    };
    let unknown = "st {minimumTlsVersion: ?parameter tls, allowBlobPublicAccess: ?parameter open}";
    assert_eq!(properties(&[("st.bicep", STORAGE)]), unknown);
    let one =
        "using './st.bicep'\nvar old = '1_0'\nparam tls = 'TLS${old}'\nparam open = readEnvironmentVariable('X')\n";
    let other = "using 'st.bicep'\nextends 'base.bicepparam'\nparam tls = 'TLS1_0'\nparam name = 'x'\n";
    let base = "using none\nparam open = true\nparam name = 'y'\n";
    assert_eq!(
        properties(&[("st.bicep", STORAGE), ("one.bicepparam", one)]),
        "st {minimumTlsVersion: TLS1_0, allowBlobPublicAccess: ?readEnvironmentVariable('X')}"
    );
    let extended = [("st.bicep", STORAGE), ("other.bicepparam", other), ("base.bicepparam", base)];
    assert_eq!(properties(&extended), "x {minimumTlsVersion: TLS1_0, allowBlobPublicAccess: true}");
    // Of two only what they agree on is known, and what only one gives is not.
    assert_eq!(
        properties(&[extended[0], extended[1], extended[2], ("one.bicepparam", one)]),
        "?parameter name {minimumTlsVersion: TLS1_0, allowBlobPublicAccess: ?parameter open}"
    );
    let json =
        values(r#""tls": {"value": "TLS1_2"}, "open": {"reference": {"keyVault": {"id": "x"}, "secretName": "s"}}"#);
    let known = "st {minimumTlsVersion: TLS1_2, allowBlobPublicAccess: ?parameter open}";
    for path in ["st.parameters.json", "st.parameters.prod.json", "ST-params.json", "parameters.json"] {
        assert_eq!(properties(&[("st.bicep", STORAGE), (path, &json)]), known, "{path}");
    }
    for path in ["p/st.parameters.json", "other.parameters.json", "store.parameters.json"] {
        assert_eq!(properties(&[("st.bicep", STORAGE), (path, &json)]), unknown, "{path}");
    }
    // Of two templates in a folder nobody knows which one is meant.
    assert_eq!(properties(&[("st.bicep", STORAGE), ("x.bicep", ""), ("parameters.json", &json)]), unknown);
    let template = r#"{"$schema": "https://x/2019-04-01/deploymentTemplate.json#", "parameters": {"tls": {"type": "string"}},
        "resources": [{"type": "Microsoft.Storage/storageAccounts", "name": "st", "properties": {"minimumTlsVersion": "[parameters('tls')]"}}]}"#;
    assert_eq!(
        properties(&[("azuredeploy.json", template), ("azuredeploy.parameters.json", &json)]),
        "st {minimumTlsVersion: TLS1_2}"
    );
}
