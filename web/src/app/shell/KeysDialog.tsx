/** The keys, in one list. */
import { Dialog } from "~/components/ui/Dialog";

const KEYS: { where: string; keys: [key: string, does: string][] }[] = [
  {
    where: "Everywhere",
    keys: [
      ["⌘ K", "Search or run a command"],
      ["⌘ J", "Switch between light and dark"],
      ["?", "This list"],
      ["g p", "Projects"],
      ["g i", "Inbox: what waits for you"],
      ["g b", "Backlog of this project"],
      ["g a", "Account"],
      ["Esc", "Close what is open"],
    ],
  },
  {
    where: "Conversation and document",
    keys: [
      ["r", "Read the document"],
      ["d", "Difference to the version you last saw"],
      ["n p", "Next and previous change"],
      ["s", "Source of the document"],
      ["⏎", "Send the message"],
      ["⇧ ⏎", "New line in the message"],
      ["← →", "Resize the panes, on the splitter"],
    ],
  },
  {
    where: "Editing a document",
    keys: [
      ["⌘ b", "Bold"],
      ["⌘ i", "Italic"],
      ["⌘ ⌥ h", "Heading, deeper each time"],
      ["⌘ ⇧ 8", "List"],
      ["⌘ ⇧ 7", "Numbered list"],
      ["⌘ k", "Link"],
      ["⌘ f", "Search in the text"],
    ],
  },
  {
    where: "Story review",
    keys: [
      ["j k", "Next and previous story"],
      ["x", "Select it, for many at once"],
      ["a", "Approve"],
      ["e", "Edit"],
      ["s", "Split"],
      ["m", "Merge what is selected"],
      ["r", "Reject"],
      ["u", "Undo the last step"],
    ],
  },
  {
    where: "Backlog",
    keys: [
      ["j k", "Next and previous story"],
      ["o", "Open it"],
      ["e", "Edit it, on its page"],
    ],
  },
];

export default function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title="Keys" description="Single keys rest while you type.">
      {KEYS.map(({ where, keys }) => (
        <section key={where} className="mt-4 first:mt-0">
          <h3 className="eyebrow">{where}</h3>
          <dl className="mt-1.5 grid grid-cols-[88px_1fr] gap-y-1.5">
            {keys.map(([key, does]) => (
              <div key={key} className="contents">
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
