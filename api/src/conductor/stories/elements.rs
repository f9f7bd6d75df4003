//! Stories in a stream of JSON: each is handed over as soon as its last brace has arrived.
//!
//! What a model sends is never trusted to be what was asked for. A list may stand in an object, in a code fence, between
//! prose, or be no list at all; a story may be broken or endless. The reader works character by character and keeps
//! no more than one story's text, so that every way of cutting the stream gives the same stories.

use super::mending;

/// The most that one story may be.
pub const MAX_ELEMENT_BYTES: usize = 64 * 1024;
/// How deep an answer may be nested; a story needs four levels.
const MAX_DEPTH: usize = 32;
/// How much of a key is kept: enough to know a list of stories by it.
const MAX_KEY_BYTES: usize = 32;
/// What a list of stories is called.
const LISTS: [&str; 6] = ["stories", "proposals", "user_stories", "userstories", "backlog", "items"];

/// Something that stands where a story is due.
#[derive(Debug, Clone, PartialEq)]
pub struct Element {
    /// Its text as received; the beginning of it where it was too large.
    pub text: String,
    /// What it holds, or why nobody can tell.
    pub value: Result<serde_json::Value, &'static str>,
}

/// Why nobody can tell what an element holds.
pub const TOO_LARGE: &str = "it is larger than a story may be (64 KiB)";
/// It is no JSON.
pub const NO_JSON: &str = "it is no valid JSON";
/// It is text or a number.
pub const NO_OBJECT: &str = "it is no JSON object";
/// Its end never came.
pub const BROKEN_OFF: &str = "the answer broke off in the middle of it";
/// It is nested without end.
pub const TOO_DEEP: &str = "it is nested too deeply";

/// Reads a stream.
#[derive(Debug, Default)]
pub struct ElementReader {
    frames: Vec<Frame>,
    mode: Mode,
    /// A bracket that opened outside of everything, and that may be prose yet.
    opening: bool,
    /// The text of the element that is being read.
    text: String,
    /// Which frame the element is; everything within it is its own.
    element: Option<usize>,
    fault: Option<&'static str>,
    key: String,
    /// Nothing that comes can be understood any more.
    lost: bool,
    saw_list: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Frame {
    /// An object; `value` is set between a colon and the comma after it.
    Object { value: bool },
    /// A list of stories.
    List,
    /// Any other array.
    Array,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Mode {
    #[default]
    Between,
    /// In a string; whether the character before was a backslash.
    Quoted { escaped: bool },
    /// In a number or word that stands in a list of stories.
    Bare,
}

impl ElementReader {
    /// Takes a piece of the stream; answers with the elements that end in it.
    pub fn push(&mut self, piece: &str) -> Vec<Element> {
        let mut found = Vec::new();
        for c in piece.chars() {
            self.take(c, &mut found);
        }
        found
    }

    /// Whether there was a list, if only an empty one.
    pub fn saw_list(&self) -> bool {
        self.saw_list
    }

    /// The stream is over; answers with what was not finished.
    pub fn finish(mut self) -> Option<Element> {
        let unfinished = self.element.is_some() && !self.opening && !self.text.trim().is_empty();
        unfinished
            .then(|| Element { text: std::mem::take(&mut self.text), value: Err(self.fault.unwrap_or(BROKEN_OFF)) })
    }

    fn take(&mut self, c: char, found: &mut Vec<Element>) {
        if self.lost {
            return;
        }
        if self.opening && !c.is_whitespace() {
            self.opening = false;
            if self.opens(c) {
                self.saw_list |= self.frames.last() == Some(&Frame::List);
            } else {
                self.forget();
            }
        }
        match self.mode {
            Mode::Quoted { escaped } => {
                self.keep(c);
                self.quoted(c, escaped, found);
            }
            Mode::Bare if matches!(c, ',' | ']' | '}' | '{' | '[' | '"') || c.is_whitespace() => {
                self.mode = Mode::Between;
                self.end_element(found);
                self.between(c, found);
            }
            Mode::Bare => self.keep(c),
            Mode::Between => self.between(c, found),
        }
    }

    /// Whether a bracket outside of everything begins JSON when this follows it, and not a remark [like this].
    fn opens(&self, c: char) -> bool {
        match self.frames.last() {
            Some(Frame::Object { .. }) => matches!(c, '"' | '}'),
            _ => matches!(c, '{' | '[' | ']'),
        }
    }

    fn quoted(&mut self, c: char, escaped: bool, found: &mut Vec<Element>) {
        self.mode = Mode::Quoted { escaped: c == '\\' && !escaped };
        if c == '"' && !escaped {
            self.mode = Mode::Between;
            // A string that is itself an element: it stands in a list of stories.
            if self.frames.last() == Some(&Frame::List) && self.element == Some(self.frames.len()) {
                self.end_element(found);
            }
        } else if self.key.len() < MAX_KEY_BYTES {
            self.key.push(c);
        }
    }

    fn between(&mut self, c: char, found: &mut Vec<Element>) {
        let in_list = self.frames.last() == Some(&Frame::List) && self.element.is_none();
        match c {
            '"' if !self.frames.is_empty() => {
                if in_list {
                    self.begin_element(self.frames.len());
                }
                self.keep(c);
                self.key.clear();
                self.mode = Mode::Quoted { escaped: false };
            }
            '{' | '[' => self.open(c, in_list),
            '}' | ']' => self.close(c, found),
            ':' | ',' => {
                self.keep(c);
                if let Some(Frame::Object { value }) = self.frames.last_mut() {
                    *value = c == ':';
                }
            }
            c if in_list && !c.is_whitespace() => {
                self.begin_element(self.frames.len());
                self.keep(c);
                self.mode = Mode::Bare;
            }
            c => self.keep(c),
        }
    }

    fn open(&mut self, c: char, in_list: bool) {
        if self.frames.len() >= MAX_DEPTH {
            self.too_deep();
            return;
        }
        let depth = self.frames.len();
        let frame = match (c, self.frames.last()) {
            ('{', None) => {
                self.begin_element(depth);
                Frame::Object { value: false }
            }
            ('{', Some(_)) => {
                if in_list {
                    self.begin_element(depth);
                }
                Frame::Object { value: false }
            }
            (_, None | Some(Frame::List)) => Frame::List,
            (_, Some(Frame::Object { value: true })) if self.names_a_list() => {
                // What was taken for a story is what holds the stories.
                self.forget_element();
                Frame::List
            }
            (_, Some(_)) => Frame::Array,
        };
        self.opening = depth == 0;
        self.saw_list |= frame == Frame::List && depth > 0;
        self.frames.push(frame);
        self.keep(c);
    }

    /// Whether the key that was just read names a list of stories, outside of a story of a list.
    fn names_a_list(&self) -> bool {
        let outermost = self.element.is_none_or(|element| element == 0);
        outermost && LISTS.iter().any(|list| self.key.eq_ignore_ascii_case(list))
    }

    fn close(&mut self, c: char, found: &mut Vec<Element>) {
        let fits = match self.frames.last() {
            Some(Frame::Object { .. }) => c == '}',
            Some(Frame::List | Frame::Array) => c == ']',
            None => return,
        };
        self.keep(c);
        if !fits {
            // One bracket too many, or one too few: within a story it is broken, between stories it is passed over.
            if self.element.is_some() && self.fault.is_none() {
                self.fault = Some(NO_JSON);
            }
            if !self.closes_further_out(c) {
                return;
            }
        }
        self.frames.pop();
        if let Some(Frame::Object { value }) = self.frames.last_mut() {
            *value = false;
        }
        if self.element.is_some_and(|element| element >= self.frames.len()) {
            self.end_element(found);
        }
        self.opening = false;
    }

    /// A bracket that does not fit what is open last may still end what is open before it: then that ends too.
    fn closes_further_out(&mut self, c: char) -> bool {
        let is_end = |frame: &Frame| match frame {
            Frame::Object { .. } => c == '}',
            Frame::List | Frame::Array => c == ']',
        };
        let Some(at) = self.frames.iter().rposition(is_end) else { return false };
        self.frames.truncate(at + 1);
        true
    }

    fn begin_element(&mut self, frame: usize) {
        self.element = Some(frame);
        self.fault = None;
        self.text.clear();
    }

    fn end_element(&mut self, found: &mut Vec<Element>) {
        if self.element.take().is_none() {
            return;
        }
        let text = std::mem::take(&mut self.text);
        let value = match self.fault.take() {
            Some(fault) => Err(fault),
            None => match mending::read(&text) {
                Some(value) if value.is_object() => Ok(value),
                Some(_) => Err(NO_OBJECT),
                None => Err(if text.starts_with('{') { NO_JSON } else { NO_OBJECT }),
            },
        };
        found.push(Element { text, value });
    }

    fn keep(&mut self, c: char) {
        if self.element.is_none() {
            return;
        }
        if self.text.len() + c.len_utf8() > MAX_ELEMENT_BYTES {
            self.fault = Some(TOO_LARGE);
        } else {
            self.text.push(c);
        }
    }

    /// The bracket was prose.
    fn forget(&mut self) {
        self.frames.clear();
        self.forget_element();
    }

    fn forget_element(&mut self) {
        self.element = None;
        self.fault = None;
        self.text.clear();
    }

    fn too_deep(&mut self) {
        self.lost = true;
        self.fault = Some(TOO_DEEP);
        if self.element.is_none() {
            self.begin_element(0);
            self.fault = Some(TOO_DEEP);
            self.text.push('…');
        }
    }
}
