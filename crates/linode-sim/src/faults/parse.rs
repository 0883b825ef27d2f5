//! Faults as text, for a command line: `create:lost*2,boot:slow=120s`.

use api_sim::{PathPattern, RequestFault, time};

use super::{Effect, Target};

impl api_sim::Target for Target {
    const FORMS: &'static str = "any, create, delete, list, instances, nodes, balancers, events, boot, health, mode, \
                                 or a method and a path such as `GET /linode/instances/*`";

    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "any" | "*" => Self::Any,
            "create" => Self::Create,
            "delete" => Self::Delete,
            "list" => Self::List,
            "instances" => Self::Instances,
            "nodes" => Self::Nodes,
            "balancers" => Self::Balancers,
            "events" => Self::Events,
            "boot" => Self::Boot,
            "health" => Self::Health,
            "mode" => Self::Mode,
            text => Self::Request(PathPattern::read(text)?),
        })
    }
}

impl api_sim::Effect<Target> for Effect {
    const FORMS: &'static str = "a status such as 500 or 429=30, html, maintenance, hang, reset, lost, lost=408, late=30s, \
                                 nonsense, half, short, empty, all-tags, lag=5s, slow=120s, never, after=60s, \
                                 sold-out, sold-out=TYPE, limit, delay=60s";

    fn read(target: &Target, name: &str, value: Option<&str>) -> Option<Self> {
        let millis = || u64::try_from(time(value?)?.as_millis()).ok();
        Some(match (target, name) {
            (Target::Boot, "slow") => Self::SlowBoot { millis: millis()? },
            (Target::Boot, "never") => Self::NeverBoots,
            (Target::Health, "never") => Self::NeverHealthy,
            (Target::Health, "after") => Self::TurnsUnhealthy { millis: millis()? },
            (Target::Mode, "delay") => Self::ModeDelay { millis: millis()? },
            (Target::Boot | Target::Health | Target::Mode, _) => return None,
            (_, "maintenance") => Self::Maintenance,
            (_, "half") => Self::HalfList,
            (_, "short") => Self::ShortList,
            (_, "empty") => Self::EmptyList,
            (_, "all-tags") => Self::TagsMatchAll,
            (_, "lag") => Self::Lag { millis: millis()? },
            (_, "sold-out") => Self::SoldOut { plan: value.map(str::to_owned) },
            (_, "limit") => Self::AccountLimit,
            (_, name) => Self::Request(RequestFault::read(name, value)?),
        })
    }
}
