export class ApiError extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.detail || problem.title || `The server answered ${status}`);
    this.name = "ApiError";
    this.status = status;
    this.title = problem.title || "";
    this.errors = problem.errors || {};
    this.retryAfter = retryAfter;
  }

  get sentences() {
    const found = Object.entries(this.errors).flatMap(([field, told]) => told.map((text) => ({ field, text })));
    return found.length ? found : [{ field: "", text: this.message }];
  }
}

export const UNREACHABLE = "The server does not answer. Check that it runs, and try again.";

export function words(error) {
  if (error instanceof ApiError) {
    const texts = error.sentences.map((one) => one.text);
    return [...new Set(texts)].join(" ");
  }
  return error instanceof TypeError ? UNREACHABLE : error.message;
}

export function isAbort(error) {
  return error?.name === "AbortError";
}
