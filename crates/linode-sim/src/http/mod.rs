//! The API over HTTP: from a request to an answer, by way of tokens, limits, faults and the world.

mod account;
mod answer;
mod balancers;
mod call;
mod catalog;
mod control;
mod filter;
mod firewalls;
mod gate;
mod instances;
mod list;
mod networking;
mod page;
mod path;
mod route;
mod service;
mod stackscripts;
mod tags;
