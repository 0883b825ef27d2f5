//! The simulators, as tests of somebody's own would have them.

/// A Linode API without a socket.
pub fn linode() -> linode_sim::SimulatorService<linode_sim::Simulator> {
    linode_sim::Simulator::builder().token("secret").build().service()
}

/// A Jenkins without a socket.
pub fn jenkins() -> jenkins_sim::SimulatorService<jenkins_sim::Simulator> {
    jenkins_sim::Simulator::builder().user(jenkins_sim::SeedUser::new("alice").token("11aa22bb")).build().service()
}
