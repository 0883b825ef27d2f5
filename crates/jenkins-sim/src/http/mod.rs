//! The API over HTTP: from a request to an answer, by way of faults, logins, crumbs and the world.

mod answer;
mod api;
mod build;
mod call;
mod context;
mod control;
mod credentials;
mod escape;
mod form;
mod gate;
mod item;
mod login;
mod manage;
mod queue;
mod route;
mod service;
mod trigger;
