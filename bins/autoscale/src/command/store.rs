//! `store rebind`.

use std::fmt;

use autoscale_config::{Config, StoreAt};
use autoscale_daemon::Assembly;
use scaler_core::model::Installation;
use serde::Serialize;

use super::Context;
use crate::args::RebindArgs;
use crate::assemble;
use crate::exit::{Exit, Failure};

/// What was changed, or would be.
#[derive(Debug, Serialize)]
struct Rebound {
    store: String,
    before: Installation,
    after: Installation,
    dry_run: bool,
}

pub(super) async fn rebind(context: &Context<'_>, args: &RebindArgs) -> Result<Exit, Failure> {
    let config = Config::load(&context.global.config)?;
    let StoreAt::Sqlite(path) = &config.store else {
        let why = "the configuration's store is memory, which belongs to nobody for long: write store: { sqlite: PATH }";
        return Err(Failure::new(Exit::Usage, why));
    };
    let cause = args.operator.member().cause()?;
    let rebound = Assembly::new(&config).rebind(args.owner, args.account, cause, args.dry_run).await;
    let (before, after) = rebound.map_err(assemble::not_assembled)?;
    let rebound = Rebound { store: path.display().to_string(), before, after, dry_run: args.dry_run };
    context.output.result(&rebound, &rebound)?;
    Ok(Exit::Ok)
}

impl fmt::Display for Rebound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, before, after, dry_run } = self;
        write!(f, "{store}: ")?;
        if before == after {
            return f.write_str("nothing changes, it belongs to them already");
        }
        let changes = [
            ("owner", (!before.owner.is_empty()).then(|| before.owner.clone()), Some(after.owner.clone())),
            ("account", account(before), account(after)),
        ];
        let changes =
            changes.into_iter().filter(|(_, before, after)| before != after).map(|(what, before, after)| {
                let name = |name: Option<String>| name.unwrap_or_else(|| "none".to_owned());
                format!("{what} {} → {}", name(before), name(after))
            });
        f.write_str(&changes.collect::<Vec<_>>().join(", "))?;
        f.write_str(if *dry_run { " (nothing is written)" } else { "" })
    }
}

/// The account, by what tells it.
fn account(of: &Installation) -> Option<String> {
    of.account.clone().or_else(|| (!of.landmarks.is_empty()).then(|| of.landmarks.join(" ")))
}
