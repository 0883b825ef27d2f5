//! `init`.

use std::fs::File;
use std::io::{self, Write as _};

use autoscale_config::{Owner, WEBHOOK_KEY};
use autoscale_daemon::local::make_secret;
use serde::Serialize;

use super::Context;
use crate::args::InitArgs;
use crate::exit::{Exit, Failure};
use crate::output;

#[derive(Debug, Serialize)]
struct Made {
    owner: String,
    file: Option<String>,
    webhook_key: Option<String>,
}

pub(super) fn run(context: &Context<'_>, args: &InitArgs) -> Result<Exit, Failure> {
    let owner = Owner::generate(&mut fastrand::Rng::new());
    let text = autoscale_config::example_for(&owner);
    if args.print {
        let made = Made { owner: owner.to_string(), file: None, webhook_key: None };
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
    let key = path.with_file_name(WEBHOOK_KEY);
    let there = match make_secret(&key) {
        Ok(_) => "is",
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => "was there already,",
        Err(error) => {
            return Err(Failure::new(Exit::Failed, format!("writing {}: {error}", key.display())));
        }
    };
    let made = Made {
        owner: owner.to_string(),
        file: Some(shown.to_string()),
        webhook_key: Some(key.display().to_string()),
    };
    let next = format!(
        "{shown} is written, with the owner {owner}; the credential of the webhook {there} in {}.\nNext: adapt it, give Alertmanager that file, set LINODE_TOKEN and AUTOSCALE_TOKEN, and run `autoscale check --online`.",
        key.display(),
    );
    context.output.result(&made, next).map(|()| Exit::Ok)
}
