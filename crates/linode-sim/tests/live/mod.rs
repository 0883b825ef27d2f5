//! The live side over real sockets, in real time.

mod forwarding;
mod guests;
mod stage;
