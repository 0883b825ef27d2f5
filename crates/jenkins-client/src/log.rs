//! Console text, line by line.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use api_transport::{Bytes, Request, RequestFailure, StreamedResponse};
use futures_util::stream::{BoxStream, Stream, StreamExt, try_unfold};
use tokio::time::{Instant, sleep};

use crate::client::Client;
use crate::error::{Error, says_html};
use crate::models::Build;
use crate::outage::Outage;

/// The longest line that is kept together; a longer one comes in parts, so that memory stays flat.
const LONGEST_LINE: usize = 1 << 20;

/// Pauses between two looks at a log that grows: the first, and the longest while nothing comes.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(3));

/// How long a log that says that it will grow may stay as it is before the build is asked whether it is over: some logs are
/// never closed.
const QUIET: Duration = Duration::from_secs(30);

/// Lines of a console: a [`Stream`] in flat memory. Lines and characters that are cut by the way they are sent are joined, and
/// line ends are left out. Bytes that are not UTF-8 become `U+FFFD`; a line of more than 1 MiB comes in parts.
#[must_use = "a stream does nothing until it is polled"]
pub struct Lines(BoxStream<'static, Result<String, Error>>);

impl Lines {
    /// All lines of a log that is whole.
    pub(crate) fn whole(client: &Client, request: Request) -> Self {
        let log = Log::new(client, request, None);
        Self::of(log)
    }

    /// The lines of a log that may still grow, until it does not. `build` asks for the build that it is of.
    pub(crate) fn growing(client: &Client, request: Request, build: Request, patience: Duration) -> Self {
        Self::of(Log::new(client, request, Some(Growth::new(build, patience))))
    }

    fn of(log: Log) -> Self {
        let lines = try_unfold(log, |mut log| async move {
            let line = log.next().await?;
            Ok(line.map(|line| (line, log)))
        });
        Self(lines.boxed())
    }
}

impl Stream for Lines {
    type Item = Result<String, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

/// A log that is read.
struct Log {
    client: Client,
    request: Request,
    body: Option<StreamedResponse>,
    chunk: Bytes,
    lines: Splitter,
    growth: Option<Growth>,
    over: bool,
}

/// Where in a growing log the reading is.
struct Growth {
    /// Where the text that is being read starts. Offsets are positions in the raw log, not in the text.
    start: u64,
    /// Where the text after it will start.
    next: u64,
    /// Whether there will be more.
    more: bool,
    /// Bytes of the text from `start` that were taken.
    taken: usize,
    /// Bytes at the beginning of the answer that were taken before a connection broke.
    skip: usize,
    pause: Duration,
    outage: Outage,
    /// Asks for the build, and since when there has been no text and no such look.
    build: Request,
    quiet_since: Instant,
}

impl Growth {
    fn new(build: Request, patience: Duration) -> Self {
        Self {
            start: 0,
            next: 0,
            more: true,
            taken: 0,
            skip: 0,
            pause: PAUSES.0,
            outage: Outage::new(patience),
            build,
            quiet_since: Instant::now(),
        }
    }
}

impl Log {
    fn new(client: &Client, request: Request, growth: Option<Growth>) -> Self {
        Self {
            client: client.clone(),
            request,
            body: None,
            chunk: Bytes::new(),
            lines: Splitter::default(),
            growth,
            over: false,
        }
    }

    async fn next(&mut self) -> Result<Option<String>, Error> {
        loop {
            if let Some(line) = self.lines.next(&mut self.chunk) {
                return Ok(Some(line));
            }
            if self.over {
                return Ok(self.lines.rest());
            }
            match self.more().await {
                Ok(()) => {}
                // What cannot be read again from where it broke off is lost.
                Err(failure) => match &mut self.growth {
                    Some(growth) => {
                        self.body = None;
                        sleep(growth.outage.bear(failure.into())?).await;
                    }
                    None => return Err(failure.into()),
                },
            }
        }
    }

    /// Reads one chunk, or opens the next piece of the log.
    async fn more(&mut self) -> Result<(), RequestFailure> {
        let Some(body) = &mut self.body else {
            return self.open().await;
        };
        if let Some(chunk) = body.next().await {
            let mut chunk = chunk?;
            if let Some(growth) = &mut self.growth {
                let known = growth.skip.min(chunk.len());
                growth.skip -= known;
                chunk = chunk.slice(known..);
                growth.taken += chunk.len();
                // A connection that breaks at the same place again and again brings nothing.
                if !chunk.is_empty() {
                    growth.outage.end();
                }
            }
            self.chunk = chunk;
            return Ok(());
        }
        self.body = None;
        let Some(growth) = &mut self.growth else {
            self.over = true;
            return Ok(());
        };
        growth.outage.end();
        if growth.taken > 0 {
            (growth.pause, growth.quiet_since) = (PAUSES.0, Instant::now());
        } else {
            growth.pause = (growth.pause * 3 / 2).min(PAUSES.1);
        }
        (growth.start, growth.taken, growth.skip) = (growth.next, 0, 0);
        if growth.more && growth.quiet_since.elapsed() >= QUIET {
            growth.quiet_since = Instant::now();
            let build = self.client.http().send(&growth.build).await?;
            growth.more = !build.json::<Build>(growth.build.attempting())?.is_over();
        }
        if growth.more {
            sleep(growth.pause).await;
        } else {
            self.over = true;
        }
        Ok(())
    }

    async fn open(&mut self) -> Result<(), RequestFailure> {
        let Some(growth) = &mut self.growth else {
            self.body = Some(text_of(&self.client, &self.request).await?);
            return Ok(());
        };
        let request = self.request.clone().query("start", growth.start);
        let answer = text_of(&self.client, &request).await?;
        growth.more = header(&answer, "x-more-data").is_some_and(|more| more.eq_ignore_ascii_case("true"));
        let size = header(&answer, "x-text-size").and_then(|size| size.parse::<u64>().ok());
        // Without the header there is no way to read on.
        growth.next = size.unwrap_or(growth.start);
        growth.more &= size.is_some();
        if growth.next < growth.start {
            // A start beyond the end is answered with the whole text, which was read before.
            growth.start = growth.next;
            growth.taken = 0;
            sleep(growth.pause).await;
            return Ok(());
        }
        growth.skip = growth.taken;
        self.body = Some(answer);
        Ok(())
    }
}

/// Asks for text. A page in its place comes from a proxy in front of Jenkins.
async fn text_of(client: &Client, request: &Request) -> Result<StreamedResponse, RequestFailure> {
    let answer = client.http().stream(request).await?;
    if says_html(answer.headers()) {
        return Err(answer.not_understood(request, "it is a web page").await);
    }
    Ok(answer)
}

fn header<'a>(answer: &'a StreamedResponse, name: &str) -> Option<&'a str> {
    answer.headers().get(name)?.to_str().ok()
}

/// Makes lines of chunks.
#[derive(Default)]
struct Splitter {
    partial: Vec<u8>,
}

impl Splitter {
    /// The next line that ends in `chunk`, which is then shorter. None when all of it was taken.
    fn next(&mut self, chunk: &mut Bytes) -> Option<String> {
        if chunk.is_empty() {
            return None;
        }
        let end = chunk.iter().position(|byte| *byte == b'\n');
        let piece = chunk.split_to(end.unwrap_or(chunk.len()));
        self.partial.extend_from_slice(&piece);
        if end.is_some() {
            drop(chunk.split_to(1));
            let line = std::mem::take(&mut self.partial);
            return Some(text(line.strip_suffix(b"\r").unwrap_or(&line)));
        }
        if self.partial.len() < LONGEST_LINE {
            return None;
        }
        let rest = self.partial.split_off(boundary(&self.partial));
        Some(text(&std::mem::replace(&mut self.partial, rest)))
    }

    /// What has no line end.
    fn rest(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.partial);
        (!line.is_empty()).then(|| text(&line))
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}

/// The last place at which no character is cut.
fn boundary(bytes: &[u8]) -> usize {
    let last = bytes.len().saturating_sub(4);
    let cut = (last..bytes.len()).rev().find(|at| bytes[*at] & 0xC0 != 0x80);
    cut.filter(|at| bytes[*at] >= 0xC0).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(chunks: &[&[u8]]) -> Vec<String> {
        let mut splitter = Splitter::default();
        let mut lines = Vec::new();
        for chunk in chunks {
            let mut chunk = Bytes::copy_from_slice(chunk);
            while let Some(line) = splitter.next(&mut chunk) {
                lines.push(line);
            }
            assert!(chunk.is_empty());
        }
        lines.extend(splitter.rest());
        lines
    }

    #[test]
    fn every_cut_of_a_text_gives_the_same_lines() {
        let text = "eins\nzwei ü€𝄞\r\n\nvier".as_bytes();
        let whole = lines(&[text]);
        assert_eq!(whole, ["eins", "zwei ü€𝄞", "", "vier"]);
        for at in 0..text.len() {
            assert_eq!(lines(&[&text[..at], &text[at..]]), whole, "cut at {at}");
        }
        assert!(lines(&[b""]).is_empty());
        assert_eq!(lines(&[b"a\xff\n"]), ["a\u{fffd}"]);
    }

    #[test]
    fn a_line_that_is_too_long_comes_in_parts_between_characters() {
        let long = "€".repeat(LONGEST_LINE);
        let parts = lines(&long.as_bytes().chunks(10_000).collect::<Vec<_>>());
        assert!(parts.len() > 2);
        assert_eq!(parts.concat(), long);
    }
}
