//! What every aggregate has in common: how its events are named, and the thin shell that cqrs-es wants
//! around the pure `decide`.

use crate::text::Text;

/// What was decided: the events, and the texts that they name where the decision made them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided<E> {
    /// What happens.
    pub events: Vec<E>,
    /// Words to be kept beside the log; of a repeat there are none.
    pub texts: Vec<Text>,
}

impl<E> Decided<E> {
    /// Nothing: it is as it should be already.
    pub fn nothing() -> Self {
        Self { events: Vec::new(), texts: Vec::new() }
    }

    /// One event.
    pub fn event(event: E) -> Self {
        Self { events: vec![event], texts: Vec::new() }
    }

    /// With texts that the events name.
    #[must_use]
    pub fn with(mut self, texts: impl IntoIterator<Item = Text>) -> Self {
        self.texts.extend(texts);
        self
    }
}

impl<E> From<Vec<E>> for Decided<E> {
    fn from(events: Vec<E>) -> Self {
        Self { events, texts: Vec::new() }
    }
}

/// A pure decision: given this state, when this command, then these events, or a refusal.
pub trait Decider: cqrs_es::Aggregate {
    /// Decides. Deciding twice on the same state gives the same.
    fn decide_on(&self, command: &Self::Command) -> Result<Decided<Self::Event>, Self::Error>;
}

/// Declares an aggregate's events: tagged by `type`, each of version 1 until it says otherwise.
#[macro_export]
#[doc(hidden)]
macro_rules! event_enum {
    ($(#[$meta:meta])* $name:ident { $( $(#[$vmeta:meta])* $variant:ident { $($body:tt)* } ),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum $name { $( $(#[$vmeta])* $variant { $($body)* } ),+ }

        impl $name {
            /// The names of all these events, for the catalogue.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($variant)),+];
        }

        impl cqrs_es::DomainEvent for $name {
            fn event_type(&self) -> String {
                match self { $( $name::$variant { .. } => stringify!($variant).to_owned() ),+ }
            }
            fn event_version(&self) -> String {
                "1".to_owned()
            }
        }
    };
}

/// Wraps a pure `decide` and an `apply` as cqrs-es's aggregate.
#[macro_export]
#[doc(hidden)]
macro_rules! aggregate {
    ($state:ty, $type:literal, $command:ty, $event:ty, $error:ty, $apply:expr) => {
        impl $crate::Decider for $state {
            fn decide_on(&self, command: &Self::Command) -> Result<$crate::Decided<Self::Event>, Self::Error> {
                self.decide(command).map(Into::into)
            }
        }

        impl cqrs_es::Aggregate for $state {
            const TYPE: &'static str = $type;
            type Command = $command;
            type Event = $event;
            type Error = $error;
            type Services = ();

            async fn handle(
                &mut self,
                command: Self::Command,
                _services: &Self::Services,
                sink: &cqrs_es::event_sink::EventSink<Self>,
            ) -> Result<(), Self::Error> {
                for event in $crate::Decider::decide_on(self, &command)?.events {
                    sink.write(event, self).await;
                }
                Ok(())
            }

            fn apply(&mut self, event: Self::Event) {
                let apply: fn(&mut $state, $event) = $apply;
                apply(self, event);
            }
        }
    };
}
