//! The rules of a firewall.

use std::net::IpAddr;

use serde::Serialize;
use serde_json::Value;

use crate::body::Body;
use crate::refusal::Refusal;

const ACTIONS: [&str; 2] = ["ACCEPT", "DROP"];

/// All rules of a firewall, as the API shows them.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Rules {
    inbound: Option<Vec<Value>>,
    inbound_policy: String,
    outbound: Option<Vec<Value>>,
    outbound_policy: String,
    version: u64,
    fingerprint: String,
}

impl Rules {
    /// The first version of what a request asks for.
    pub(super) fn read(body: Body<'_>) -> Result<Self, Refusal> {
        let policy = |name: &str| -> Result<String, Refusal> {
            body.required(name)?;
            Ok(body.one_of(name, &ACTIONS)?.unwrap_or_default().to_owned())
        };
        let mut rules = Self {
            inbound: list(body, "inbound")?,
            inbound_policy: policy("inbound_policy")?,
            outbound: list(body, "outbound")?,
            outbound_policy: policy("outbound_policy")?,
            version: 0,
            fingerprint: String::new(),
        };
        if rules.inbound.iter().chain(&rules.outbound).flatten().count() > 25 {
            return Err(Refusal::bad("A Firewall may have up to 25 rules"));
        }
        rules.fingerprint = fingerprint(&serde_json::to_string(&rules).unwrap_or_default());
        rules.version = 1;
        Ok(rules)
    }

    /// Takes other rules over, as the next version.
    pub(super) fn become_as(&mut self, other: Self) {
        if other.fingerprint != self.fingerprint {
            *self = Self { version: self.version + 1, ..other };
        }
    }
}

/// FNV-1a: eight digits that tell rules apart, as the API's do.
fn fingerprint(text: &str) -> String {
    let hash =
        text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    format!("{hash:08x}")
}

fn list(body: Body<'_>, name: &str) -> Result<Option<Vec<Value>>, Refusal> {
    let Some(rules) = body.list(name)? else { return Ok(None) };
    let checked = rules.iter().enumerate().map(|(at, rule)| {
        check(rule).map_err(|refusal| refusal.within(&format!("{name}[{at}]")))?;
        let given = rule.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null());
        Ok(given.map(|(name, value)| (name.clone(), value.clone())).collect())
    });
    checked.collect::<Result<_, _>>().map(Some)
}

fn check(rule: &Value) -> Result<(), Refusal> {
    let body = Body::of(rule)?;
    for name in ["action", "protocol", "addresses"] {
        body.required(name)?;
    }
    body.one_of("action", &ACTIONS)?;
    let protocol = body.text("protocol")?.unwrap_or_default();
    if !matches!(protocol, "TCP" | "UDP" | "ICMP" | "IPENCAP" | "ALL") && protocol.parse::<u8>().is_err() {
        return Err(Refusal::field("protocol", "protocol is not valid"));
    }
    if let Some(ports) = body.text("ports")? {
        if !matches!(protocol, "TCP" | "UDP" | "6" | "17") {
            return Err(Refusal::field("ports", "ports are not allowed with this protocol"));
        }
        check_ports(ports)?;
    }
    if let Some(addresses) = body.nested("addresses")? {
        check_addresses(addresses)?;
    }
    for (name, most) in [("label", 32), ("description", 100)] {
        if body.text(name)?.is_some_and(|text| text.chars().count() > most) {
            return Err(Refusal::field(name, format!("Must be at most {most} characters")));
        }
    }
    Ok(())
}

/// Ports and ranges of them, such as `22,8000-9000`: a port is one piece of 15, a range two.
fn check_ports(text: &str) -> Result<(), Refusal> {
    let invalid = || Refusal::field("ports", "ports is not valid");
    let port = |text: &str| text.trim().parse::<u16>().ok().filter(|port| *port > 0).ok_or_else(invalid);
    let mut pieces = 0;
    for part in text.split(',') {
        pieces += match part.split_once('-') {
            None => port(part).map(|_| 1)?,
            Some((first, last)) if port(first)? < port(last)? => 2,
            Some(_) => return Err(invalid()),
        };
    }
    if pieces > 15 { Err(Refusal::field("ports", "Must have at most 15 pieces")) } else { Ok(()) }
}

fn check_addresses(body: Body<'_>) -> Result<(), Refusal> {
    let mut count = 0;
    for (name, longest) in [("ipv4", 32_u8), ("ipv6", 128)] {
        for text in body.texts(name)?.into_iter().flatten() {
            let (address, length) = text.split_once('/').map_or((text.as_str(), None), |(a, l)| (a, Some(l)));
            let kind = address.parse().is_ok_and(|address: IpAddr| address.is_ipv4() == (longest == 32));
            let fits = length.is_none_or(|length| length.parse::<u8>().is_ok_and(|length| length <= longest));
            if !kind || !fits {
                return Err(Refusal::field(&format!("addresses.{name}"), format!("{text} is not valid")));
            }
            count += 1;
        }
    }
    if count > 255 {
        Err(Refusal::field("addresses", "Too many addresses submitted. Max allowed is 255"))
    } else {
        Ok(())
    }
}
