//! The system's word that it is time to end, or to read the configuration again.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGTERM and SIGINT, heard from when it is made: one that comes early is not lost.
#[derive(Debug)]
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    /// Listens from now on; neither signal ends the process by itself any more.
    ///
    /// # Errors
    /// As the system says.
    pub fn listen() -> io::Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    /// Over once the next one comes. It can be dropped while it waits, and nothing is lost.
    pub async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// SIGHUP, which does not end the process once this was made. Nothing can be read again yet.
#[derive(Debug)]
pub struct Hangups(Signal);

impl Hangups {
    /// Listens from now on.
    ///
    /// # Errors
    /// As the system says.
    pub fn listen() -> io::Result<Self> {
        signal(SignalKind::hangup()).map(Self)
    }

    /// Says at each one what it does not do; never over.
    pub async fn refuse<T>(mut self) -> T {
        while self.0.recv().await.is_some() {
            tracing::warn!("SIGHUP: the configuration can't be read again yet: restart to have it read");
        }
        std::future::pending().await
    }
}
