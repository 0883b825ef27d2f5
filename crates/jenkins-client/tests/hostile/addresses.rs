//! Names and URLs of every kind: nothing leads out of Jenkins, and nothing to another thing than the one that was named.

use jenkins_client::{ErrorKind, JobName};

use super::{client, html, json};

#[test]
fn urls_of_answers_do_not_lead_out_of_the_context_path() {
    let client = client(|_, _| html(404, ""));
    for url in [
        "https://ci.example/job/../../secret",
        "https://ci.example/job/%2e%2e/%2E%2E/secret",
        "https://ci.example/job\\..\\..\\..\\secret",
        "/job/a/../../../secret",
        "http://ci.test/jenkins/job/../../../secret",
    ] {
        assert_eq!(client.here(url), None, "{url}");
    }
    let here = client.here("https://evil.example/x/job/a/job/b%20c/7/").unwrap();
    assert_eq!(here.as_str(), "http://ci.test/jenkins/job/a/job/b%20c/7/", "always the client's own host");
}

#[test]
fn a_host_called_job_is_no_job() {
    let (name, rest) = JobName::from_url("https://job/job/a/7/").unwrap();
    assert_eq!((name.to_string().as_str(), rest.as_slice()), ("a", ["7".to_owned()].as_slice()));
    assert_eq!(JobName::from_url("https://job/view/all"), None);
    // No job has a slash in its name: such a name would be read as that of a job in a folder.
    assert_eq!(JobName::from_url("https://ci/job/a%2Fb/"), None);
}

#[tokio::test(start_paused = true)]
async fn a_name_with_a_line_end_is_not_the_name_without_it() {
    for name in ["web\n", "we\tb", "\rweb"] {
        let client = client(|request, _| panic!("{} must not be asked for", request.uri()));
        let failed = match client.job(name) {
            Ok(job) => job.delete().await.unwrap_err(),
            Err(error) => error,
        };
        assert_eq!(failed.kind(), ErrorKind::Request, "{name:?}: {failed}");
        let artifact = client.job("web").unwrap().build_number(1).artifact(&format!("out/{name}")).await;
        assert_eq!(artifact.unwrap_err().kind(), ErrorKind::Request, "{name:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn names_of_every_character_stay_one_part_of_the_path() {
    for (name, path) in [
        ("a/b c", "/jenkins/job/a/job/b%20c/api/json"),
        ("100%", "/jenkins/job/100%25/api/json"),
        ("feature%2Fx", "/jenkins/job/feature%252Fx/api/json"),
        ("ü€", "/jenkins/job/%C3%BC%E2%82%AC/api/json"),
        ("a?b#c", "/jenkins/job/a%3Fb%23c/api/json"),
        ("a\\b", "/jenkins/job/a%5Cb/api/json"),
        ("%2e%2e", "/jenkins/job/%252e%252e/api/json"),
        ("a;b=c", "/jenkins/job/a;b=c/api/json"),
    ] {
        let client = client(move |request, _| {
            assert_eq!(request.uri().path(), path);
            json("{}")
        });
        client.job(name).unwrap().get().await.unwrap();
    }
    let client = client(|_, _| json("{}"));
    for bad in ["..", "a/..", "a/../b", ".", "", "a//b", "/a", "a/"] {
        assert_eq!(client.job(bad).unwrap_err().kind(), ErrorKind::Request, "{bad:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_folder_that_is_in_itself_is_listed_once() {
    let folder = "com.cloudbees.hudson.plugins.folder.Folder";
    let client = client(move |_, asked| {
        assert!(asked < 10, "this has no end");
        json(&format!(
            r#"{{"jobs": [{{"_class": "{folder}", "name": "a", "fullName": "a", "jobs": [{{"name": "a"}}]}}]}}"#
        ))
    });
    let jobs = client.jobs().list().recursive().await.unwrap();
    assert_eq!(jobs.len(), 2, "what the root shows, and what the folder shows");
}
