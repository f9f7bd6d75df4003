//! A generation: stories out of one answer, or several when it was cut, and one turn to mend what can't be used.
//!
//! Each story is handed over the moment it is whole. Whatever happens afterwards, it stays; what could not be used
//! is named with its place and our reason.

use std::collections::{BTreeSet, VecDeque};

use konductro_domain::conductor::{FinishKind, LanguageModel, ModelFailure, ModelFailureKind, Request, Usage, Work};
use konductro_domain::story_review::UnusableElement;
use tokio::sync::watch;

use super::asking::{Asking, head, tail};
use super::drafted::Drafted;
use super::elements::{Element, ElementReader};
use crate::conductor::outcome::TurnEnd;
use crate::conductor::prompt::{go_on, mend};

/// The most stories that one generation brings.
pub const MOST_STORIES: usize = 1_000;
/// How often a cut answer is gone on with.
const CONTINUATIONS: u32 = 4;
/// How much of its own answer a model is shown again.
const SHOWN_AGAIN: usize = 48 * 1024;
/// How much of one unusable part is shown again, and of how many.
const SHOWN_OF_ONE: usize = 8 * 1024;
const MENDED_AT_ONCE: usize = 40;
/// How many unusable parts are named one by one.
const NAMED: usize = 200;

const TOO_MANY: &str = "a generation brings at most 1,000 stories";
const NO_STORY: &str = "there was no story in the answer";

/// A story that the generation brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposed {
    /// Its place in what was written, from 0.
    pub ordinal: u32,
    /// What it is called in this generation: no other story of it is called so.
    pub name: String,
    /// The story.
    pub story: Drafted,
}

/// How a generation ended; its stories were handed over before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generated {
    /// How it ended. What was cut for good has failed: it can be gone on with.
    pub end: TurnEnd,
    /// What was no story, in the order it was written.
    pub unusable: Vec<UnusableElement>,
    /// What it consumed.
    pub usage: Usage,
    /// The model that the endpoint says it used.
    pub model_returned: Option<String>,
}

/// Runs a generation. `stop` turning true ends it at once, with what had arrived.
pub async fn propose(
    model: &dyn LanguageModel,
    request: Request,
    stop: watch::Receiver<bool>,
    sink: &mut (impl FnMut(Proposed) + Send),
) -> Generated {
    let mut asking = Asking::new(model, stop);
    let mut harvest = Harvest::of(&request);
    let end = gather(&mut asking, &request, &mut harvest, sink).await;
    let (usage, model_returned) = asking.close();
    Generated { end, unusable: harvest.unusable(), usage, model_returned }
}

async fn gather(
    asking: &mut Asking<'_>,
    request: &Request,
    harvest: &mut Harvest,
    sink: &mut (impl FnMut(Proposed) + Send),
) -> TurnEnd {
    let mut prompt = request.prompt.clone();
    let mut continued = 0;
    let answered = loop {
        let before = harvest.arrived.len();
        let (end, text) =
            asking.ask(Request { prompt: prompt.clone(), ..request.clone() }, |piece| harvest.hear(piece, sink)).await;
        let cut = end == TurnEnd::Completed(FinishKind::Truncated);
        let goes_on = cut && continued < CONTINUATIONS && harvest.arrived.len() > before;
        harvest.end_answer(goes_on);
        if goes_on {
            continued += 1;
            prompt = go_on(&request.prompt, tail(&text, SHOWN_AGAIN), &harvest.arrived);
            continue;
        }
        match end {
            TurnEnd::Completed(FinishKind::Completed) => break text,
            TurnEnd::Completed(_) => return TurnEnd::Failed(cut_off()),
            end => return end,
        }
    };
    let broken = harvest.to_mend();
    if !broken.is_empty() {
        let shown: String = broken.iter().map(|(text, _)| text.as_str()).collect::<Vec<_>>().join("\n");
        let shown = if shown.trim().is_empty() { tail(&answered, SHOWN_AGAIN) } else { tail(&shown, SHOWN_AGAIN) };
        let prompt = mend(&request.prompt, shown, &broken);
        harvest.mending = true;
        let (end, _) = asking.ask(Request { prompt, ..request.clone() }, |piece| harvest.hear(piece, sink)).await;
        harvest.end_answer(true);
        if end == TurnEnd::Stopped {
            return end;
        }
    }
    if harvest.arrived.is_empty() && !harvest.may_be_empty() {
        return TurnEnd::Failed(no_story());
    }
    TurnEnd::Completed(FinishKind::Completed)
}

/// What has come so far.
struct Harvest {
    reader: ElementReader,
    next: u32,
    names: BTreeSet<String>,
    /// Name and title of each story that was handed over.
    arrived: Vec<(String, String)>,
    broken: VecDeque<Broken>,
    /// What nothing can mend.
    refused: Vec<UnusableElement>,
    mending: bool,
    saw_list: bool,
    has_kept: bool,
}

struct Broken {
    ordinal: u32,
    text: String,
    reason: &'static str,
}

impl Harvest {
    fn of(request: &Request) -> Self {
        // What is kept has its name already.
        let kept: BTreeSet<String> = match &request.work {
            Work::ProposeStories(task) => task.kept.iter().map(|kept| kept.name.clone()).collect(),
            Work::Converse(_) | Work::RefineStory(_) | Work::EnrichStory(_) => BTreeSet::new(),
        };
        Self {
            reader: ElementReader::default(),
            next: 0,
            has_kept: !kept.is_empty(),
            names: kept,
            arrived: Vec::new(),
            broken: VecDeque::new(),
            refused: Vec::new(),
            mending: false,
            saw_list: false,
        }
    }

    fn hear(&mut self, piece: &str, sink: &mut impl FnMut(Proposed)) {
        for element in self.reader.push(piece) {
            self.take(element, sink);
        }
    }

    fn take(&mut self, element: Element, sink: &mut impl FnMut(Proposed)) {
        let ordinal = self.place();
        let read = element.value.and_then(|value| Drafted::read(&value));
        match read {
            Ok(_) if self.arrived.len() >= MOST_STORIES => {
                self.refused.push(UnusableElement { ordinal, reason: TOO_MANY.to_owned() });
            }
            Ok(story) => {
                let name = self.name(&story, ordinal);
                self.arrived.push((name.clone(), story.title.clone()));
                sink(Proposed { ordinal, name, story });
            }
            Err(reason) if self.mending => {
                self.refused.push(UnusableElement { ordinal, reason: reason.to_owned() });
            }
            Err(reason) => self.broken.push_back(Broken { ordinal, text: element.text, reason }),
        }
    }

    /// What is mended keeps the place of what was broken.
    fn place(&mut self) -> u32 {
        let mended = if self.mending { self.broken.pop_front().map(|broken| broken.ordinal) } else { None };
        mended.unwrap_or_else(|| {
            let place = self.next;
            self.next += 1;
            place
        })
    }

    fn name(&mut self, story: &Drafted, ordinal: u32) -> String {
        let own = story.name.clone().filter(|name| !self.names.contains(name));
        let name = own.unwrap_or_else(|| format!("#{ordinal}"));
        self.names.insert(name.clone());
        name
    }

    /// The answer is over; what was cut comes again where the answer is gone on with.
    fn end_answer(&mut self, comes_again: bool) {
        let reader = std::mem::take(&mut self.reader);
        self.saw_list |= reader.saw_list();
        if let Some(Element { text, value: Err(reason) }) = reader.finish().filter(|_| !comes_again) {
            let ordinal = self.place();
            self.broken.push_back(Broken { ordinal, text, reason });
        }
    }

    /// What the model is to write again, with the reason for each.
    fn to_mend(&self) -> Vec<(String, String)> {
        if self.broken.is_empty() && self.arrived.is_empty() && !self.may_be_empty() {
            return vec![(String::new(), NO_STORY.to_owned())];
        }
        let shown = |broken: &Broken| (head(&broken.text, SHOWN_OF_ONE).to_owned(), broken.reason.to_owned());
        self.broken.iter().take(MENDED_AT_ONCE).map(shown).collect()
    }

    /// An empty list is an answer where stories are kept that may cover everything.
    fn may_be_empty(&self) -> bool {
        self.saw_list && self.has_kept
    }

    fn unusable(self) -> Vec<UnusableElement> {
        let broken = self.broken.into_iter();
        let mut all: Vec<UnusableElement> = broken
            .map(|broken| UnusableElement { ordinal: broken.ordinal, reason: broken.reason.to_owned() })
            .chain(self.refused)
            .collect();
        all.sort_by_key(|unusable| unusable.ordinal);
        if all.len() > NAMED {
            let more = all.len() - NAMED;
            all.truncate(NAMED);
            if let Some(last) = all.last_mut() {
                last.reason = format!("{}; {more} more after it could not be used either", last.reason);
            }
        }
        all
    }
}

fn cut_off() -> ModelFailure {
    ModelFailure {
        kind: ModelFailureKind::Interrupted,
        status: None,
        retryable: true,
        detail: "the model used up its length limit before it had proposed everything; go on to have the rest"
            .to_owned(),
    }
}

fn no_story() -> ModelFailure {
    ModelFailure {
        kind: ModelFailureKind::Undecodable,
        status: None,
        retryable: true,
        detail: "the model's answer holds no story that can be used; try again, or with another model".to_owned(),
    }
}
