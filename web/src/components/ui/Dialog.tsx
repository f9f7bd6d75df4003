/** The one dialog: titled, scrolls within itself, closes by Escape, gives the focus back. */
import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";

type Props = {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: ReactNode;
  children: ReactNode;
  wide?: boolean;
};

export function Dialog({ open, onOpenChange, title, description, children, wide = false }: Props) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => onOpenChange(next)}>
      <Base.Portal>
        <Base.Backdrop className="fade fixed inset-0 z-40 bg-black/35" />
        <Base.Popup
          ref={popup}
          // What is to be filled in comes first, not the way out; a touch keyboard waits to be asked.
          initialFocus={(how) =>
            how === "touch" || (popup.current?.querySelector<HTMLElement>("input, textarea, select") ?? true)
          }
          className={`pop fixed top-[max(1rem,8vh)] left-1/2 z-50 flex max-h-[min(84vh,56rem)] w-[calc(100vw-1.5rem)] -translate-x-1/2 flex-col rounded-lg border border-rule-2 bg-sheet shadow-xl ${wide ? "max-w-[860px]" : "max-w-[540px]"}`}
        >
          <div className="flex items-start gap-3 px-5 pt-4">
            <div className="min-w-0 flex-1">
              <Base.Title className="text-balance font-serif text-2xl">{title}</Base.Title>
              {description && (
                <Base.Description className="mt-1.5 text-ink-2 text-sm">{description}</Base.Description>
              )}
            </div>
            <Base.Close className="btn btn-ghost btn-icon -mr-2" aria-label="Close">
              <X size={16} aria-hidden />
            </Base.Close>
          </div>
          <div className="fine-scroll min-h-0 flex-1 overflow-y-auto px-5 pt-3 pb-5">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}

type FormActionsProps = {
  /** What the form does, and what it says while it is doing it. */
  action: string;
  pending: string;
  busy: boolean;
  /** There is nothing to send yet. */
  blocked?: boolean;
  onCancel: () => void;
};

/** The foot of a form in a dialog: out again, or send it. */
export function FormActions({ action, pending, busy, blocked = false, onCancel }: FormActionsProps) {
  return (
    <DialogActions>
      <button type="button" className="btn" onClick={onCancel}>
        Cancel
      </button>
      <button type="submit" className="btn btn-primary" disabled={busy || blocked}>
        {busy ? pending : action}
      </button>
    </DialogActions>
  );
}

/** The row of buttons at a dialog's foot. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className="mt-5 flex flex-wrap items-center justify-end gap-2">{children}</div>;
}
