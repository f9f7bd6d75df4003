//! What the checker costs: a document of one mebibyte, as somebody would write it, and as nobody should.

use std::time::Instant;

use konductro_domain::artefact::check::{Checked, check};
use konductro_domain::artefact::ids::EarlierIds;
use konductro_domain::stage::Stage;

use crate::samples::Samples;
use crate::table::{Quantity, Table};

const BYTES: usize = 1024 * 1024;
const SAMPLES: usize = 40;
/// In milliseconds: what nobody notices while they type.
const MOST: f64 = 50.0;

pub fn measure(table: &mut Table) {
    let requirements = numbered(BYTES, requirement);
    for (what, stage, document) in [
        ("requirements of 1 MiB", Stage::Requirements, requirements.clone()),
        ("an architecture of 1 MiB", Stage::Architecture, numbered(BYTES, decision)),
        ("1 MiB of ids that nothing defines", Stage::Requirements, numbered(BYTES, |number| format!("R-{number} "))),
        ("1 MiB of one line", Stage::Requirements, "- R-1 (".repeat(BYTES / 7)),
    ] {
        let upstream = [(Stage::Requirements, "### R-1 Split a payment\n- Priority: must\n- R-1.1 When, shall.\n")];
        let mut samples = Samples::default();
        for _ in 0..SAMPLES {
            let begun = Instant::now();
            let earlier = EarlierIds::default();
            check(Checked { stage, markdown: &document, upstream: &upstream, earlier: &earlier });
            samples.add(begun.elapsed());
        }
        table.under(format!("checker: {what}, p50"), Quantity::ms(samples.p50()), MOST);
    }
}

fn numbered(bytes: usize, of: impl Fn(usize) -> String) -> String {
    let mut document = String::with_capacity(bytes + 1024);
    for number in 1.. {
        if document.len() >= bytes {
            break;
        }
        document.push_str(&of(number));
    }
    document
}

fn requirement(number: usize) -> String {
    format!(
        "### R-{number} Split payment {number} by seller\nIts amount is divided into one share for each seller, as R-{number} says.\n\
         - Priority: must\n- **R-{number}.1** When a payment is captured, the system shall record one share for each seller.\n\
         - **R-{number}.2** If a share can't be divided evenly, then the system shall give the rest to the platform.\n\n"
    )
}

fn decision(number: usize) -> String {
    let decision = format!(
        "### AD-{number} Split at capture\nFor R-1.1, in one transaction. Alternatives: later (a crash leaves it unsplit).\n\n"
    );
    if !number.is_multiple_of(100) {
        return decision;
    }
    format!(
        "{decision}```yaml\nopenapi: 3.1.0\ninfo: {{ title: Pay-outs, version: \"1\" }}\npaths:\n  /payouts/{{id}}:\n    get:\n\
         \u{20}     parameters: [{{ name: id, in: path, required: true, schema: {{ type: string }} }}]\n      responses: {{ default: {{ description: It }} }}\n```\n\n"
    )
}
