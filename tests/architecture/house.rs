//! The house as tables: its crates, their floors, and what is still to be mended.

/// Longer than this, a file holds more than one idea.
pub(crate) const MOST_LINES: usize = 600;

/// The most lines of code (see `sizes.rs`) of a program under `bins`, which holds arguments, wiring, printing and exit
/// codes: what goes beyond belongs in a library.
pub(crate) const PROGRAM_LINES: usize = 150;

/// Programs that may have more, each with its own limit.
pub(crate) const LARGER_PROGRAMS: &[(&str, usize)] = &[("autoscale", 2_300)];

/// How large a crate may become.
pub(crate) struct Limit {
    pub(crate) of: &'static str,
    pub(crate) lines: usize,
    pub(crate) public_types: usize,
}

/// Crates whose size is held. A limit that is raised has its reason here. The house was to hold 9,000 lines and 60 public types.
/// Lines: the rules that bound creation and keep removal from doubt, what reads a history from its end, plans by what was seen
/// last, holds what has no price, sees to whose the store is, shows and drops alerts, plans the rate of lists and of reads by id, and
/// leads members to other balancers, shows them on their way, and tells a restored store by what another log labelled came after it.
/// Types: 20 are reasons (of holds, steps, decisions, failures, calls), which were text; 23 are the parts of a group's description and of
/// what views show; 24 are what the model, the ports and the log have in their fields; 3 say whose a store is and what its alerts count for; 13 are the
/// ports; 20 are the log, its state and the turn; 17 are the calls and what they need. Fewer would take a state and a turn that
/// keep their fields to themselves.
pub(crate) const LIMITS: &[Limit] = &[Limit { of: "scaler-core", lines: 11_240, public_types: 120 }];

const OWN: &str = "each client has its own, named by its crate";
const PORT: &str = "what a port shows of any cloud, apart from what an API says";
const LINODE: &str = "Linode's word, in the client and in the simulator, which does not know the client";
const SIMULATOR: &str = "each simulator has its own, named by its crate";

/// Names that public types of several places share, each for its reason.
pub(crate) const SHARED_NAMES: &[(&str, &str)] = &[
    ("ActiveFault", SIMULATOR),
    ("Alert", "Alertmanager's message, and what the table of alerts keeps of it"),
    ("BuildError", OWN),
    ("Call", OWN),
    ("Cause", "Jenkins' word for what triggered a build, and why a group was changed"),
    ("Client", OWN),
    ("ClientBuilder", OWN),
    ("Effect", SIMULATOR),
    ("Error", OWN),
    ("ErrorBody", OWN),
    ("ErrorKind", OWN),
    ("Event", "Linode's, and what happened to a group"),
    ("Events", "Linode's family of that path, and those of a group"),
    ("Extra", OWN),
    ("Fault", SIMULATOR),
    ("Instance", PORT),
    ("InstanceStatus", PORT),
    ("List", OWN),
    ("Node", "a NodeBalancer's, and Jenkins'"),
    ("NodeMode", LINODE),
    ("NodeStatus", PORT),
    ("Nodes", "the family of a NodeBalancer's, and that of Jenkins'"),
    ("Operation", "OpenAPI's word for a method and a path, and what takes a group to a new size"),
    ("Price", "Linode's of a type, and an amount of money an hour"),
    ("Seed", SIMULATOR),
    ("SeedNode", SIMULATOR),
    ("Simulator", SIMULATOR),
    ("SimulatorBuilder", SIMULATOR),
    ("Snapshot", SIMULATOR),
    ("Target", SIMULATOR),
    ("Timings", SIMULATOR),
];

/// The crates from the ground up, each with the crates of the workspace that it may build on.
pub(crate) const CRATES: &[(&str, &[&str])] = &[
    ("api-transport", &[]),
    ("alertmanager-types", &["api-transport"]),
    ("api-sim", &[]),
    ("linode-sim", &["api-sim"]),
    ("jenkins-sim", &["api-sim"]),
    ("linode-api", &["api-transport"]),
    ("jenkins-client", &["api-transport"]),
    ("scaler-core", &[]),
    ("scaler-conformance", &["scaler-core"]),
    ("scaler-linode", &["api-transport", "linode-api", "scaler-core"]),
    ("scaler-sqlite", &["scaler-core"]),
    ("scaler-alertmanager", &["alertmanager-types", "scaler-core"]),
    ("autoscale-api", &["api-transport", "scaler-core"]),
    ("scaler", &["linode-api", "scaler-core", "scaler-linode", "scaler-sqlite", "scaler-alertmanager"]),
    (
        "autoscale-config",
        &[
            "api-transport",
            "linode-api",
            "alertmanager-types",
            "scaler-core",
            "scaler-linode",
            "autoscale-api",
        ],
    ),
    (
        "autoscale-daemon",
        &[
            "api-transport",
            "linode-api",
            "alertmanager-types",
            "scaler-core",
            "scaler-linode",
            "scaler-sqlite",
            "scaler-alertmanager",
            "autoscale-api",
            "autoscale-config",
        ],
    ),
    (
        "autoscale-sandbox",
        &[
            "api-transport",
            "alertmanager-types",
            "linode-sim",
            "scaler-core",
            "autoscale-api",
            "autoscale-config",
            "autoscale-daemon",
        ],
    ),
];

/// Reads of the API that must stay independent: these don't even test with the others.
pub(crate) const INDEPENDENT: &[&str] = &["linode-sim", "jenkins-sim", "alertmanager-types"];

/// Packages whose imports and module files are still of another style. Each still breaks it, or it leaves the list.
pub(crate) const TO_CONVERT: &[&str] = &[];

/// Packages whose files import in circles, and how many circles at most: the next one is refused. A package without one
/// leaves the list.
pub(crate) const CIRCLES: &[(&str, usize)] = &[];

/// Which modules at a crate's root a floor may name.
pub(crate) enum Modules {
    /// These, and each thing by its floor: a re-export at the root would hide where it comes from.
    Only(&'static [&'static str]),
    AllBut(&'static [&'static str]),
}

impl Modules {
    pub(crate) fn hold(&self, module: &str) -> bool {
        match self {
            Self::Only(modules) => modules.contains(&module),
            Self::AllBut(modules) => !modules.contains(&module),
        }
    }
}

/// Modules that stand above the rest of their crate, which is one floor. Only the crate's root may name them, to show them.
pub(crate) const ABOVE: &[(&str, &str)] = &[("alertmanager-types", "client"), ("autoscale-api", "client")];

pub(crate) fn stands_above(name: &str, module: Option<&String>) -> bool {
    module.is_some_and(|module| ABOVE.contains(&(name, module.as_str())))
}

/// Clients in whose docs each public function has an example, but for their models, which are read and not called.
pub(crate) const EXAMPLES: &[(&str, Modules)] = &[
    ("linode-api", Modules::AllBut(&["models"])),
    ("jenkins-client", Modules::AllBut(&["models"])),
    ("alertmanager-types", Modules::Only(&["client"])),
];

/// A folder of a crate's `src` (or the file of that name; "" is the whole crate but for what stands above).
pub(crate) struct Floor {
    pub(crate) of: &'static str,
    pub(crate) folder: &'static str,
    pub(crate) names: Modules,
    /// Path prefixes outside the crate that it never names.
    pub(crate) never: &'static [&'static str],
    pub(crate) asynchronous: bool,
}

/// What code without I/O, clock and chance never names.
const PURE: &[&str] = &[
    "alertmanager_types",
    "api_transport",
    "async_trait",
    "axum",
    "futures_util",
    "http",
    "linode_api",
    "reqwest",
    "rusqlite",
    "std::env",
    "std::fs",
    "std::net",
    "std::process",
    "std::thread",
    "tokio",
    "tokio_util",
    "tracing",
    "fastrand",
];

/// What does I/O only through the ports never names.
const CLOUDLESS: &[&str] = &[
    "alertmanager_types",
    "api_transport",
    "axum",
    "http",
    "linode_api",
    "reqwest",
    "rusqlite",
    "std::fs",
    "std::net",
];

/// What a client's models never name.
const MODELS: &[&str] = &[
    "http",
    "reqwest",
    "api_transport",
    "std::fs",
    "std::net::TcpListener",
    "std::net::TcpStream",
    "std::net::UdpSocket",
    "tokio",
];

pub(crate) const FLOORS: &[Floor] = &[
    Floor {
        of: "scaler-core",
        folder: "model",
        names: Modules::Only(&["model"]),
        never: PURE,
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "state",
        names: Modules::Only(&["model", "state"]),
        never: PURE,
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "reconcile",
        names: Modules::Only(&["model", "state", "reconcile"]),
        never: PURE,
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "view",
        names: Modules::Only(&["model", "state", "reconcile", "view"]),
        never: PURE,
        asynchronous: false,
    },
    Floor {
        of: "scaler-core",
        folder: "ports",
        names: Modules::Only(&["model", "state", "ports"]),
        never: CLOUDLESS,
        asynchronous: true,
    },
    Floor {
        of: "scaler-core",
        folder: "runtime",
        names: Modules::Only(&[
            "model",
            "state",
            "reconcile",
            "view",
            "ports",
            "clock",
            "in_memory",
            "runtime",
        ]),
        never: CLOUDLESS,
        asynchronous: true,
    },
    Floor {
        of: "linode-api",
        folder: "models",
        names: Modules::AllBut(&["api", "client", "list", "wait"]),
        never: MODELS,
        asynchronous: false,
    },
    Floor {
        of: "jenkins-client",
        folder: "models",
        names: Modules::Only(&["models"]),
        never: MODELS,
        asynchronous: false,
    },
    Floor {
        of: "autoscale-api",
        folder: "",
        names: Modules::AllBut(&["client"]),
        never: &[
            "api_transport",
            "axum",
            "fastrand",
            "futures_util",
            "http",
            "reqwest",
            "std::env",
            "std::fs",
            "std::net",
            "tokio",
        ],
        asynchronous: false,
    },
    Floor {
        of: "alertmanager-types",
        folder: "",
        names: Modules::AllBut(&["client"]),
        never: &[
            "api_transport",
            "http",
            "reqwest",
            "std::fs",
            "std::net::TcpListener",
            "std::net::TcpStream",
            "std::net::UdpSocket",
            "tokio",
        ],
        asynchronous: false,
    },
];

/// The calls that read the wall clock or the monotonic one; `tokio::time` is fine, because a test can turn it.
pub(crate) const CLOCKS: &[&str] =
    &["std::time::SystemTime::now", "std::time::Instant::now", "jiff::Timestamp::now", "jiff::Zoned::now"];
