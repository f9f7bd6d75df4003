/** The keys, in one list. */
import { Dialog } from "~/components/ui/Dialog";

const KEYS: [string, string][] = [
  ["⌘ K", "Search or run a command"],
  ["⌘ J", "Switch between light and dark"],
  ["?", "This list"],
  ["g p", "Projects"],
  ["g a", "Account"],
  ["r", "Read the document"],
  ["d", "Difference to the version before"],
  ["s", "Source of the document"],
  ["⏎", "Send the message"],
  ["⇧ ⏎", "New line in the message"],
  ["← →", "Resize the panes, on the splitter"],
  ["Esc", "Close what is open"],
];

export default function KeysDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog open onOpenChange={onClose} title="Keys" description="Single keys rest while you type.">
      <dl className="grid grid-cols-[88px_1fr] gap-y-2">
        {KEYS.map(([key, does]) => (
          <div key={key} className="contents">
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
