//! A reply cut into pieces of a few words, as a model's tokens would arrive.

const SPOKEN: usize = 18;
const WRITTEN: usize = 56;

/// Pieces that give the text when put together; a document's are larger than speech.
pub(super) fn cut(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut piece = String::new();
    let mut in_document = false;
    for line in text.split_inclusive('\n') {
        in_document = (in_document || line.starts_with("<artefact ")) && !line.starts_with("</artefact>");
        let size = if in_document { WRITTEN } else { SPOKEN };
        for word in line.split_inclusive(' ') {
            piece.push_str(word);
            if piece.len() >= size {
                pieces.push(std::mem::take(&mut piece));
            }
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}
