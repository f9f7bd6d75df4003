//! Chance that can be had again: a seed, which a failing test prints.

/// Numbers from a seed (SplitMix64).
#[derive(Debug, Clone)]
pub struct Chance(u64);

impl Chance {
    /// From `KONDUCTRO_SEED`, or from the clock; printed, so that a failure can be had again.
    pub fn seeded() -> Self {
        let given = std::env::var("KONDUCTRO_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = given.unwrap_or_else(|| uuid::Uuid::now_v7().as_u128() as u64);
        println!("KONDUCTRO_SEED={seed}");
        Self(seed)
    }

    /// A number below the bound.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// How often something is tried: a few times as a rule, many with `KONDUCTRO_SOAK=1`.
pub fn times(few: usize, many: usize) -> usize {
    if std::env::var("KONDUCTRO_SOAK").is_ok_and(|soak| soak == "1") { many } else { few }
}
