/**
 * What went wrong, as the server says it (RFC 9457), or as the page must say it when no answer came.
 * The server writes title and detail for people: they are shown as they are, with the request id.
 */

export type FieldError = { pointer: string; detail: string; line?: number };

/** Whether an error is about this field of a form, or something inside it. */
export const isAbout = (error: FieldError, name: string): boolean =>
  error.pointer.replace(/^#?\//, "").split("/")[0] === name;

type ProblemBody = {
  type?: string;
  title?: string;
  status?: number;
  detail?: string;
  request_id?: string | null;
  errors?: FieldError[];
  [member: string]: unknown;
};

export class Problem extends Error {
  /** The last segment of the problem type: `stage-locked`, `approval-outdated`, … */
  readonly code: string;
  readonly status: number;
  readonly title: string;
  readonly detail: string;
  readonly requestId: string | null;
  readonly errors: FieldError[];
  readonly members: Record<string, unknown>;

  constructor(body: ProblemBody, status: number, requestId: string | null) {
    const title = body.title ?? "Something went wrong";
    super(body.detail ? `${title}: ${body.detail}` : title);
    this.name = "Problem";
    this.code = body.type?.split("/").pop() ?? "unknown";
    this.status = body.status ?? status;
    this.title = title;
    this.detail = body.detail ?? "";
    this.requestId = body.request_id ?? requestId;
    this.errors = Array.isArray(body.errors) ? body.errors : [];
    this.members = body;
  }

  /** The sentence for one field of a form, when the server named it. */
  field(name: string): string | undefined {
    return this.errors.find((error) => isAbout(error, name))?.detail;
  }
}

/** No answer came at all: the connection, not the request, is at fault. */
export function unreachable(): Problem {
  return new Problem(
    {
      type: "/problems/unreachable",
      title: "The server cannot be reached",
      detail: "Check the connection and try again; nothing was lost.",
    },
    0,
    null,
  );
}

export function isProblem(value: unknown): value is Problem {
  return value instanceof Problem;
}

export function hasCode(value: unknown, code: string): boolean {
  return isProblem(value) && value.code === code;
}
