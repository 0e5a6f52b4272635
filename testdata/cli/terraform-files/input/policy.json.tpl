{
  "Version": "2012-10-17",
  "Statement": [{ "Effect": "Allow", "Action": [%{ for action in actions ~}"${action}"%{ endfor ~}], "Resource": "*" }]
}
