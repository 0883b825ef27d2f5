"""The life of a job through jenkinsapi, with a password, and so with crumbs."""

import sys

from jenkinsapi.custom_exceptions import JenkinsAPIException, NotFound
from jenkinsapi.jenkins import Jenkins

from common import check, equal, until
from story import FREESTYLE, PASSWORD, PIPELINE, USER, says

URL = sys.argv[1]
JOB = "jenkinsapi"


def main():
    server = Jenkins(URL, username=USER, password=PASSWORD, use_crumb=True, lazy=True)
    equal(server.version, "2.541.3", "the version")

    job = server.create_job(JOB, PIPELINE)
    check(JOB in server, f"{JOB} does not exist after its creation")
    equal(sorted(job.get_params_list()), ["DESIRED", "GROUP", "WAIT"], "the parameters")
    equal(job.get_config(), PIPELINE, "the configuration")

    build = started(job, {"GROUP": "web", "DESIRED": "5", "WAIT": "120"})
    check(build.is_running(), "the build does not run")
    until("line of the console", lambda: "5 members" in build.get_console())
    check(build.stop(), "the build could not be stopped")
    build.block_until_complete(delay=1)
    build.poll()
    equal(server[JOB].get_build(build.get_number()).get_status(), "ABORTED", "a build that was stopped")

    build = started(job, {"GROUP": "api", "DESIRED": "3"})
    says("".join(build.stream_logs(interval=0.1)), "api is to have 3 members", "Finished: SUCCESS")
    build = server[JOB].get_build(build.get_number())
    equal(build.get_status(), "SUCCESS", "a build that was left alone")
    equal(build.get_params(), {"GROUP": "api", "DESIRED": "3", "WAIT": "0"}, "the parameters of the build")
    equal([artifact.filename for artifact in build.get_artifacts()], ["size.txt"], "the artifacts")
    equal(server[JOB].get_last_good_buildnumber(), build.get_number(), "the last that succeeded")

    item = job.invoke(build_params={"GROUP": "web"}, quiet_period=600)
    equal([item.queue_id], list(server.get_queue().keys()), "the queue")
    server.get_queue().delete_item(item)
    equal(list(server.get_queue().keys()), [], "the queue after it was cancelled")

    free = server.create_job("jenkinsapi-free", FREESTYLE)
    build = started(free, None)
    build.block_until_complete(delay=1)
    says(build.get_console(), "build 1 of jenkinsapi-free")
    free.disable()
    check(not server["jenkinsapi-free"].is_enabled(), "the job is enabled after it was disabled")
    try:
        free.invoke()
        check(False, "a build of a disabled job was not refused")
    except JenkinsAPIException as error:
        check("409" in str(error), f"{error} does not say 409")

    for name in ("jenkinsapi-free", JOB):
        server.delete_job(name)
        check(name not in Jenkins(URL, username=USER, password=PASSWORD), f"{name} is still there")
    try:
        server.get_job(JOB)
        check(False, "a job that was deleted is found")
    except (NotFound, KeyError):
        pass
    print("jenkinsapi: create, trigger, follow, console, stop, artifacts, queue, cancel, disable, delete")


def started(job, parameters):
    item = job.invoke(build_params=parameters)
    return item.block_until_building(delay=0.1)


main()
