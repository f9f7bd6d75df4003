/** How a stored reply is shown: stretches of chat text, and a card for each document it wrote. */
import type { Message, MessageDocument } from "~/api/types";

export type ShownPart =
  | { kind: "text"; key: string; text: string }
  | { kind: "document"; key: string; title: string; document: MessageDocument | null };

export function messageParts(message: Message): ShownPart[] {
  const documents = message.documents ?? [];
  const parts: ShownPart[] = message.parts.map((part, place) =>
    part.kind === "text"
      ? { kind: "text", key: `text-${place}`, text: part.text }
      : {
          kind: "document",
          key: `document-${place}`,
          title: part.title,
          document: documents[part.index] ?? null,
        },
  );
  // A document that a person took from plain words has a card of its own after them.
  const tagged = parts.filter((part) => part.kind === "document").length;
  for (const [place, document] of documents.slice(tagged).entries()) {
    parts.push({ kind: "document", key: `taken-${place}`, title: document.title, document });
  }
  return parts.filter((part) => part.kind === "document" || part.text.trim() !== "");
}

/** Whether a reply holds what may be a document in plain words: the server looks for the same, a heading. */
export function holdsPlainDocument(message: Message): boolean {
  return (
    (message.documents ?? []).length === 0 &&
    message.parts.some((part) => part.kind === "text" && /^#{1,2} \S/m.test(part.text))
  );
}
