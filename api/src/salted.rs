//! Free text on its way into the log gets a salt, so that its hash does not give away what is easily guessed.

use konductro_domain::text::Text;

/// A message, reason or note, with a fresh salt.
pub fn salted(body: impl Into<String>) -> Text {
    Text::salted(body, rand::random())
}
