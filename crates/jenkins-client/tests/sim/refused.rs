//! Bad input, and what Jenkins refuses: each with a clear message and its fix.

use jenkins_client::{ErrorKind, ParameterValue};

use super::{as_user, chain, client, jenkins};

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named() {
    let sim = jenkins(|sim| sim);
    let eve = as_user(&sim, "eve", "t0ken");
    let error = eve.job("plain").unwrap().build().await.unwrap_err();
    assert_eq!((error.kind(), error.status().unwrap().as_u16()), (ErrorKind::Permission, 403));
    assert!(error.missing_permission().unwrap().ends_with("Build"), "{error:?}");
    assert_eq!(error.authenticated_as(), Some("eve"));
    let text = error.to_string();
    assert!(text.contains("POST job/plain/build") && text.contains("grant the user"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn parameters_that_do_not_fit_are_refused_before_anything_is_sent() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let job = client.job("infra/scale web").unwrap();
    let rows = [
        (job.build_with([("DESIRD", "5")]), "does not take DESIRD; it takes DESIRED, REQUEST_ID, GROUP"),
        (job.build_with([("GROUP", "db")]), "choose one of web, api"),
        (job.build_with([("DRY_RUN", "maybe")]), "give true or false"),
        (job.build_with([("DESIRED", ParameterValue::file("x", "y"))]), "DESIRED is not a file"),
        (client.job("plain").unwrap().build_with([("DESIRED", "5")]), "plain takes no parameters"),
    ];
    for (trigger, words) in rows {
        let error = trigger.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parameters, "{error:?}");
        assert!(chain(&error).contains(words), "{}", chain(&error));
        assert!(!error.may_have_happened() && !error.is_retryable());
    }
    assert!(sim.snapshot().queue.is_empty());
}

#[tokio::test(start_paused = true)]
async fn jenkins_own_refusals_of_triggers_are_understood() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let off = client.job("off").unwrap().build().await.unwrap_err();
    assert_eq!((off.kind(), off.status().unwrap().as_u16()), (ErrorKind::NotBuildable, 409));
    assert!(off.to_string().contains("enable the job"), "{off}");
    let none = client.job("infra/scale web").unwrap().build().await.unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Parameters, "{none}");
    assert!(none.message().unwrap().contains("Nothing is submitted"), "{none}");
    let plain = client.job("plain").unwrap().build_with([("A", "b")]).unchecked().await.unwrap_err();
    assert_eq!(plain.kind(), ErrorKind::Parameters, "{plain}");
    assert!(!plain.may_have_happened());
    let missing = client.job("nowhere").unwrap().build().await.unwrap_err();
    assert!(missing.is_not_found());
    assert!(missing.to_string().contains("the user may not see it"), "{missing}");
}

#[tokio::test(start_paused = true)]
async fn names_that_cannot_be_and_names_that_are_taken() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    for bad in ["", "/", "a//b", "a/../b", "/a", "a/"] {
        let error = client.job(bad).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{bad:?}");
        assert!(chain(&error).contains("not a valid job name"), "{}", chain(&error));
    }
    let taken = client.job("plain").unwrap().create("<project/>").await.unwrap_err();
    assert_eq!(taken.kind(), ErrorKind::AlreadyExists, "{taken:?}");
    assert!(taken.message().unwrap().contains("plain"), "{taken}");
    let wrong = client.job("new").unwrap().create("not xml").await.unwrap_err();
    assert!(wrong.status().is_some(), "{wrong}");
}

#[tokio::test(start_paused = true)]
async fn pages_in_place_of_data_and_redirects_to_a_login_are_told_apart() {
    let sim = jenkins(|sim| sim);
    let client = client(&sim);
    let get = || client.job("plain").unwrap().get();
    let rows = [
        ("any:login", ErrorKind::Login, "log in"),
        ("any:redirect", ErrorKind::Login, "give a user and an API token"),
        ("any:nonsense", ErrorKind::Decode, "check"),
    ];
    for (fault, kind, words) in rows {
        sim.faults().clear();
        sim.faults().add_all(fault).unwrap();
        let error = get().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{fault}: {error:?}");
        assert!(error.to_string().contains(words), "{fault}: {error}");
    }
    sim.faults().clear();
    sim.faults().add_all("trigger:redirect").unwrap();
    let error = client.job("plain").unwrap().build().await.unwrap_err();
    assert_eq!((error.kind(), error.may_have_happened()), (ErrorKind::Login, false), "{error:?}");
}
