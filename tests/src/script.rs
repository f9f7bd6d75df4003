//! A model that writes what a test tells it to, when the test tells it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures_util::{StreamExt, stream};
use konductro_domain::conductor::{Adapter, GeneratedBy, LanguageModel, ModelEvent, ModelStream, Request};
use tokio::sync::mpsc;

/// The model; clones are the same.
#[derive(Clone, Default)]
pub struct Scripted {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    asked: Mutex<Vec<Request>>,
    scripts: Mutex<Vec<mpsc::UnboundedReceiver<ModelEvent>>>,
    dropped: AtomicUsize,
}

struct Dropped(Arc<Inner>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.dropped.fetch_add(1, Ordering::SeqCst);
    }
}

impl Scripted {
    /// The next request is answered by what is sent here; a sender that is dropped ends the stream without a word.
    pub fn next_reply(&self) -> mpsc::UnboundedSender<ModelEvent> {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.inner.scripts.lock().expect("no holder panics").push(receiver);
        sender
    }

    /// Every request so far.
    pub fn asked(&self) -> Vec<Request> {
        self.inner.asked.lock().expect("no holder panics").clone()
    }

    /// How many streams were ended or dropped.
    pub fn ended(&self) -> usize {
        self.inner.dropped.load(Ordering::SeqCst)
    }
}

impl LanguageModel for Scripted {
    fn generated_by(&self) -> GeneratedBy {
        GeneratedBy { adapter: Adapter::Openai, model: "scripted".to_owned() }
    }

    fn cache_profile(&self) -> &str {
        "none"
    }

    fn stream(&self, request: Request) -> ModelStream {
        self.inner.asked.lock().expect("no holder panics").push(request);
        let mut scripts = self.inner.scripts.lock().expect("no holder panics");
        if scripts.is_empty() {
            return Box::pin(stream::empty());
        }
        let mut script = scripts.remove(0);
        let guard = Dropped(Arc::clone(&self.inner));
        let events = stream::poll_fn(move |context| script.poll_recv(context));
        Box::pin(events.map(move |event| {
            let _ = &guard;
            event
        }))
    }
}
