"""What the three clients' stories share: who logs in, the job, and what its console must say."""

from common import check

USER, PASSWORD, TOKEN = "alice", "correct horse", "11aa22bb33cc"
GUEST, GUEST_TOKEN = "guest", "44dd55ee66ff"

# The first command would not end by itself within the test: it is there to be stopped.
PIPELINE = """<?xml version='1.1' encoding='UTF-8'?>
<flow-definition plugin="workflow-job@1505">
  <description>scales a group</description>
  <keepDependencies>false</keepDependencies>
  <properties>
    <hudson.model.ParametersDefinitionProperty>
      <parameterDefinitions>
        <hudson.model.ChoiceParameterDefinition>
          <name>GROUP</name>
          <choices class="java.util.Arrays$ArrayList">
            <a class="string-array"><string>web</string><string>api</string></a>
          </choices>
        </hudson.model.ChoiceParameterDefinition>
        <hudson.model.StringParameterDefinition>
          <name>DESIRED</name><description>how many</description><defaultValue>2</defaultValue><trim>true</trim>
        </hudson.model.StringParameterDefinition>
        <hudson.model.StringParameterDefinition>
          <name>WAIT</name><defaultValue>0</defaultValue>
        </hudson.model.StringParameterDefinition>
      </parameterDefinitions>
    </hudson.model.ParametersDefinitionProperty>
  </properties>
  <definition class="org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition" plugin="workflow-cps@4000">
    <script>pipeline {
    agent any
    stages {
        stage('Scale') {
            steps {
                sh 'echo "$GROUP is to have $DESIRED members"; sleep "$WAIT"; echo "$DESIRED" &gt; size.txt'
                archiveArtifacts 'size.txt'
            }
        }
    }
}</script>
    <sandbox>true</sandbox>
  </definition>
  <disabled>false</disabled>
</flow-definition>
"""

FREESTYLE = """<project>
  <properties/>
  <builders>
    <hudson.tasks.Shell><command>echo "build $BUILD_NUMBER of $JOB_NAME"</command></hudson.tasks.Shell>
  </builders>
  <publishers/>
</project>
"""


def says(console, *texts):
    for text in texts:
        check(text in console, f"the console does not say {text!r}:\n{console}")
