/** What can go wrong, each a sentence. All are `VelocityError`. */

/** Something that was asked of the service was not done; the message says what and why. */
export class VelocityError extends Error {
  override name = "VelocityError";
}

/** The service did not answer, after all retries. */
export class Unreachable extends VelocityError {
  override name = "Unreachable";
}

/** The service answered with an error; `errors` has what is wrong as sentences by field of the request. */
export class Refused extends VelocityError {
  override name = "Refused";
  constructor(
    message: string,
    readonly status: number,
    readonly errors: Readonly<Record<string, readonly string[]>> = {},
  ) {
    super(message);
  }
}

/** A template, a sound or a render was taken and then failed or was cancelled; `reason` is the service's. */
export class Failed extends VelocityError {
  override name = "Failed";
  constructor(
    what: string,
    readonly id: string,
    readonly status: string,
    readonly reason: string | null,
  ) {
    super(`the ${what} ${id} ${status === "cancelled" ? "was cancelled" : "failed"}${reason ? `: ${reason}` : ""}`);
  }
}

/** What was waited for did not end within the timeout. It goes on in the service. */
export class TimedOut extends VelocityError {
  override name = "TimedOut";
}

/** A download does not have the length or the content that the service told. */
export class Damaged extends VelocityError {
  override name = "Damaged";
}
