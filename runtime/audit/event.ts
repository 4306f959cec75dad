/**
 * Audit events, made fit to be stored: bounded, and free of what PostgreSQL refuses. One NUL in a text, or half of a
 * surrogate pair, would make it refuse the whole batch, and a hostile User-Agent could stop the auditing.
 */

export interface AuditEvent {
  /** A UUID; a new one (version 7) unless given. */
  id?: string;
  /** When it happened: a date, or milliseconds since 1970; now unless given. */
  at?: Date | number;
  /** Who. */
  actor: string;
  /** Did what. */
  action: string;
  /** To what. */
  resource: string;
  /** And what was decided: `allow`, `deny`. */
  decision: string;
  /** Anything else that JSON can hold. It is copied when it is logged. */
  detail?: Readonly<Record<string, unknown>>;
}

/** An event as it will be stored. */
export interface EncodedEvent {
  sequence: number;
  /** `{ sequence, id, at, actor, action, resource, decision, detail }`, `at` as ISO 8601, `detail` an object or null. */
  json: string;
}

/** What encoding had to do to an event. */
export interface Encoding {
  json: string;
  /** NULs or halves of surrogate pairs were replaced by U+FFFD. */
  sanitised: boolean;
  /** Something was too long, too deep or no JSON at all, and a marker stands in its place. */
  truncated: boolean;
}

/** Characters of `actor`, `action`, `resource` and `decision`, each. */
export const maximumTextLength = 1024;
/** Characters of `detail` as JSON. */
export const maximumDetailLength = 16_384;
/** Levels of objects and arrays within `detail`. */
export const maximumDetailDepth = 32;

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
/** The last millisecond of the year 9999: PostgreSQL and ISO 8601 agree up to there. */
const latestMs = 253_402_300_799_999;

/**
 * Encodes an event.
 * @returns what to store, or what is wrong with the event.
 */
export function encodeEvent(event: AuditEvent, sequence: number): Encoding | { wrong: string } {
  const wrong = complaint(event);
  if (wrong) return { wrong };
  const at = new Date(event.at ?? Date.now());
  if (!(at.getTime() >= 0 && at.getTime() <= latestMs))
    return { wrong: "at must be a time from 1970 to 9999" };

  const detail = encodeDetail(event.detail);
  let truncated = detail.truncated;
  const text = (value: string): string => {
    if (value.length <= maximumTextLength) return value;
    truncated = true;
    return `${value.slice(0, maximumTextLength - 1)}…`;
  };
  const head = JSON.stringify({
    sequence,
    id: event.id ?? Bun.randomUUIDv7(),
    at: at.toISOString(),
    actor: text(event.actor),
    action: text(event.action),
    resource: text(event.resource),
    decision: text(event.decision),
  });
  const json = `${head.slice(0, -1)},"detail":${detail.json}}`;
  const clean = sanitise(json);
  return { json: clean, sanitised: clean !== json, truncated };
}

function complaint(event: AuditEvent): string | null {
  if (typeof event !== "object" || event === null) return "an event is an object";
  for (const key of ["actor", "action", "resource", "decision"] as const) {
    if (typeof event[key] !== "string" || event[key] === "") return `${key} must be a text that is not empty`;
  }
  if (event.id !== undefined && !(typeof event.id === "string" && uuid.test(event.id)))
    return "id must be a UUID";
  if (event.at !== undefined && typeof event.at !== "number" && !(event.at instanceof Date)) {
    return "at must be a Date or a number of milliseconds";
  }
  return null;
}

function encodeDetail(detail: unknown): { json: string; truncated: boolean } {
  if (detail === undefined || detail === null) return { json: "null", truncated: false };
  const marker = (mark: object) => ({ json: JSON.stringify(mark), truncated: true });
  let json: string | undefined;
  try {
    json = JSON.stringify(detail);
  } catch (error) {
    // A circle, a BigInt, a toJSON that throws: the event matters more than its detail.
    return marker({ unencodable: String(error).slice(0, 200) });
  }
  if (json === undefined) return marker({ unencodable: typeof detail });
  if (json.length > maximumDetailLength)
    return marker({ truncated: json.length, start: json.slice(0, 1000) });
  if (depthOf(json) > maximumDetailDepth) return marker({ truncated: json.length, reason: "too deep" });
  return { json, truncated: false };
}

/** Levels of brackets in well-formed JSON. */
function depthOf(json: string): number {
  let depth = 0;
  let deepest = 0;
  let quoted = false;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (quoted) {
      if (character === "\\") at += 1;
      else if (character === '"') quoted = false;
    } else if (character === '"') quoted = true;
    else if (character === "{" || character === "[") deepest = Math.max(deepest, ++depth);
    else if (character === "}" || character === "]") depth -= 1;
  }
  return deepest;
}

/**
 * JSON.stringify writes a NUL as \u0000 and half of a surrogate pair, and nothing else, as \ud800 to \udfff. A backslash
 * takes the character after it along, so that an escaped backslash before "u0000" is left as it is.
 */
function sanitise(json: string): string {
  if (!json.includes("\\u0000") && !json.includes("\\ud")) return json;
  return json.replaceAll(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (all, code: string) =>
    code.length > 1 ? "\\ufffd" : all,
  );
}
