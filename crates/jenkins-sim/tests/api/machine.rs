//! Real commands, on the machine's clock.

use std::path::PathBuf;
use std::time::Duration;

use jenkins_sim::{SeedJob, Shell, Simulator, Timings};

use super::{Api, builder};

/// A simulator with a home that goes with it.
struct Real {
    api: Api,
    home: PathBuf,
}

impl Drop for Real {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

fn real(name: &str, job: &SeedJob) -> Real {
    let home = std::env::temp_dir().join(format!("jenkins-sim-test-{}-{name}", std::process::id()));
    let api = Api::of(builder().timings(Timings::quick()).shell(Shell::Real).home(&home).build());
    api.sim.seed_job(job).unwrap();
    Real { api, home }
}

/// Turns the simulator until something holds.
async fn until(sim: &Simulator, holds: fn(&Simulator) -> bool) {
    let mut changed = sim.subscribe();
    let reached = async {
        while !holds(sim) {
            changed.changed().await.unwrap();
        }
    };
    let reached = tokio::time::timeout(Duration::from_secs(20), reached);
    tokio::select! {
        () = sim.keep_time() => {}
        reached = reached => reached.unwrap_or_else(|_| panic!("not within 20 s: {:#?}", sim.snapshot())),
    }
}

fn console(sim: &Simulator) -> String {
    sim.snapshot().builds("job").map(|build| build.console.clone()).collect()
}

fn done(sim: &Simulator) -> bool {
    sim.snapshot().builds("job").any(|build| !build.building)
}

#[tokio::test]
async fn a_command_has_its_workspace_and_its_environment() {
    let script = "node { writeFile file: 'in/size.txt', text: '5'\n def n = sh(script: 'cat in/size.txt', returnStdout: true)\n\
                  sh 'pwd; echo \"$JOB_NAME $BUILD_NUMBER\"; echo oops >&2; echo done > out.txt'\n echo \"n is ${n}\"\n\
                  archiveArtifacts '*.txt' }";
    let real = real("workspace", &SeedJob::pipeline("job", script));
    real.api.trigger("/job/job/build").await;
    until(&real.api.sim, done).await;
    let console = console(&real.api.sim);
    let workspace = real.home.join("workspace/job");
    for line in
        [&format!("{}\n", workspace.display()), "job 1\n", "oops\n", "n is 5\n", "Finished: SUCCESS\n"]
    {
        assert!(console.contains(line), "lacks {line:?}:\n{console}");
    }
    assert_eq!(real.api.get("/job/job/1/artifact/out.txt").await.text, "done\n");
}

#[tokio::test]
async fn its_output_is_there_while_it_runs_and_stopping_ends_all_of_its_processes() {
    let real = real("stop", &SeedJob::freestyle("job", "echo begun; sleep 600 & wait"));
    real.api.trigger("/job/job/build").await;
    until(&real.api.sim, |sim| console(sim).contains("begun\n")).await;
    assert_eq!(real.api.post("/job/job/1/stop").await.status, 302);
    until(&real.api.sim, done).await;
    real.api.sim.end_commands().await;
    let result = real.api.read("/job/job/1/api/json", "/result").await;
    assert_eq!(result, "ABORTED");
}

#[tokio::test]
async fn commands_of_two_branches_run_at_the_same_time() {
    let wait = |mine: &str, other: &str| {
        format!("sh 'touch {mine}; until [ -e {other} ]; do sleep 0.05; done; echo {mine} saw {other}'")
    };
    let script = format!("node {{ parallel a: {{ {} }}, b: {{ {} }} }}", wait("a", "b"), wait("b", "a"));
    let real = real("branches", &SeedJob::pipeline("job", script));
    real.api.trigger("/job/job/build").await;
    until(&real.api.sim, done).await;
    let console = console(&real.api.sim);
    for line in ["\na saw b\n", "\nb saw a\n", "Finished: SUCCESS\n"] {
        assert!(console.contains(line), "lacks {line:?}:\n{console}");
    }
}

#[tokio::test]
async fn a_file_outside_of_the_workspace_is_refused() {
    let real =
        real("outside", &SeedJob::pipeline("job", "node { writeFile file: '../escape.txt', text: 'x' }"));
    real.api.trigger("/job/job/build").await;
    until(&real.api.sim, done).await;
    assert!(console(&real.api.sim).contains("../escape.txt is not inside the workspace"));
    assert!(!real.home.join("workspace/escape.txt").exists());
}
