//! Addresses: public ones on loopback, private numbers, and IPv6.

use std::net::{Ipv4Addr, Ipv6Addr};

/// Pools of addresses. One that comes back is the next to be given out, for an address does not identify anything.
#[derive(Debug)]
pub(crate) struct Addresses {
    instances: Pool,
    balancers: Pool,
    private: Pool,
}

#[derive(Debug)]
struct Pool {
    base: u32,
    size: u32,
    next: u32,
    free: Vec<Ipv4Addr>,
}

impl Pool {
    const fn new(base: Ipv4Addr, size: u32) -> Self {
        Self { base: base.to_bits(), size, next: 1, free: Vec::new() }
    }

    fn take(&mut self) -> Option<Ipv4Addr> {
        if let Some(address) = self.free.pop() {
            return Some(address);
        }
        while self.next < self.size {
            let address = Ipv4Addr::from_bits(self.base + self.next);
            self.next += 1;
            // No address that looks like a network or a broadcast address.
            if !matches!(address.octets()[3], 0 | 255) {
                return Some(address);
            }
        }
        None
    }
}

impl Addresses {
    /// Pools in 127.`second`.0.0/16: 127.`second`.240.0/20 is for NodeBalancers, what is below it for instances.
    pub(crate) const fn new(second: u8) -> Self {
        Self {
            instances: Pool::new(Ipv4Addr::new(127, second, 0, 0), 0xf000),
            balancers: Pool::new(Ipv4Addr::new(127, second, 240, 0), 0x1000),
            // 192.168.255.0/24 is where health checks come from.
            private: Pool::new(Ipv4Addr::new(192, 168, 128, 0), 0x7f00),
        }
    }

    pub(super) fn public(&mut self) -> Option<Ipv4Addr> {
        self.instances.take()
    }

    pub(super) fn balancer(&mut self) -> Option<Ipv4Addr> {
        self.balancers.take()
    }

    pub(super) fn private(&mut self) -> Option<Ipv4Addr> {
        self.private.take()
    }

    pub(super) fn give_back(&mut self, address: Ipv4Addr) {
        for pool in [&mut self.instances, &mut self.balancers, &mut self.private] {
            let offset = address.to_bits().wrapping_sub(pool.base);
            if offset < pool.size {
                pool.free.push(address);
            }
        }
    }
}

/// Whether an address is one of the private ones that NodeBalancers reach.
pub(crate) fn is_private(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    a == 192 && b == 168 && c >= 128
}

/// The IPv6 address that goes with a public IPv4 one.
pub(crate) fn ipv6_of(address: Ipv4Addr) -> Ipv6Addr {
    let [a, b, c, d] = address.octets().map(u16::from);
    Ipv6Addr::new(0x2600, 0x3c0e, 0, 0, 0xf03c, 0x9500 | a, (b << 8) | c, d)
}
