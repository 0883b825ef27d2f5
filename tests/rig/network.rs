//! Loopback networks that tests don't share, not even with another run of them on this machine.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU8, Ordering};

/// The second octets to choose from: the simulator's default, and those of its own tests, lie below.
const FIRST: u8 = 130;
const LAST: u8 = 250;

/// 127.`octet`.0.0/16, ours until it is dropped.
#[derive(Debug)]
pub(super) struct Network {
    octet: u8,
    /// Whoever has this port open has the network.
    _claim: TcpListener,
}

impl Network {
    pub(super) fn claim() -> Self {
        // Tests of one process begin at different ends, so that they seldom ask for the same.
        static NEXT: AtomicU8 = AtomicU8::new(0);
        let count = LAST - FIRST;
        let begin = NEXT.fetch_add(7, Ordering::Relaxed);
        (0..count)
            .map(|n| FIRST + (begin % count + n) % count)
            .find_map(|octet| {
                let claim = TcpListener::bind((Ipv4Addr::new(127, octet, 255, 254), 9)).ok()?;
                Some(Self { octet, _claim: claim })
            })
            .expect("a loopback network that nobody has")
    }

    pub(super) const fn octet(&self) -> u8 {
        self.octet
    }

    /// An address that the simulator gives to nobody, for the daemon.
    pub(super) const fn daemon(&self) -> Ipv4Addr {
        Ipv4Addr::new(127, self.octet, 255, 1)
    }
}
