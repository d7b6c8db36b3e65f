/** Why a request was not carried out: problem documents (RFC 9457), and a line that is down. */

export class Problem extends Error {
  readonly code: string;
  readonly status: number;
  readonly parameters: Record<string, unknown>;
  readonly requestId: string;

  constructor(
    code: string,
    status = 0,
    { detail = "", parameters = {}, requestId = "" }: {
      detail?: string;
      parameters?: Record<string, unknown>;
      requestId?: string;
    } = {},
  ) {
    super(detail || code);
    this.name = "Problem";
    this.code = code;
    this.status = status;
    this.parameters = parameters;
    this.requestId = requestId;
  }
}

/** Was a part of the pages asked for that a deploy has taken away since this tab was opened? */
export function isOutdated(thrown: unknown): boolean {
  return /dynamically imported module|importing a module script|preload CSS/i.test(String(thrown));
}

/** Whatever was thrown, as a problem that can be shown. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  if (isOutdated(thrown)) return new Problem("page-outdated");
  console.error(thrown);
  return new Problem("browser-fault", 0, { detail: String(thrown) });
}

/** The problem in an answer that is not a success. */
export async function readProblem(answer: Response): Promise<Problem> {
  const type = answer.headers.get("content-type") ?? "";
  const requestId = answer.headers.get("x-request-id") ?? "";
  if (type.startsWith("application/problem+json")) {
    const body = (await answer.json()) as {
      code: string;
      detail?: string;
      parameters?: Record<string, unknown>;
    };
    return new Problem(body.code, answer.status, { ...body, requestId });
  }
  return new Problem(answer.status >= 500 ? "unavailable" : "not-found", answer.status, {
    requestId,
  });
}
