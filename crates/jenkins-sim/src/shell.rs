//! A model of a shell: what simple commands would print, without a process.

use std::collections::BTreeMap;
use std::time::Duration;

/// A shell that is at some point of a script.
#[derive(Debug, Clone)]
pub(crate) struct ModelShell {
    /// Commands still to come, each with what must be true of the status before it.
    commands: Vec<(Link, String)>,
    at: usize,
    variables: BTreeMap<String, String>,
    status: i32,
    trace: bool,
    stop_at_error: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    Always,
    And,
    Or,
}

/// What a shell did until it had to wait, or ended.
#[derive(Debug, Default)]
pub(crate) struct ShellTurn {
    /// What it printed, and what it traced with `+`.
    pub(crate) output: String,
    pub(crate) traced: String,
    pub(crate) sleep: Option<Duration>,
    /// Its status, when it ended.
    pub(crate) exit: Option<i32>,
}

impl ModelShell {
    pub(crate) fn new(script: &str, variables: BTreeMap<String, String>) -> Self {
        let mut commands = Vec::new();
        for line in script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            split(line, &mut commands);
        }
        Self { commands, at: 0, variables, status: 0, trace: true, stop_at_error: true }
    }

    /// Goes on until the script sleeps or ends.
    pub(crate) fn turn(&mut self, files: &mut BTreeMap<String, Vec<u8>>) -> ShellTurn {
        let mut turn = ShellTurn::default();
        while let Some((link, command)) = self.commands.get(self.at).cloned() {
            self.at += 1;
            let due = match link {
                Link::Always => true,
                Link::And => self.status == 0,
                Link::Or => self.status != 0,
            };
            if !due {
                continue;
            }
            let words = words(&command, &self.variables);
            if self.trace && !words.is_empty() {
                turn.traced.push_str(&format!("+ {}\n", words.join(" ")));
                turn.output.push_str(&format!("+ {}\n", words.join(" ")));
            }
            if let Some(code) = self.command(words, files, &mut turn) {
                turn.exit = Some(code);
                return turn;
            }
            let linked = self.commands.get(self.at).is_some_and(|(link, _)| *link != Link::Always);
            if self.stop_at_error && self.status != 0 && !linked {
                turn.exit = Some(self.status);
                return turn;
            }
            if turn.sleep.is_some() {
                return turn;
            }
        }
        turn.exit = Some(self.status);
        turn
    }

    /// Carries out one command; a code ends the shell.
    fn command(
        &mut self,
        mut words: Vec<String>,
        files: &mut BTreeMap<String, Vec<u8>>,
        turn: &mut ShellTurn,
    ) -> Option<i32> {
        let target = redirection(&mut words);
        let mut printed = String::new();
        let arguments: Vec<&str> = words.iter().skip(1).map(String::as_str).collect();
        self.status = 0;
        match words.first().map(String::as_str) {
            None | Some("true" | ":" | "mkdir" | "cd" | "chmod") => {}
            Some("false") => self.status = 1,
            Some("echo") => printed = arguments.join(" ") + "\n",
            Some("sleep") => {
                let seconds = arguments.first().and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
                turn.sleep = Duration::try_from_secs_f64(seconds).ok();
            }
            Some("exit") => {
                return Some(arguments.first().and_then(|text| text.parse().ok()).unwrap_or(0));
            }
            Some("set") => self.options(&arguments),
            Some("export") => {
                for word in arguments {
                    self.assign(word);
                }
            }
            Some("cat") => match arguments.first().and_then(|name| files.get(*name)) {
                Some(content) => printed = String::from_utf8_lossy(content).into_owned(),
                None => {
                    let name = arguments.first().copied().unwrap_or_default();
                    turn.output.push_str(&format!("cat: {name}: No such file or directory\n"));
                    self.status = 1;
                }
            },
            Some("test" | "[") => self.status = i32::from(!test(&arguments)),
            Some(word) if is_assignment(word) => {
                let word = word.to_owned();
                self.assign(&word);
            }
            Some(unknown) => {
                turn.output.push_str(&format!("sh: {unknown}: not found\n"));
                self.status = 127;
            }
        }
        match target {
            Some((name, append)) => {
                let file = files.entry(name).or_default();
                if !append {
                    file.clear();
                }
                file.extend_from_slice(printed.as_bytes());
            }
            None => turn.output.push_str(&printed),
        }
        None
    }

    fn options(&mut self, arguments: &[&str]) {
        for argument in arguments {
            let on = argument.starts_with('-');
            if argument.contains('x') {
                self.trace = on;
            }
            if argument.contains('e') {
                self.stop_at_error = on;
            }
        }
    }

    fn assign(&mut self, word: &str) {
        if let Some((name, value)) = word.split_once('=') {
            self.variables.insert(name.to_owned(), value.to_owned());
        }
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    })
}

fn test(arguments: &[&str]) -> bool {
    let arguments: Vec<&str> = arguments.iter().copied().filter(|word| *word != "]").collect();
    let number = |text: &str| text.parse::<i64>().ok();
    match arguments.as_slice() {
        ["-n", text] => !text.is_empty(),
        ["-z"] => true,
        ["-z", text] => text.is_empty(),
        [left, "=" | "==", right] => left == right,
        [left, "!=", right] => left != right,
        [left, operator, right] => match (number(left), *operator, number(right)) {
            (Some(left), "-eq", Some(right)) => left == right,
            (Some(left), "-ne", Some(right)) => left != right,
            (Some(left), "-lt", Some(right)) => left < right,
            (Some(left), "-le", Some(right)) => left <= right,
            (Some(left), "-gt", Some(right)) => left > right,
            (Some(left), "-ge", Some(right)) => left >= right,
            _ => false,
        },
        [text] => !text.is_empty(),
        _ => false,
    }
}

/// Takes `> file` and `>> file` off the end.
fn redirection(words: &mut Vec<String>) -> Option<(String, bool)> {
    let at = words.iter().position(|word| word == ">" || word == ">>")?;
    let append = words.get(at).is_some_and(|word| word == ">>");
    let name = words.get(at + 1).cloned();
    words.truncate(at);
    name.map(|name| (name, append))
}

/// Splits a line at `;`, `&&` and `||` that stand outside quotes.
fn split(line: &str, commands: &mut Vec<(Link, String)>) {
    let mut link = Link::Always;
    let mut current = String::new();
    let mut quote = None;
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        let (mark, length) = match (quote, character) {
            (None, '\'' | '"') => {
                quote = Some(character);
                (None, 1)
            }
            (Some(open), close) if open == close => {
                quote = None;
                (None, 1)
            }
            (None, ';') => (Some(Link::Always), 1),
            (None, '&') if rest.starts_with("&&") => (Some(Link::And), 2),
            (None, '|') if rest.starts_with("||") => (Some(Link::Or), 2),
            _ => (None, character.len_utf8()),
        };
        let (taken, left) = rest.split_at(length);
        rest = left;
        match mark {
            Some(next) => {
                commands.push((link, std::mem::take(&mut current)));
                link = next;
            }
            None => current.push_str(taken),
        }
    }
    commands.push((link, current));
}

/// The words of a command, with quotes taken off and variables put in.
fn words(command: &str, variables: &BTreeMap<String, String>) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = command.chars().peekable();
    while let Some(character) = characters.next() {
        match (quote, character) {
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            (None, '\'' | '"') => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            (Some(open), close) if open == close => quote = None,
            (None | Some('"'), '$') => {
                let mut name = String::new();
                let braced = characters.next_if_eq(&'{').is_some();
                while let Some(next) = characters.next_if(|c| c.is_ascii_alphanumeric() || *c == '_') {
                    name.push(next);
                }
                if braced {
                    characters.next_if_eq(&'}');
                }
                let value = variables.get(&name).map_or("", String::as_str);
                // An unquoted variable that is empty makes no word.
                if quote.is_some() || !value.is_empty() || word.is_some() {
                    word.get_or_insert_default().push_str(value);
                }
            }
            (None | Some('"'), '\\') => {
                word.get_or_insert_default().extend(characters.next());
            }
            (_, other) => word.get_or_insert_default().push(other),
        }
    }
    words.extend(word);
    words
}
