//! Asking people, and taking their answers.

use super::failure::Failure;
use super::groovy::Value;
use super::input::Input;
use super::run::{Flow, Wait};
use super::user::hex;
use super::{BuildId, ParameterValue, StageStatus, World};
use crate::config::{Parameter, ParameterKind};
use crate::refusal::Refusal;
use crate::script::{Call, Expr};

impl World {
    pub(super) fn ask(
        &mut self,
        id: BuildId,
        call: &Call,
        into: Option<Vec<String>>,
    ) -> Result<Flow, Failure> {
        let made = hex(&mut self.rng, 32);
        let now = self.now;
        let Some(build) = self.build_mut(id) else { return Ok(Flow::Wait) };
        let message = call.argument("message").map(|expr| build.evaluate(expr)).transpose()?;
        let message = message.map(|value| value.text()).unwrap_or_default();
        let text = |name: &str, default: &str| {
            let value = build.evaluate_named(call, name)?;
            Ok(if value.is_empty() { default.to_owned() } else { value })
        };
        let name = text("id", &made)?;
        let proceed = text("ok", "Proceed")?;
        let submitters = text("submitter", "")?;
        let parameters = match call.named("parameters") {
            Some(Expr::List(list)) => list
                .iter()
                .filter_map(|one| match one {
                    Expr::Call(call) => Parameter::of_call(call),
                    _ => None,
                })
                .collect(),
            _ => Vec::new(),
        };
        build.print_line(&message);
        build.print_line(&if parameters.is_empty() {
            format!("{proceed} or Abort")
        } else {
            "Input requested".to_owned()
        });
        let input = Input {
            id: capitalised(&name),
            message,
            proceed,
            parameters,
            submitters: submitters
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
            asked: now,
            branch: build.run.as_ref().map_or(0, |run| run.now.id),
            into,
        };
        build.inputs.push(input);
        build.wait(Wait::Input);
        if let Some(stage) = build.stage_mut() {
            stage.status = StageStatus::Paused;
        }
        Ok(Flow::Wait)
    }

    /// Somebody answers: with values, or with no.
    pub(crate) fn answer_input(
        &mut self,
        id: BuildId,
        input: &str,
        by: &str,
        values: Option<&[(String, String)]>,
    ) -> Result<(), Refusal> {
        let name = self.full_name(by);
        let now = self.now;
        let administrator =
            !self.is_secured() || self.users.get(by).is_some_and(|user| user.permissions.is_none());
        let build = self.build_mut(id).ok_or_else(Refusal::not_found)?;
        let at = build.inputs.iter().position(|known| known.id.eq_ignore_ascii_case(input));
        let at = at.ok_or_else(Refusal::not_found)?;
        let Some(known) = build.inputs.get(at) else { return Err(Refusal::not_found()) };
        let allowed =
            known.submitters.is_empty() || administrator || known.submitters.iter().any(|one| one == by);
        if !allowed {
            let message = format!(
                "You need to be {} (or have Job/Configure permissions) to submit this.",
                known.submitters.join(", ")
            );
            return Err(Refusal::failure(message));
        }
        let answers = values.map(|values| answers(&known.parameters, values)).transpose()?;
        let input = build.inputs.remove(at);
        let waited = api_sim::between(input.asked, now);
        if let Some(run) = build.run.as_mut() {
            run.turn_to(input.branch);
        }
        if let Some(stage) = build.stage_mut() {
            stage.status = StageStatus::InProgress;
            stage.paused += waited;
        }
        let Some(answers) = answers else {
            build.print_line(&format!("Rejected by {name}"));
            self.resume(id, Some(Failure::interrupted()));
            return Ok(());
        };
        build.print_line(&format!("Approved by {name}"));
        let value = match answers.as_slice() {
            [] => Value::Null,
            [(_, value)] => value.clone(),
            _ => Value::Map(answers),
        };
        build.assign(&input.into.unwrap_or_default(), value);
        self.resume(id, None);
        self.touch();
        Ok(())
    }
}

/// The values of the parameters that were sent. The others have none: Jenkins fills in no default.
fn answers(parameters: &[Parameter], sent: &[(String, String)]) -> Result<Vec<(String, Value)>, Refusal> {
    let value = |(name, text): &(String, String)| {
        let Some(parameter) = parameters.iter().find(|one| one.name == *name) else {
            return Err(Refusal::exception(format!(
                "java.lang.IllegalArgumentException: No such parameter definition: {name}"
            )));
        };
        let value = ParameterValue::of(parameter, text)?.value;
        let value = match parameter.kind {
            ParameterKind::Boolean => Value::Boolean(value == "true"),
            _ => Value::Text(value),
        };
        Ok((name.clone(), value))
    };
    sent.iter().map(value).collect()
}

fn capitalised(id: &str) -> String {
    let mut letters = id.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}
