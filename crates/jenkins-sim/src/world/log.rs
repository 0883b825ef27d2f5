//! A build's console text, and the raw log that its offsets count.

/// The raw log is larger than its text: it holds notes, which make hyperlinks and folding of the page. Offsets of
/// progressive reads count the raw log, so clients must take them as opaque.
#[derive(Debug, Clone, Default)]
pub(crate) struct Log {
    text: Vec<u8>,
    /// For each note, where in the text it stands, and the length of all notes up to and with it.
    notes: Vec<(usize, usize)>,
}

/// The length of a note in the raw log.
const NOTE: usize = 168;

impl Log {
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Appends text with a note before it.
    pub(crate) fn append_noted(&mut self, text: &str) {
        let hidden = self.hidden() + NOTE;
        self.notes.push((self.text.len(), hidden));
        self.append(text.as_bytes());
    }

    pub(crate) fn append(&mut self, text: &[u8]) {
        self.text.extend_from_slice(text);
    }

    fn hidden(&self) -> usize {
        self.notes.last().map_or(0, |(_, hidden)| *hidden)
    }

    /// The length of the raw log.
    pub(crate) fn size(&self) -> usize {
        self.text.len() + self.hidden()
    }

    /// The text from an offset in the raw log on. One beyond the end begins anew.
    pub(crate) fn from(&self, offset: usize) -> &[u8] {
        if offset > self.size() {
            return &self.text;
        }
        let before = self.notes.partition_point(|(at, hidden)| at + hidden <= offset);
        let hidden = before.checked_sub(1).and_then(|at| self.notes.get(at)).map_or(0, |(_, hidden)| *hidden);
        // An offset within a note stands where the note does.
        let limit = self.notes.get(before).map_or(self.text.len(), |(at, _)| *at);
        self.text.get((offset - hidden).min(limit)..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_counts_the_raw_log() {
        let mut log = Log::default();
        log.append_noted("Started by user alice\n");
        let first = log.size();
        assert_eq!(first, 22 + NOTE);
        assert_eq!(log.from(first), b"");
        log.append(b"one\n");
        log.append_noted("two\n");
        assert_eq!(log.from(first), b"one\ntwo\n");
        assert_eq!(log.from(first + 4), b"two\n");
        assert_eq!(log.from(first + 4 + NOTE + 1), b"wo\n");
        assert_eq!(log.from(0), log.text());
        assert_eq!(log.from(log.size() + 1), log.text(), "beyond the end begins anew");
    }
}
