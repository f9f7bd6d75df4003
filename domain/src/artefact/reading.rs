//! How long a document takes to read.

/// Words that somebody reads in a minute, when it matters what they say.
const WORDS_A_MINUTE: usize = 220;

/// How many words a text has; signs that stand alone are none.
pub fn words(text: &str) -> usize {
    text.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count()
}

/// How many minutes so many words take, begun ones included.
pub fn minutes(words: usize) -> usize {
    words.div_ceil(WORDS_A_MINUTE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_are_no_words_and_begun_minutes_count() {
        assert_eq!(words("## R-1 — Split | each *payment*"), 4);
        assert_eq!((minutes(0), minutes(1), minutes(220), minutes(221)), (0, 1, 1, 2));
    }
}
