"""The life of a job through api4jenkins, with an API token."""

import sys

from api4jenkins import Jenkins
from api4jenkins.exceptions import BadRequestError, ItemNotFoundError

from common import check, equal, until
from story import PIPELINE, TOKEN, USER, says

URL = sys.argv[1]
JOB = "infra/api4jenkins"

DECLARATIVE = "pipeline { agent any\n stages { stage('One') { steps { echo 'one' } } } }"
ASKING = PIPELINE.replace("archiveArtifacts 'size.txt'", "input message: 'Go on?', id: 'go-on'")


def main():
    server = Jenkins(URL, auth=(USER, TOKEN))
    equal(server.version, "2.541.3", "the version")
    equal(server.user.full_name, "Alice", "who I am")

    server.create_job(JOB, PIPELINE)
    job = server.get_job(JOB)
    equal(type(job).__name__, "WorkflowJob", "the kind of the job")
    refused(BadRequestError, "A job already exists", lambda: server.create_job(JOB, PIPELINE))
    equal({one["name"] for one in job.get_parameters()}, {"GROUP", "DESIRED", "WAIT"}, "the parameters")

    build = started(server, GROUP="web", DESIRED="5", WAIT="120")
    check(build.building, "the build does not run")
    equal({one.name: one.value for one in build.get_parameters()}["DESIRED"], "5", "a parameter of the build")
    until("line of the console", lambda: "5 members" in "\n".join(build.console_text()))
    build.stop()
    until("end of the build", lambda: not build.building)
    equal(build.result, "ABORTED", "a build that was stopped")

    build = started(server, GROUP="api", DESIRED="3")
    says("\n".join(build.progressive_output()), "api is to have 3 members", "Finished: SUCCESS")
    equal(build.result, "SUCCESS", "a build that was left alone")
    equal([artifact.name for artifact in build.artifacts], ["size.txt"], "the artifacts")
    equal(job.get_last_successful_build(), build, "the last that succeeded")

    item = job.build(GROUP="web", delay="600sec")
    again = job.build(GROUP="web", delay="600sec")
    equal(again.id, item.id, "the item of a trigger that was waiting already")
    item.cancel()
    equal(item.api_json()["cancelled"], True, "an item that was cancelled")

    job.configure(ASKING)
    build = started(server, GROUP="api", DESIRED="4")
    pending = until("question", build.get_pending_input)
    pending.submit()
    until("end of the build", lambda: not build.building)
    equal(build.result, "SUCCESS", "a build that was let go on")

    equal(server.validate_jenkinsfile(DECLARATIVE).strip(), "Jenkinsfile successfully validated.", "a Jenkinsfile")
    says(server.validate_jenkinsfile("pipeline { agent any }"), "Errors encountered", "stages")
    domain = server.credentials.global_domain
    domain.create(
        "<org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl><scope>GLOBAL</scope><id>cloud</id>"
        "<description>a token</description><secret>hush</secret>"
        "</org.jenkinsci.plugins.plaincredentials.impl.StringCredentialsImpl>"
    )
    check("hush" not in domain.get("cloud").configure(), "the secret is shown")
    domain.get("cloud").delete()
    equal(domain.get("cloud"), None, "a credential that was deleted")
    check(server.nodes.get("Built-In Node") is not None, "there is no built-in node")
    check(any(plugin.short_name == "workflow-job" for plugin in server.plugins), "there is no plugin for pipelines")

    job.rename("api4jenkins-renamed")
    server.delete_job("infra/api4jenkins-renamed")
    equal(server.get_job("infra/api4jenkins-renamed"), None, "a job that was deleted")
    refused(ItemNotFoundError, "404", lambda: job.api_json())
    print("api4jenkins: create, trigger, follow, console, stop, artifacts, cancel, input, credentials, rename, delete")


def started(server, **parameters):
    item = server.build_job(JOB, **parameters)
    return until("build of the item", item.get_build)


def refused(kind, wanted, call):
    try:
        call()
    except kind as error:
        check(wanted in str(error), f"{error} does not say {wanted}")
        return
    check(False, f"{wanted}: was not refused")


main()
