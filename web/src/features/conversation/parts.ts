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
  return parts.filter((part) => part.kind === "document" || part.text.trim() !== "");
}
