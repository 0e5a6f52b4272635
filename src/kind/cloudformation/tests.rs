use super::*;
use crate::kind::fixture::{at, find, show, slice, units, view};
use crate::syntax::tree::FileId;
use crate::syntax::{json, yaml};

fn parsed(path: &str, text: &str) -> ParsedFile {
    let id = FileId(0);
    let is_json = text.starts_with('{');
    let content = if is_json { json::parse(text, id) } else { yaml::parse(text, id) }.content;
    ParsedFile { id, path: path.into(), text: text.into(), content }
}

fn build(file: &ParsedFile) -> Unit {
    assert!(CloudFormation.claims(file, &view()), "not claimed");
    CloudFormation.build(&CloudFormation.groups(&[file]).remove(0), &view())
}

fn unit(text: &str) -> Unit {
    build(&parsed("stack.yaml", text))
}

const SECTIONS: &str = "
Parameters:
  Env: { Type: String, Default: prod }
  Secret: { Type: String, NoEcho: true }
  Zones: { Type: CommaDelimitedList, Default: 'a, b' }
  Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /aws/image }
Mappings:
  Sizes:
    prod: { db: large, ports: [1, 2] }
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsTest: !Not [!Condition IsProd]
  InIreland: !Equals [!Ref AWS::Region, eu-west-1]
  Both: !And [!Condition IsProd, !Condition InIreland]
  Neither: !And [!Condition IsTest, !Condition InIreland]
  Any: !Or [!Condition InIreland, !Condition IsProd]
  Round: !Not [!Condition About]
  About: !Not [!Condition Round]
  Starts: !Equals [!Sub 'x-${AWS::Region}', eu-west-1]
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Key: { Type: AWS::KMS::Key }
  It:
    Type: Custom::It
    Properties:
      Value: VALUE
";

/// The property `Value` when `expression` is written for it.
fn value_of(expression: &str) -> Option<Node> {
    let unit = unit(&SECTIONS.replace("VALUE", expression));
    at(&find(&unit, "Custom::It.It").tree, "Properties.Value").cloned()
}

#[test]
fn functions_give_what_is_known() {
    for (expression, expected) in [
        ("!Ref Env", "prod"),
        ("!Ref Secret", "?parameter Secret"),
        ("!Ref Image", "?parameter Image"),
        ("!Ref Zones", "[a, b]"),
        ("!Ref AWS::Region", "?AWS::Region"),
        ("!Ref AWS::NoValue", "absent"),
        ("!Ref Key", "?Key"),
        ("!Ref Topic", "?Topic arn:…"),
        ("!Ref Nobody", "?Nobody"),
        ("!Ref [x]", "?Ref"),
        ("!GetAtt Key.Arn", "?Key.Arn arn:…"),
        ("{ 'Fn::GetAtt': Key.Arn }", "?Key.Arn arn:…"),
        ("{ 'Fn::GetAtt': [Key, KeyId] }", "?Key.KeyId"),
        ("!GetAtt [Nested, Outputs.Url]", "?Nested.Outputs.Url"),
        ("!GetAtt nothing", "?Fn::GetAtt"),
        ("!Sub 'a-${Env}-${!Literal}'", "a-prod-${Literal}"),
        ("!Sub '${Key.Arn}/*'", "?Key.Arn arn:…/*"),
        ("!Sub ['${one}-${two}', { one: 1, two: !Ref Env }]", "1-prod"),
        ("!Sub ['${one}']", "?one"),
        ("!Sub 'open ${'", "open ${"),
        ("!Sub { a: 1 }", "?Fn::Sub"),
        ("!Join ['-', [a, !Ref Env, 3]]", "a-prod-3"),
        ("!Join ['', ['arn:', !Ref 'AWS::Partition', ':iam']]", "?AWS::Partition arn:…:iam"),
        ("!Join [',', !Ref Zones]", "a,b"),
        ("!Join [',', !GetAZs '']", "?Fn::GetAZs"),
        ("!Join x", "?Fn::Join"),
        ("!FindInMap [Sizes, !Ref Env, db]", "large"),
        ("!FindInMap [Sizes, prod, ports]", "[1, 2]"),
        ("!FindInMap [Sizes, !Ref 'AWS::Region', db]", "?AWS::Region"),
        ("!FindInMap [Sizes, test, db]", "?Sizes.test.db, which no mapping has"),
        ("!FindInMap [Sizes, test, db, { DefaultValue: small }]", "small"),
        ("!FindInMap [Sizes]", "?Fn::FindInMap"),
        ("!Select [1, !Ref Zones]", "b"),
        ("!Select ['0', [x]]", "x"),
        ("!Select [7, [x]]", "?an element that the list does not have"),
        ("!Select [0, !GetAZs '']", "?Fn::GetAZs"),
        ("!Split ['|', 'a|b']", "[a, b]"),
        ("!Split ['|', !Ref Secret]", "?parameter Secret"),
        ("!Split ['', abc]", "?Fn::Split"),
        ("!Base64 'echo'", "echo"),
        ("!Base64 { 'Fn::Sub': 'echo ${Env}' }", "echo prod"),
        ("!ImportValue network", "?Fn::ImportValue network"),
        ("!Cidr [10.0.0.0/16, 2, 8]", "?Fn::Cidr"),
        ("!Transform { Name: AWS::Include }", "?Fn::Transform"),
        ("{ 'Fn::Unheard': 1 }", "?Fn::Unheard"),
        ("{ 'Fn::Length': !Ref Zones }", "2"),
        ("{ 'Fn::ToJsonString': { a: !Ref Env } }", "{a: prod}"),
        ("!Equals [a, a]", "true"),
        ("!Not [a, b]", "?a condition that is no condition"),
        ("[a, !Ref AWS::NoValue]", "[a]"),
        ("{ a: !Ref AWS::NoValue, b: 1 }", "{b: 1}"),
        ("{ 'Fn::Transform': { Name: M }, b: 1 }", "{b: 1}"),
    ] {
        assert_eq!(show(value_of(expression).as_ref()), expected, "{expression}");
    }
}

#[test]
fn conditions_choose_where_they_are_known() {
    for (expression, expected) in [
        ("!If [IsProd, a, b]", "a"),
        ("!If [IsTest, a, b]", "b"),
        ("!If [InIreland, a, b]", "?AWS::Region"),
        ("!If [InIreland, a, a]", "a"),
        ("!If [Both, a, b]", "?AWS::Region"),
        ("!If [Neither, a, b]", "b"),
        ("!If [Any, a, b]", "a"),
        ("!If [Round, a, b]", "?condition Round"),
        ("!If [Starts, a, b]", "b"),
        ("!If [Missing, a, b]", "?condition Missing"),
        ("!If [IsProd, a]", "?Fn::If"),
        ("!If [IsProd, !Ref AWS::NoValue, a]", "absent"),
        ("!If [InIreland, !Ref AWS::NoValue, !Ref AWS::NoValue]", "absent"),
        ("!If [InIreland, { a: 1, b: 2, c: 3 }, { a: 1, b: 3 }]", "{a: 1, b: ?AWS::Region, c: ?AWS::Region}"),
        ("[a, !If [InIreland, b, !Ref AWS::NoValue]]", "[a, …AWS::Region]"),
        ("[a, !If [InIreland, b, c]]", "[a, ?AWS::Region]"),
        ("[a, !If [IsTest, b, !Ref AWS::NoValue]]", "[a]"),
    ] {
        assert_eq!(show(value_of(expression).as_ref()), expected, "{expression}");
    }
}

#[test]
fn references_lead_to_resources() {
    for (expression, expected) in [
        ("!Ref Key", "AWS::KMS::Key.Key"),
        ("!GetAtt Key.Arn", "AWS::KMS::Key.Key"),
        ("!Sub '${Key}/${Topic.TopicName}'", "AWS::KMS::Key.Key AWS::SNS::Topic.Topic"),
        ("!Join ['', [x, !Ref Key]]", "AWS::KMS::Key.Key"),
        ("!If [InIreland, !Ref Key, !Ref Topic]", "AWS::KMS::Key.Key AWS::SNS::Topic.Topic"),
        ("!Select [0, !Split [':', !Ref Topic]]", "AWS::SNS::Topic.Topic"),
        ("!Ref Env", ""),
    ] {
        let node = value_of(expression).expect("a value");
        let refers: Vec<&str> = node.refers.iter().flat_map(|refers| refers.iter()).map(AsRef::as_ref).collect();
        assert_eq!(refers.join(" "), expected, "{expression}");
    }
}

const STACK: &str = r#"AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Public: { Type: String, Default: "false" }
Conditions:
  IsPublic: !Equals [!Ref Public, "true"]
Resources:
  Logs:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    DependsOn: Site
    Properties:
      BucketName: acme-logs
      AccessControl: LogDeliveryWrite
  Site:
    Type: AWS::S3::Bucket
    Condition: IsPublic
  Policy:
    Type: AWS::S3::BucketPolicy
    Metadata: { checkov: { skip: [{ id: CKV_AWS_70, comment: read by all }] } }
    Properties:
      Bucket: !Ref Logs
      PolicyDocument:
        Statement:
          - Effect: Allow
            Principal: "*"
            Action: s3:GetObject
            Resource: !Sub "${Logs.Arn}/*"
Outputs:
  Name: { Value: !Ref Logs }
"#;

#[test]
fn resources_have_their_address_tree_and_places() {
    let unit = unit(STACK);
    let logs = find(&unit, "AWS::S3::Bucket.Logs");
    assert_eq!(logs.target, "cloudformation/AWS::S3::Bucket");
    assert_eq!(show(at(&logs.tree, "Properties.AccessControl")), "LogDeliveryWrite");
    assert_eq!(show(at(&logs.tree, "DeletionPolicy")), "Retain");
    assert_eq!(slice(STACK, logs.header), "Logs");
    assert!(slice(STACK, logs.extent).starts_with("Logs:\n    Type"));
    assert!(slice(STACK, logs.extent).ends_with("LogDeliveryWrite"));
    assert_eq!(logs.names, ["acme-logs"]);
    let depends = at(&logs.tree, "DependsOn[0]").expect("a dependency");
    assert_eq!(depends.refers.as_deref().map(Vec::as_slice), Some(&["AWS::S3::Bucket.Site".into()][..]));
    // Its condition does not hold.
    assert!(unit.resources.iter().all(|resource| resource.address != "AWS::S3::Bucket.Site"));
    let whole = find(&unit, "template");
    assert_eq!(show(at(&whole.tree, "resources.\"AWS::S3::Bucket\"")), "2");
    assert_eq!(show(at(&whole.tree, "parameters[0].name")), "Public");
    assert_eq!(show(at(&whole.tree, "outputs[0].Value")), "?Logs");
}

#[test]
fn skips_of_checkov_are_found() {
    let found = skips(&parsed("stack.yaml", STACK));
    assert_eq!((found[0].id.as_str(), found[0].comment.as_str()), ("CKV_AWS_70", "read by all"));
    assert_eq!(slice(STACK, found[0].place), "CKV_AWS_70");
    assert_eq!(found.len(), 1);
}

#[test]
fn policies_become_statements() {
    let unit = unit(STACK);
    let statement = find(&unit, "AWS::S3::BucketPolicy.Policy/PolicyDocument/statement[0]");
    assert_eq!(show(at(&statement.tree, "policy_kind")), "resource");
    assert_eq!(show(at(&statement.tree, "principal_ids")), "[*]");
    assert_eq!(show(at(&statement.tree, "resources")), "?Logs.Arn arn:…/*");

    let text = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement: { Effect: Allow, Action: sts:AssumeRole, Principal: { Service: ec2.amazonaws.com } }
      Policies:
        - PolicyName: all
          PolicyDocument: { Statement: [{ Effect: Allow, Action: "*", Resource: "*" }] }
        - !Ref Other
  Text:
    Type: AWS::Logs::ResourcePolicy
    Properties:
      PolicyDocument: '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "logs:*"}]}'
  Function:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
        - AWSLambdaBasicExecutionRole
        - Statement: [{ Effect: Allow, Action: "s3:*", Resource: "*" }]
  Late:
    Type: AWS::IAM::ManagedPolicy
    Properties: { PolicyDocument: !ImportValue policy }
"#;
    let unit = self::unit(text);
    for (address, path, expected) in [
        ("AWS::IAM::Role.Role/AssumeRolePolicyDocument/statement[0]", "policy_kind", "trust"),
        ("AWS::IAM::Role.Role/AssumeRolePolicyDocument/statement[0]", "principal_ids", "[ec2.amazonaws.com]"),
        ("AWS::IAM::Role.Role/Policies[0]/statement[0]", "actions", "[*]"),
        ("AWS::IAM::Role.Role/Policies[0]/statement[0]", "policy_kind", "identity"),
        ("AWS::IAM::Role.Role/Policies[1]/statement[…]", "actions", "?Other"),
        ("AWS::Logs::ResourcePolicy.Text/PolicyDocument/statement[0]", "actions", "[logs:*]"),
        ("AWS::Serverless::Function.Function/Policies[1]/statement[0]", "policy_kind", "identity"),
        ("AWS::IAM::ManagedPolicy.Late/PolicyDocument/statement[…]", "effect", "?Fn::ImportValue policy"),
    ] {
        assert_eq!(show(at(&find(&unit, address).tree, path)), expected, "{address} {path}");
    }
    assert_eq!(unit.resources.iter().filter(|resource| resource.target == "iam-statement").count(), 6);
}

#[test]
fn firewalls_become_ingress_and_egress() {
    let text = r#"
Resources:
  Group:
    Type: AWS::EC2::SecurityGroup
    Properties:
      SecurityGroupIngress:
        - { IpProtocol: tcp, FromPort: 22, ToPort: "22", CidrIp: 0.0.0.0/0 }
        - { IpProtocol: "-1", CidrIpv6: "::/0" }
        - { IpProtocol: tcp, FromPort: 20, ToPort: 25, SourceSecurityGroupId: !GetAtt Other.GroupId }
        - !If [Unknown, { IpProtocol: tcp }, !Ref AWS::NoValue]
      SecurityGroupEgress: { IpProtocol: icmp, CidrIp: 10.0.0.0/8 }
  Other: { Type: AWS::EC2::SecurityGroup, Properties: { GroupDescription: x } }
  Entry:
    Type: AWS::EC2::NetworkAclEntry
    Properties: { Protocol: 6, RuleAction: ALLOW, RuleNumber: 7, CidrBlock: 0.0.0.0/0, PortRange: { From: 22, To: 23 } }
  Out:
    Type: AWS::EC2::NetworkAclEntry
    Properties: { Protocol: -1, RuleAction: deny, Egress: true, CidrBlock: 0.0.0.0/0 }
  Alone:
    Type: AWS::EC2::SecurityGroupIngress
    Properties: { IpProtocol: udp, FromPort: 53, ToPort: 53, CidrIp: !Ref Source }
"#;
    let unit = unit(text);
    let group = "AWS::EC2::SecurityGroup.Group";
    for (address, path, expected) in [
        (format!("{group}/SecurityGroupIngress[0]"), "ports", "[22]"),
        (format!("{group}/SecurityGroupIngress[0]"), "sources", "[0.0.0.0/0]"),
        (format!("{group}/SecurityGroupIngress[0]"), "layer", "security-group"),
        (format!("{group}/SecurityGroupIngress[1]"), "protocol", "all"),
        (format!("{group}/SecurityGroupIngress[1]"), "ports", "[{from: 0, to: 65535}]"),
        (format!("{group}/SecurityGroupIngress[2]"), "ports", "[{from: 20, to: 25}]"),
        (format!("{group}/SecurityGroupIngress[2]"), "sources", "absent"),
        (format!("{group}/SecurityGroupIngress[2]"), "source_groups", "[?Other.GroupId]"),
        (format!("{group}/SecurityGroupIngress[…]"), "action", "?condition Unknown"),
        (format!("{group}/SecurityGroupEgress[0]"), "destinations", "[10.0.0.0/8]"),
        (format!("{group}/SecurityGroupEgress[0]"), "ports", "[]"),
        ("AWS::EC2::NetworkAclEntry.Entry/ingress".into(), "action", "allow"),
        ("AWS::EC2::NetworkAclEntry.Entry/ingress".into(), "protocol", "tcp"),
        ("AWS::EC2::NetworkAclEntry.Entry/ingress".into(), "ports", "[{from: 22, to: 23}]"),
        ("AWS::EC2::NetworkAclEntry.Out/egress".into(), "action", "deny"),
        ("AWS::EC2::SecurityGroupIngress.Alone/ingress".into(), "sources", "[…Source]"),
    ] {
        assert_eq!(show(at(&find(&unit, &address).tree, path)), expected, "{address} {path}");
    }
}

#[test]
fn globals_hold_for_serverless_resources_of_their_type() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Tracing: Active
    Environment: { Variables: { A: 1, B: 2 } }
    Layers: [one]
Resources:
  Own:
    Type: AWS::Serverless::Function
    Properties: { Tracing: PassThrough, Layers: [two], Environment: { Variables: { B: 3 } } }
  Bare: { Type: AWS::Serverless::Function }
  Api: { Type: AWS::Serverless::Api }
";
    let unit = unit(text);
    let own = find(&unit, "AWS::Serverless::Function.Own");
    assert_eq!(show(at(&own.tree, "Properties.Tracing")), "PassThrough");
    assert_eq!(show(at(&own.tree, "Properties.Layers")), "[one, two]");
    assert_eq!(show(at(&own.tree, "Properties.Environment.Variables")), "{B: 3, A: 1}");
    let bare = find(&unit, "AWS::Serverless::Function.Bare");
    assert_eq!(show(at(&bare.tree, "Properties.Tracing")), "Active");
    assert_eq!(show(at(&find(&unit, "AWS::Serverless::Api.Api").tree, "Properties")), "absent");
    assert_eq!(unit.notices, []);
}

#[test]
fn templates_in_json_are_the_same() {
    let text = r#"{ "Resources": { "B": { "Type": "AWS::S3::Bucket", "Properties": {
        "BucketName": { "Fn::Join": ["-", ["a", { "Ref": "AWS::Region" }]] } } } } }"#;
    let file = parsed("stack.json", text);
    let unit = build(&file);
    let bucket = find(&unit, "AWS::S3::Bucket.B");
    assert_eq!(show(at(&bucket.tree, "Properties.BucketName")), "?AWS::Region a-…");
    assert_eq!(slice(text, bucket.header), "\"B\"");
}

#[test]
fn only_templates_are_claimed() {
    for (text, expected) in [
        ("Resources: { B: { Type: AWS::S3::Bucket } }", true),
        ("Resources: { B: { Type: Custom::Thing } }", true),
        ("AWSTemplateFormatVersion: x\nResources: { 'Fn::ForEach::B': [x, [a], {}] }", true),
        ("apiVersion: v1\nkind: Stack\nResources: { B: { Type: AWS::S3::Bucket } }", false),
        ("Resources: { B: { Type: text } }", false),
        ("Resources: { B: { Type: 'std::vector<int>' } }", false),
        ("Resources: [AWS::S3::Bucket]", false),
        ("resources: { Resources: { B: { Type: AWS::S3::Bucket } } }", false),
        ("AWSTemplateFormatVersion: 2010-09-09", false),
        ("name: x", false),
        ("", false),
    ] {
        assert_eq!(CloudFormation.claims(&parsed("a.yaml", text), &view()), expected, "{text}");
    }
}

#[test]
fn what_is_not_expanded_is_said() {
    let unit = unit(
        "Transform: [AWS::LanguageExtensions, Ours]\nResources:\n  Fn::ForEach::Topics: [N, [a], {}]\n  B: { Type: AWS::S3::Bucket }\n",
    );
    let ids: Vec<&str> = unit.notices.iter().map(|notice| notice.id).collect();
    assert_eq!(ids, ["resources-not-expanded", "macro-not-applied"]);
}

#[test]
fn hostile_templates_are_bounded() {
    use std::fmt::Write as _;
    // Conditions in a row, the last one first.
    let mut text = "Conditions:\n".to_owned();
    for index in (1..5_000).rev() {
        let _ = writeln!(text, "  C{index}: !Not [!Condition C{}]", index - 1);
    }
    text.push_str("  C0: !Equals [a, a]\nResources:\n  B: { Type: AWS::S3::Bucket, Condition: C4999 }\n");
    find(&unit(&text), "AWS::S3::Bucket.B");

    // Names that are used twice at every level.
    let mut nested = "!Ref AWS::Region".to_owned();
    for _ in 0..50 {
        nested = format!("!Sub ['${{a}}-${{a}}', {{ a: {nested} }}]");
    }
    let unit = unit(&format!("Resources: {{ B: {{ Type: Custom::B, Properties: {{ Value: {nested} }} }} }}"));
    let value = at(&find(&unit, "Custom::B.B").tree, "Properties.Value");
    assert_eq!(show(value), "?a text that is too long");

    // Nesting as deep as files may nest.
    let deep = format!("{}x{}", "!Join ['', [".repeat(60), "]]".repeat(60));
    let unit = self::unit(&format!("Resources: {{ B: {{ Type: Custom::B, Properties: {{ Value: {deep} }} }} }}"));
    assert_eq!(show(at(&find(&unit, "Custom::B.B").tree, "Properties.Value")), "x");
}

#[test]
fn ten_thousand_resources_are_lowered() {
    use std::fmt::Write as _;
    let mut text = "Resources:\n".to_owned();
    for index in 0..10_000 {
        let _ = writeln!(text, "  B{index}: {{ Type: AWS::S3::Bucket, Properties: {{ Log: !Ref B{} }} }}", index / 2);
    }
    assert_eq!(unit(&text).resources.len(), 10_001);
}

#[test]
fn nested_stacks_are_judged_with_what_they_are_given() {
    let parent = "
Parameters: {Env: {Type: String}}
Conditions: {Never: !Equals [a, b]}
Resources:
  Net:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./net/vpc.yaml
      Parameters: {Open: 0.0.0.0/0, List: 'a, b', Env: !Ref Env}
  Off: {Type: 'AWS::CloudFormation::Stack', Condition: Never, Properties: {TemplateURL: net/vpc.yaml}}
  Far: {Type: 'AWS::CloudFormation::Stack', Properties: {TemplateURL: 'https://example.com/x.yaml'}}
  Gone: {Type: 'AWS::Serverless::Application', Properties: {Location: gone.yaml}}
";
    let child = "
Parameters:
  Open: {Type: String, Default: 10.0.0.0/8}
  List: {Type: CommaDelimitedList}
  Env: {Type: String, Default: x}
  Own: {Type: String, Default: y}
Resources:
  V: {Type: 'A::B::C', Properties: {a: !Ref Open, b: !Ref List, c: !Ref Env, d: !Ref Own}}
  W: {Type: 'A::B::D', Properties: {v: !Ref V}}
";
    let units = units(&CloudFormation, &[("stacks/main.yaml", parent), ("stacks/net/vpc.yaml", child)]);
    assert_eq!(units.iter().map(|unit| &*unit.name).collect::<Vec<_>>(), ["stacks/main.yaml"]);
    let vpc = find(&units[0], "Net/A::B::C.V");
    assert_eq!(show(vpc.tree.get("Properties")), "{a: 0.0.0.0/0, b: [a, b], c: ?parameter Env, d: y}");
    assert_eq!(vpc.call_chain.iter().map(|place| slice(parent, *place)).collect::<Vec<_>>(), ["Net"]);
    let refers = at(&find(&units[0], "Net/A::B::D.W").tree, "Properties.v").unwrap().refers.clone().unwrap();
    assert_eq!(refers.to_vec(), ["Net/A::B::C.V"]);
    assert!(!units[0].resources.iter().any(|resource| resource.address.starts_with("Off/")));
    let notices: Vec<&str> = units[0].notices.iter().map(|notice| notice.id).collect();
    assert_eq!(notices, ["template-not-read"]);
}

#[test]
fn stacks_that_nest_each_other_end() {
    let stack = |name: &str, path: &str| {
        format!("  {name}: {{Type: 'AWS::CloudFormation::Stack', Properties: {{TemplateURL: {path}}}}}\n")
    };
    let (a, b) = (stack("A", "b.yaml"), stack("B", "a.yaml"));
    let circle =
        units(&CloudFormation, &[("a.yaml", &format!("Resources:\n{a}")), ("b.yaml", &format!("Resources:\n{b}"))]);
    assert_eq!(circle.len(), 1);
    assert_eq!(circle[0].notices.iter().map(|notice| notice.id).collect::<Vec<_>>(), ["call-too-deep"]);
    let level = |level: usize| {
        let next = format!("l{}.yaml", level + 1);
        let stacks: String = ["A", "B", "C"].iter().map(|name| stack(name, &next)).collect();
        (format!("l{level}.yaml"), format!("Resources:\n{stacks}"))
    };
    let mut wide: Vec<(String, String)> = (0..15).map(level).collect();
    wide.push(("l15.yaml".to_owned(), "Resources:\n  X: {Type: 'A::B::C'}\n".to_owned()));
    let wide: Vec<(&str, &str)> = wide.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let found = units(&CloudFormation, &wide);
    assert_eq!(found[0].notices.iter().map(|notice| notice.id).collect::<Vec<_>>(), ["too-many-calls"]);
}
