//! Random command sequences: the domain and a naive reference of the gate rules (`reference`) agree on every one.
//!
//! Both accept or refuse alike, and the domain's reason is one of those that the reference has; after each step every
//! stage has the same state, the same approvals count, and the same people are authors; and whoever only reads the
//! events believes the same.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, reason = "tests say what they expect")]

mod reference;
mod world;

use proptest::prelude::*;

use crate::world::{Setting, World};

/// All settings together make 200,000 sequences, or a million when soaking.
fn sequences() -> u32 {
    if std::env::var("KONDUCTRO_SOAK").is_ok_and(|soak| soak == "1") { 200_000 } else { 40_000 }
}

fn agree(setting: Setting) {
    let config = ProptestConfig { cases: sequences(), max_shrink_iters: 20_000, ..ProptestConfig::default() };
    let run = |words: Vec<u64>| {
        let mut world = World::open(setting);
        words.into_iter().try_for_each(|word| world.step(word)).map_err(TestCaseError::fail)
    };
    proptest!(config, |(words in prop::collection::vec(any::<u64>(), 1..68))| { run(words)?; });
}

#[test]
fn one_person_approves() {
    agree(Setting::DEFAULT);
}

#[test]
fn authors_may_not_approve() {
    agree(Setting { four_eyes: true, ..Setting::DEFAULT });
}

#[test]
fn two_people_approve() {
    agree(Setting { people: 2, ..Setting::DEFAULT });
}

#[test]
fn policy_and_roles_change_meanwhile() {
    agree(Setting { restless: true, ..Setting::DEFAULT });
}

#[test]
fn a_light_phase_that_may_be_promoted() {
    agree(Setting { light: true, people: 2, restless: true, ..Setting::DEFAULT });
}

/// What random commands never reach is not tried: the states that matter come up often enough.
#[test]
fn sequences_go_deep() {
    for (people, enough) in [(1, 100), (2, 10)] {
        let setting = Setting { people, ..Setting::DEFAULT };
        let (mut word, mut seen) = (0x9e37_79b9_7f4a_7c15_u64, world::Depth::default());
        for _ in 0..2_000 {
            let mut world = World::open(setting);
            for _ in 0..67 {
                word = word.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(1);
                world.step(word ^ (word >> 29)).unwrap();
            }
            seen.note(&world);
        }
        println!("{people} must approve: {seen:?}");
        assert!(seen.ready > enough && seen.stale > enough && seen.reaffirmed > enough, "{seen:?}");
    }
}
