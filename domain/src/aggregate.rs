//! What every aggregate has in common: how its events are named, and the thin shell that cqrs-es wants
//! around the pure `decide`.

/// A pure decision: given this state, when this command, then these events, or a refusal.
pub trait Decider: cqrs_es::Aggregate {
    /// Decides. Deciding twice on the same state gives the same events.
    fn decide_on(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Error>;
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
            fn decide_on(&self, command: &Self::Command) -> Result<Vec<Self::Event>, Self::Error> {
                self.decide(command)
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
                for event in self.decide(&command)? {
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
