/** Says something about a place in the document: a remark that decides nothing, or a change request that blocks. */
import { useState } from "react";
import type { NewAnchor, StageView } from "~/api/types";
import { Dialog, DialogActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";
import type { ThreadMutations } from "./useThreads";

type Props = {
  view: StageView;
  version: number;
  /** What was selected, where something was. */
  selected: (NewAnchor & { kind: "quote" }) | null;
  headings: string[];
  threads: ThreadMutations;
  onClose: () => void;
};

export function PlaceDialog({ view, version, selected, headings, threads, onClose }: Props) {
  const [text, setText] = useState("");
  const [about, setAbout] = useState(selected ? "selected" : "whole");
  const mayTalk = view.may.includes("open_thread");
  // A request is about the version that awaits a decision, and the page must show that one.
  const mayRequest = view.may.includes("request_changes") && version === view.latest_version;
  const anchor = (): NewAnchor => {
    if (about === "selected" && selected) return selected;
    const heading = headings[Number(about)];
    return heading === undefined ? { kind: "whole" } : { kind: "section", heading };
  };
  const said = () => ({ version, text: text.trim(), anchor: anchor() });
  const busy = threads.open.isPending || threads.request.isPending;
  const close = () => {
    threads.open.reset();
    threads.request.reset();
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`About ${stageName(view.stage)} v${version}`}
      description="A remark is read by everybody and decides nothing. A change request sends the version back and blocks until you approve or withdraw it."
    >
      <Field label="About" className="mt-1">
        {(control) => (
          <select
            {...control}
            value={about}
            onChange={(event) => setAbout(event.target.value)}
            className="field"
          >
            {selected && <option value="selected">The selected words</option>}
            <option value="whole">The whole document</option>
            {headings.map((heading, index) => (
              <option key={heading} value={index}>
                Section: {heading}
              </option>
            ))}
          </select>
        )}
      </Field>
      {about === "selected" && selected && (
        <blockquote className="fine-scroll mt-2 max-h-24 overflow-y-auto border-rule-2 border-l-2 pl-2.5 font-serif text-ink-2 italic">
          {selected.words}
        </blockquote>
      )}
      <Field label="What you have to say">
        {(control) => (
          <textarea
            {...control}
            value={text}
            onChange={(event) => setText(event.target.value)}
            rows={4}
            maxLength={8000}
            className="field"
          />
        )}
      </Field>
      <ProblemNotice error={threads.open.error ?? threads.request.error} />
      <DialogActions>
        <button type="button" className="btn" onClick={close}>
          Cancel
        </button>
        {mayTalk && (
          <button
            type="button"
            className={`btn ${mayRequest ? "" : "btn-primary"}`}
            disabled={busy || text.trim() === ""}
            onClick={() => threads.open.mutate(said(), { onSuccess: close })}
          >
            {threads.open.isPending ? "Adding…" : "Add remark"}
          </button>
        )}
        {mayRequest && (
          <button
            type="button"
            className="btn btn-primary"
            disabled={busy || text.trim() === ""}
            onClick={() => threads.request.mutate(said(), { onSuccess: close })}
          >
            {threads.request.isPending ? "Recording…" : "Request changes"}
          </button>
        )}
      </DialogActions>
    </Dialog>
  );
}
