/** Errors of a connection that are expected: one line each, no password in any of them. */

/** The environment does not say, or says wrongly, which database a service has. */
export class DatabaseConfigError extends Error {
  override readonly name = "DatabaseConfigError";
  /** The environment variable that is missing or wrong. */
  readonly variable: string;

  constructor(variable: string, message: string) {
    super(message);
    this.variable = variable;
  }
}

/** The database that the environment names cannot be used. */
export class DatabaseUnavailableError extends Error {
  override readonly name = "DatabaseUnavailableError";
  /** SQLSTATE or the system's error code; `TIMEOUT` where nothing answered in time. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/** The code of an error of the driver, the server or the system. */
export function errorCode(error: unknown): string {
  if (typeof error === "object" && error !== null && "code" in error && typeof error.code === "string") {
    return error.code;
  }
  return "UNKNOWN";
}
