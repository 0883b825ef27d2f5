//! Booting, running, shutting down: an instance's status over time.

use std::time::Duration;

use jiff::Timestamp;

use super::agenda::Step;
use super::status::Status;
use super::{Due, Subject, World};
use crate::faults::{Effect, Target};
use crate::refusal::Refusal;
use crate::stamp::Stamp;
use api_sim::{between, later};

/// What the API doesn't show of an instance's life.
#[derive(Debug, Clone)]
pub(crate) struct Power {
    /// Counts up with every change of course; what was planned before no longer holds.
    epoch: u64,
    busy_until: Timestamp,
    boots: bool,
    running_event: Option<u64>,
    pub(crate) running_since: Option<Timestamp>,
    /// Whether the guest's service would answer if it runs.
    pub(crate) healthy: bool,
    /// Whether the guest's service has come up since the boot.
    pub(crate) started: bool,
    lassie: Vec<Timestamp>,
}

impl Power {
    pub(super) const fn new(now: Timestamp, boots: bool) -> Self {
        Self {
            epoch: 0,
            busy_until: now,
            boots,
            running_event: None,
            running_since: None,
            healthy: true,
            started: false,
            lassie: Vec::new(),
        }
    }

    pub(super) const fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl World {
    pub(super) fn begin_provisioning(&mut self, id: u64) {
        let Some(instance) = self.instances.get(&id) else { return };
        let (subject, bare) = (instance.subject(), instance.image.is_none());
        let delay = if bare { self.timings.provision_bare } else { self.timings.provision };
        let time = delay.draw(&mut self.rng);
        let event = self.event_begun("linode_create", subject, time);
        self.course(id, Some(event), time, Step::Provisioned);
    }

    /// A rebuild: as a create, on the same addresses.
    pub(crate) fn rebuild_instance(&mut self, id: u64, image: String, booted: bool) -> Result<(), Refusal> {
        self.not_busy(id)?;
        let instance = self.instances.get_mut(&id).ok_or_else(Refusal::not_found)?;
        instance.image = Some(image);
        instance.power.boots = booted;
        let subject = instance.subject();
        self.enter(id, Status::Rebuilding);
        let time = self.timings.provision.draw(&mut self.rng);
        let event = self.event_begun("linode_rebuild", subject, time);
        self.course(id, Some(event), time, Step::Provisioned);
        Ok(())
    }

    /// `POST …/boot`. One that runs already is left as it is.
    pub(crate) fn boot(&mut self, id: u64) -> Result<(), Refusal> {
        self.not_busy(id)?;
        let instance = self.instances.get(&id).ok_or_else(Refusal::not_found)?;
        if instance.status == Status::Running {
            return Err(Refusal::bad("Linode is already running."));
        }
        if instance.image.is_none() {
            return Err(Refusal::bad("Linode has no bootable configuration."));
        }
        self.begin_boot(id, "linode_boot");
        Ok(())
    }

    /// `POST …/shutdown`.
    pub(crate) fn shut_down(&mut self, id: u64) -> Result<(), Refusal> {
        self.stop(id, "linode_shutdown", Status::ShuttingDown, false)
    }

    /// `POST …/reboot`.
    pub(crate) fn reboot(&mut self, id: u64) -> Result<(), Refusal> {
        self.stop(id, "linode_reboot", Status::Rebooting, true)
    }

    /// The guest powers itself off; Lassie brings it back, unless it did so five times in 15 minutes.
    pub(crate) fn guest_powers_off(&mut self, id: u64) -> bool {
        let now = self.now;
        let Some(instance) = self.instances.get_mut(&id).filter(|one| one.status == Status::Running) else {
            return false;
        };
        let recent = Duration::from_secs(15 * 60);
        instance.power.lassie.retain(|at| between(*at, now) < recent);
        let comes = instance.watchdog_enabled && instance.power.lassie.len() < 5;
        self.enter(id, Status::Offline);
        if comes {
            let time = self.timings.lassie.draw(&mut self.rng);
            self.course(id, None, time, Step::Lassie);
        }
        true
    }

    pub(super) fn begin_deleting(&mut self, id: u64, subject: Subject) {
        self.enter(id, Status::Deleting);
        let time = self.timings.delete.draw(&mut self.rng);
        let event = self.event_begun("linode_delete", subject, time);
        self.course(id, Some(event), time, Step::Gone);
    }

    pub(super) fn power_step(&mut self, id: u64, epoch: u64, step: Step) {
        let Some(instance) = self.instances.get_mut(&id).filter(|one| one.power.epoch == epoch) else {
            return;
        };
        if step == Step::Serving {
            instance.power.started = true;
            self.reconsider_instance(id);
            return;
        }
        let boots = instance.power.boots;
        let event = instance.power.running_event.take();
        if step == (Step::Down { again: true }) {
            self.rest_of_boot(id, event);
            return;
        }
        if let Some(event) = event {
            self.event_finished(event);
        }
        match step {
            Step::Provisioned if boots => self.begin_boot(id, "linode_boot"),
            Step::Provisioned => self.enter(id, Status::Offline),
            Step::Up => self.is_up(id),
            Step::Serving => {}
            Step::Down { .. } => self.enter(id, Status::Offline),
            Step::Lassie => {
                let now = self.now;
                if let Some(instance) = self.instances.get_mut(&id) {
                    instance.power.lassie.push(now);
                }
                self.begin_boot(id, "lassie_reboot");
            }
            Step::Gone => self.forget_instance(id),
        }
    }

    fn begin_boot(&mut self, id: u64, action: &'static str) {
        self.enter(id, Status::Booting);
        let Some(subject) = self.instances.get(&id).map(|one| one.subject()) else { return };
        let event = self.event_begun(action, subject, self.timings.boot.most);
        self.rest_of_boot(id, Some(event));
    }

    fn rest_of_boot(&mut self, id: u64, event: Option<u64>) {
        let boot_faults = |effect: &Effect| matches!(effect, Effect::SlowBoot { .. } | Effect::NeverBoots);
        let mut time = self.timings.boot.draw(&mut self.rng);
        match self.struck(&Target::Boot, boot_faults) {
            Some(Effect::SlowBoot { millis }) => time = time.saturating_add(Duration::from_millis(millis)),
            Some(Effect::NeverBoots) => {
                if let Some(instance) = self.instances.get_mut(&id) {
                    instance.power.epoch += 1;
                    instance.power.running_event = event;
                }
                return;
            }
            _ => {}
        }
        self.course(id, event, time, Step::Up);
    }

    fn is_up(&mut self, id: u64) {
        self.enter(id, Status::Running);
        let now = self.now;
        let health_faults =
            |effect: &Effect| matches!(effect, Effect::NeverHealthy | Effect::TurnsUnhealthy { .. });
        let struck = self.struck(&Target::Health, health_faults);
        let starts = self.timings.service.draw(&mut self.rng);
        let Some(instance) = self.instances.get_mut(&id) else { return };
        instance.power.running_since = Some(now);
        let epoch = instance.power.epoch;
        match struck {
            Some(Effect::NeverHealthy) => instance.power.healthy = false,
            Some(Effect::TurnsUnhealthy { millis }) => {
                self.at(Duration::from_millis(millis), Due::Health { instance: id, epoch, healthy: false });
            }
            _ => {}
        }
        self.at(starts, Due::Power { instance: id, epoch, step: Step::Serving });
    }

    fn stop(&mut self, id: u64, action: &'static str, status: Status, again: bool) -> Result<(), Refusal> {
        self.not_busy(id)?;
        let instance = self.instances.get(&id).ok_or_else(Refusal::not_found)?;
        if instance.status != Status::Running && !again {
            return Err(Refusal::bad("Linode is not running."));
        }
        let subject = instance.subject();
        self.enter(id, status);
        let time = self.timings.shutdown.draw(&mut self.rng);
        let event = self.event_begun(action, subject, time);
        self.course(id, Some(event), time, Step::Down { again });
        Ok(())
    }

    /// Refuses what may not begin while another job runs, or just after it.
    pub(crate) fn not_busy(&self, id: u64) -> Result<(), Refusal> {
        let instance = self.instances.get(&id).ok_or_else(Refusal::not_found)?;
        let settled = matches!(instance.status, Status::Running | Status::Offline);
        // A boot that never ends can be cut short by nothing but a delete, as any job in progress.
        if settled && instance.power.busy_until <= self.now { Ok(()) } else { Err(Refusal::busy()) }
    }

    /// A new status, from which on nothing that was planned before holds.
    fn enter(&mut self, id: u64, status: Status) {
        let now = self.now;
        let tail = self.timings.busy_tail.draw(&mut self.rng);
        let Some(instance) = self.instances.get_mut(&id) else { return };
        instance.status = status;
        instance.updated = Stamp(now);
        instance.power.epoch += 1;
        instance.power.busy_until = later(now, tail);
        if status != Status::Running {
            instance.power.running_since = None;
            instance.power.started = false;
        }
        let unfinished = instance.power.running_event.take();
        if let Some(event) = unfinished {
            self.event_failed(event);
        }
        self.touch();
        self.reconsider_instance(id);
    }

    fn course(&mut self, id: u64, event: Option<u64>, time: Duration, step: Step) {
        let Some(instance) = self.instances.get_mut(&id) else { return };
        instance.power.epoch += 1;
        if event.is_some() {
            instance.power.running_event = event;
        }
        let epoch = instance.power.epoch;
        self.at(time, Due::Power { instance: id, epoch, step });
    }

    /// Makes an instance run as if it had for long: what seeds are.
    pub(crate) fn force_running(&mut self, id: u64) {
        let event = self.instances.get_mut(&id).and_then(|one| one.power.running_event.take());
        if let Some(event) = event {
            self.event_finished(event);
        }
        self.enter(id, Status::Running);
        let now = self.now;
        if let Some(instance) = self.instances.get_mut(&id) {
            instance.power.running_since = Some(now);
            instance.power.started = true;
            instance.power.busy_until = now;
        }
        self.reconsider_instance(id);
    }
}
