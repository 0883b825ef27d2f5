//! A simulated Linode API with real instances on loopback.
