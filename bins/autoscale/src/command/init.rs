//! `init`.

use std::fs::File;
use std::io::{self, Write as _};

use autoscale_config::Owner;
use serde::Serialize;

use super::Context;
use crate::args::InitArgs;
use crate::exit::{Exit, Failure};
use crate::output;

#[derive(Debug, Serialize)]
struct Made {
    owner: String,
    file: Option<String>,
}

pub(super) fn run(context: &Context<'_>, args: &InitArgs) -> Result<Exit, Failure> {
    let owner = Owner::generate(&mut fastrand::Rng::new());
    let text = autoscale_config::example_for(&owner);
    if args.print {
        let made = Made { owner: owner.to_string(), file: None };
        return if context.output.is_json() {
            context.output.result(&made, "").map(|()| Exit::Ok)
        } else {
            output::print(&text).map(|()| Exit::Ok)
        };
    }
    let path = &context.global.config;
    let shown = path.display();
    let file = File::options().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Failure::new(
            Exit::Refused,
            format!("{shown} is there already, with an owner of its own: name another file by --config, or write to stdout by --print"),
        ),
        _ => Failure::new(Exit::Failed, format!("writing {shown}: {error}; name another file by --config")),
    })?;
    let made = Made { owner: owner.to_string(), file: Some(shown.to_string()) };
    let next = format!(
        "{shown} is written, with the owner {owner}.\nNext: adapt it, set LINODE_TOKEN and AUTOSCALE_TOKEN, and run `autoscale check --online`."
    );
    context.output.result(&made, next).map(|()| Exit::Ok)
}
