//! Addresses and networks: `cidrsubnet` and its kin, for IPv4 and IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{Stop, argument, list_value, number, text};
use crate::kind::terraform::evaluate::MAX_LENGTH;
use crate::syntax::tree::{Node, Value};

/// A network: the address bits of its first address, the length of its prefix, and how wide its addresses are.
#[derive(Debug, Clone, Copy)]
struct Network {
    bits: u128,
    prefix: u32,
    width: u32,
}

impl Network {
    fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = text.split_once('/')?;
        let prefix: u32 = prefix.parse().ok()?;
        let (bits, width) = match address.parse().ok()? {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        (prefix <= width).then(|| Network { bits: bits & !low_bits(width - prefix), prefix, width })
    }

    fn address(self, bits: u128) -> Option<IpAddr> {
        match self.width {
            32 => Some(IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits).ok()?))),
            _ => Some(IpAddr::V6(Ipv6Addr::from_bits(bits))),
        }
    }

    /// The subnet of this number when the prefix grows by so many bits.
    fn subnet(self, bits: u32, number: u128) -> Option<Network> {
        let prefix = self.prefix.checked_add(bits).filter(|prefix| *prefix <= self.width)?;
        if number > low_bits(bits) {
            return None;
        }
        let shifted = number.checked_shl(self.width - prefix).unwrap_or_default();
        Some(Network { bits: self.bits | shifted, prefix, ..self })
    }

    fn text(self) -> Option<String> {
        Some(format!("{}/{}", self.address(self.bits)?, self.prefix))
    }
}

/// So many bits that are set, from the lowest.
fn low_bits(count: u32) -> u128 {
    if count >= 128 { u128::MAX } else { (1 << count) - 1 }
}

fn network(arguments: &[Node]) -> Result<Network, Stop> {
    Network::parse(&text(arguments, 0)?).ok_or(Stop::Wrong)
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and in range")]
fn whole(arguments: &[Node], index: usize) -> Result<i64, Stop> {
    let number = number(arguments, index)?;
    if number.fract() == 0.0 && number.abs() < 9e15 { Ok(number as i64) } else { Err(Stop::Wrong) }
}

fn bits(arguments: &[Node], index: usize) -> Result<u32, Stop> {
    u32::try_from(whole(arguments, index)?).map_err(|_| Stop::Wrong)
}

fn texted(text: Option<String>) -> Result<Value, Stop> {
    text.map(|text| Value::Text(text.into())).ok_or(Stop::Wrong)
}

/// `cidrsubnet(prefix, newbits, netnum)`
pub(super) fn cidrsubnet(arguments: &[Node]) -> Result<Value, Stop> {
    let number = u128::try_from(whole(arguments, 2)?).map_err(|_| Stop::Wrong)?;
    texted(network(arguments)?.subnet(bits(arguments, 1)?, number).and_then(Network::text))
}

/// `cidrsubnets(prefix, newbits…)`: subnets one after the other, each at the next place that it fits.
pub(super) fn cidrsubnets(arguments: &[Node]) -> Result<Value, Stop> {
    let network = network(arguments)?;
    let place = argument(arguments, 0)?.place;
    let (mut subnets, mut next) = (Vec::new(), 0_u128);
    let last = low_bits(network.width - network.prefix);
    for index in 1..arguments.len().min(MAX_LENGTH) {
        let prefix = network.prefix.checked_add(bits(arguments, index)?).ok_or(Stop::Wrong)?;
        let size = network.width.checked_sub(prefix).map(low_bits).ok_or(Stop::Wrong)?;
        let start = next.checked_add(size).ok_or(Stop::Wrong)? & !size;
        let end = start.checked_add(size).filter(|end| *end <= last).ok_or(Stop::Wrong)?;
        let subnet = Network { bits: network.bits | start, prefix, ..network };
        subnets.push(Node::new(texted(subnet.text())?, place));
        next = end.saturating_add(1);
    }
    Ok(list_value(subnets, None))
}

/// `cidrhost(prefix, hostnum)`; a negative number counts from the end.
pub(super) fn cidrhost(arguments: &[Node]) -> Result<Value, Stop> {
    let network = network(arguments)?;
    let number = whole(arguments, 1)?;
    let hosts = low_bits(network.width - network.prefix);
    let offset = match u128::try_from(number) {
        Ok(number) => Some(number),
        Err(_) => hosts.checked_sub(u128::from(number.unsigned_abs()) - 1),
    };
    let offset = offset.filter(|offset| *offset <= hosts).ok_or(Stop::Wrong)?;
    texted(network.address(network.bits | offset).map(|address| address.to_string()))
}

/// `cidrnetmask(prefix)`, for IPv4 only.
pub(super) fn cidrnetmask(arguments: &[Node]) -> Result<Value, Stop> {
    let network = network(arguments)?;
    if network.width != 32 {
        return Err(Stop::Wrong);
    }
    texted(network.address(low_bits(32) & !low_bits(32 - network.prefix)).map(|address| address.to_string()))
}
