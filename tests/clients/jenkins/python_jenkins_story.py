"""The life of a job through python-jenkins, with a password, and so with crumbs."""

import sys

import jenkins

from common import check, equal, until
from story import FREESTYLE, GUEST, GUEST_TOKEN, PASSWORD, PIPELINE, USER, says

URL = sys.argv[1]
JOB = "infra/python-jenkins"


def main():
    server = jenkins.Jenkins(URL, username=USER, password=PASSWORD)
    equal(server.get_whoami()["id"], USER, "who I am")
    equal(server.get_version(), "2.541.3", "the version")

    server.create_job(JOB, PIPELINE)
    check(server.job_exists(JOB), f"{JOB} does not exist after its creation")
    refused(lambda: server.create_job(JOB, PIPELINE), "already exists", "a job that exists")
    equal(server.get_job_config(JOB), PIPELINE, "the configuration")
    names = [job["fullname"] for job in server.get_all_jobs()]
    check(JOB in names, f"{JOB} is not among {names}")

    running = started(server, {"GROUP": "web", "DESIRED": "5", "WAIT": "120"})
    info = server.get_build_info(JOB, running)
    equal((info["building"], info["result"]), (True, None), "a build that runs")
    until("line of the console", lambda: "5 members" in server.get_build_console_output(JOB, running))
    server.stop_build(JOB, running)
    equal(ended(server, running)["result"], "ABORTED", "a build that was stopped")
    says(server.get_build_console_output(JOB, running), "Aborted by Alice", "Finished: ABORTED")

    done = started(server, {"GROUP": "api", "DESIRED": "3"})
    info = ended(server, done)
    equal(info["result"], "SUCCESS", "a build that was left alone")
    parameters = {one["name"]: one["value"] for action in info["actions"] for one in action.get("parameters", [])}
    equal(parameters, {"GROUP": "api", "DESIRED": "3", "WAIT": "0"}, "the parameters")
    says(server.get_build_console_output(JOB, done), "api is to have 3 members", "Finished: SUCCESS")
    equal(server.get_build_artifact_as_bytes(JOB, done, "size.txt"), b"3\n", "the artifact")
    stages = [(stage["name"], stage["status"]) for stage in server.get_build_stages(JOB, done)["stages"]]
    equal(stages, [("Scale", "SUCCESS")], "the stages")
    equal(server.get_build_env_vars(JOB, done)["envMap"]["DESIRED"], "3", "the environment")

    waiting = server.build_job(JOB, {"GROUP": "web", "WAIT": "1", "delay": "600sec"})
    queued = [item["id"] for item in server.get_queue_info()]
    equal(queued, [waiting], "the queue")
    server.cancel_queue(waiting)
    equal(server.get_queue_item(waiting)["cancelled"], True, "an item that was cancelled")
    equal(server.get_queue_info(), [], "the queue after that")

    server.disable_job(JOB)
    refused(lambda: server.build_job(JOB, {"GROUP": "web"}), "409", "a build of a disabled job")
    server.enable_job(JOB)
    guest = jenkins.Jenkins(URL, username=GUEST, password=GUEST_TOKEN)
    refused(lambda: guest.build_job(JOB, {"GROUP": "web"}), "403", "a build without the permission")
    wrong = jenkins.Jenkins(URL, username=USER, password="wrong")
    refused(wrong.get_jobs, "401", "a wrong password")

    equal([node["name"] for node in server.get_nodes()], ["Built-In Node"], "the nodes")
    server.create_node("far", numExecutors=2)
    server.disable_node("far")
    check(server.get_node_info("far")["offline"], "the node is online after it was disabled")
    server.delete_node("far")
    check(not server.node_exists("far"), "the node is still there after it was deleted")

    server.create_job("python-jenkins-free", FREESTYLE)
    server.rename_job("python-jenkins-free", "python-jenkins-renamed")
    server.copy_job("python-jenkins-renamed", "python-jenkins-copy")
    number = until("build", lambda item=server.build_job("python-jenkins-copy"): number_of(server, item))
    until("end", lambda: not server.get_build_info("python-jenkins-copy", number)["building"])
    says(server.get_build_console_output("python-jenkins-copy", number), "build 1 of python-jenkins-copy")
    for job in ("python-jenkins-renamed", "python-jenkins-copy", JOB):
        server.delete_job(job)
        check(not server.job_exists(job), f"{job} is still there after it was deleted")
    print("python-jenkins: create, trigger, follow, console, stop, artifact, stages, queue, cancel, nodes, rename, copy, delete")


def number_of(server, item):
    executable = server.get_queue_item(item).get("executable")
    return executable and executable["number"]


def started(server, parameters):
    item = server.build_job(JOB, parameters)
    return until("build of the item", lambda: number_of(server, item))


def ended(server, number):
    def over():
        info = server.get_build_info(JOB, number)
        return None if info["building"] else info

    return until(f"end of build {number}", over)


def refused(call, wanted, what):
    try:
        call()
    except Exception as error:  # requests' errors come through as they are
        check(wanted in str(error), f"{what}: {error} does not say {wanted}")
        return
    check(False, f"{what} was not refused")


main()
