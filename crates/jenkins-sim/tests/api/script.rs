//! What pipelines do: scopes, errors, environments, conditions.

use jenkins_sim::SeedJob;

use super::{Api, seconds};

/// Runs a script to its end; its result and its console.
async fn run(script: &str) -> (String, String) {
    let api = Api::new();
    api.sim.seed_job(&SeedJob::pipeline("flow", script).quiet_period(0)).unwrap();
    api.trigger("/job/flow/build").await;
    seconds(600).await;
    let snapshot = api.sim.snapshot();
    let build = snapshot.builds("flow").next().unwrap();
    (build.result.clone().unwrap_or_default(), build.console.clone())
}

/// Scripts, what they come to, and what the log says and doesn't say.
async fn hold(cases: &[(&str, &str, &[&str], &[&str])]) {
    for (script, result, said, unsaid) in cases {
        let (outcome, console) = run(script).await;
        assert_eq!(&outcome, result, "{script}\n{console}");
        for text in *said {
            assert!(console.contains(text), "{script}\nlacks {text:?}:\n{console}");
        }
        for text in *unsaid {
            assert!(!console.contains(text), "{script}\nhas {text:?}:\n{console}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn errors_unwind_to_what_handles_them() {
    hold(&[
        ("echo 'a'\nerror 'bad'\necho 'b'", "FAILURE", &["a\n", "ERROR: bad"], &["b\n"]),
        (
            "try { error 'bad' } catch (e) { echo \"caught ${e.message}\" } finally { echo 'last' }",
            "SUCCESS",
            &["caught bad", "last"],
            &[],
        ),
        (
            "try { error 'bad' } finally { echo 'last' }\necho 'never'",
            "FAILURE",
            &["last", "ERROR: bad"],
            &["never"],
        ),
        (
            "catchError(buildResult: 'UNSTABLE', stageResult: 'FAILURE') { error 'bad' }\necho 'on'",
            "UNSTABLE",
            &["ERROR: bad", "on"],
            &[],
        ),
        ("retry(3) { echo 'again'\n error 'bad' }", "FAILURE", &["again\n", "Retrying"], &[]),
        (
            "def n = 0\nretry(3) { n = n + 1\n if (n < 3) { error \"no ${n}\" }\n echo 'third' }",
            "SUCCESS",
            &["no 1", "no 2", "third"],
            &[],
        ),
        (
            "timeout(time: 5, unit: 'SECONDS') { sleep 60 }\necho 'never'",
            "ABORTED",
            &["Cancelling nested steps due to timeout"],
            &["never"],
        ),
        ("timeout(time: 5) { sleep 60\n echo 'in time' }", "SUCCESS", &["in time"], &["Cancelling"]),
        (
            "fooBar 'x'",
            "FAILURE",
            &["java.lang.NoSuchMethodError: No such DSL method 'fooBar' found among steps"],
            &[],
        ),
        (
            "echo missing",
            "FAILURE",
            &["groovy.lang.MissingPropertyException: No such property: missing"],
            &[],
        ),
        (
            "echo 'half",
            "FAILURE",
            &["this string does not end @ line 1, column 6.", "startup failed"],
            &["half\n[Pipeline]"],
        ),
        ("unstable 'shaky'\ncurrentBuild.description = 'd'", "UNSTABLE", &["WARNING: shaky"], &[]),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn expressions_are_groovys() {
    hold(&[(
        "def x = sh(script: 'echo \" 42 \"', returnStdout: true).trim()\ndef n = sh script: 'exit 3', returnStatus: true\n\
         echo \"x=${x} n=${n} sum=${n + 1} text=${x + 1}\"\n\
         if (x ==~ /\\d+/ && n != 0) { echo 'digits' } else if (x == 'y') { echo 'y' } else { echo 'other' }\n\
         echo(x.toInteger() > 40 ? 'large' : 'small')\nenv.SIZE = x\nsh 'echo \"size $SIZE\"'\necho '${literal} \\'quoted\\''",
        "SUCCESS",
        &["x=42 n=3 sum=4 text=421", "digits\n", "large\n", "size 42\n", "${literal} 'quoted'\n"],
        &["other\n", "small\n"],
    )])
    .await;
}

#[tokio::test(start_paused = true)]
async fn scopes_set_the_environment_and_stages_can_be_left_out() {
    let script = "pipeline { agent any\n environment { GROUP = 'web'\n WHERE = \"${env.JOB_NAME}\" }\n stages {\n\
                  stage('Only web') { when { environment name: 'GROUP', value: 'web' }\n steps { sh 'echo in $WHERE for $GROUP' } }\n\
                  stage('Never') { when { expression { return env.GROUP == 'api' } }\n steps { echo 'unreachable' } }\n\
                  stage('Inner') { environment { GROUP = 'api' }\n steps { withEnv(['SIZE=3']) { sh 'echo $GROUP $SIZE' } }\n\
                  post { success { echo 'inner was fine' } } } } }";
    hold(&[(
        script,
        "SUCCESS",
        &["in flow for web", "api 3", "inner was fine", "Stage \"Never\" skipped due to when conditional"],
        &["unreachable"],
    )])
    .await;
}

#[tokio::test(start_paused = true)]
async fn hostile_scripts_end_too() {
    let deep = format!("{}{}", "if (true) { ".repeat(5_000), "}".repeat(5_000));
    let (result, console) = run(&deep).await;
    assert_eq!(result, "FAILURE");
    assert!(console.contains("this is nested too deep"), "{console}");
    let (result, _) = run(&format!("echo {}1{}", "(".repeat(5_000), ")".repeat(5_000))).await;
    assert_eq!(result, "FAILURE");
}

#[tokio::test(start_paused = true)]
async fn a_jenkinsfile_brings_its_parameters_with_its_first_run() {
    let api = Api::new();
    let script = "pipeline { agent any\n options { disableConcurrentBuilds() }\n parameters { string(name: 'SIZE', defaultValue: '3')\n\
                  choice(name: 'GROUP', choices: ['web', 'api']) }\n stages { stage('One') { steps { echo \"${params.SIZE}\" } } } }";
    api.sim.seed_job(&SeedJob::pipeline("flow", script).quiet_period(0)).unwrap();
    assert_eq!(api.post("/job/flow/buildWithParameters?SIZE=5").await.status, 500);
    api.trigger("/job/flow/build").await;
    seconds(1).await;
    assert!(api.get("/job/flow/1/consoleText").await.text.contains("3\n"));
    assert_eq!(api.post("/job/flow/build").await.status, 400);
    api.trigger("/job/flow/buildWithParameters?SIZE=5").await;
    seconds(1).await;
    assert!(api.get("/job/flow/2/consoleText").await.text.contains("5\n"));
    assert!(api.get("/job/flow/config.xml").await.text.contains("<name>SIZE</name>"));
    assert_eq!(api.read("/job/flow/api/json", "/concurrentBuild").await, false);
}
