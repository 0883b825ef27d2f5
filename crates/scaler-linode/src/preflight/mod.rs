//! What is looked at before the start: whether the account, the token and the NodeBalancers are such that groups can work.

mod check;
mod finding;
mod firewall;

pub use check::check;
pub use finding::{Concern, Weight};
