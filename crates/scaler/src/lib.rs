//! What to do, and doing it safely: scale Linodes behind a NodeBalancer.
