/** Ways to keep an audit event: ours, those that one would use instead, and a control that keeps nothing. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type AuditLog, createAuditLog, postgresSink } from "../../runtime/audit/mod.ts";
import type { Sql } from "../../runtime/connect/mod.ts";
import { event } from "./event.ts";

export interface Kept {
  accepted: number;
  refused: number;
  /** Of the accepted: where they should be. */
  stored: number;
  /** Of the accepted: on the disk, for the next start. */
  spooled?: number;
}

export interface Contender {
  name: ContenderName;
  /** Keeps one event. @returns false where it was refused; a promise where the caller has to wait. */
  log(): boolean | Promise<boolean>;
  /** Resolves when all that it took is where it should be. */
  settle(): Promise<void>;
  /** Ends it. @returns what became of everything it was given */
  close(): Promise<Kept>;
  /** The writer by which its rows are known, where it writes to the table. */
  writer: string | null;
}

export const contenderNames = {
  control: "no-op control",
  push: "array push",
  insert: "blocking INSERT",
  buffer: "main-thread buffer",
  freehold: "freehold's log()",
  pino: "pino, async",
  opentelemetry: "OpenTelemetry batch",
} as const;
export type ContenderName = keyof typeof contenderNames;

export interface Place {
  url: string;
  sql: Sql;
  /** A folder for spools and files. */
  folder: string;
}

/** The contenders, in the order of the tables; peers that are not installed are left out. */
export async function openContenders(place: Place): Promise<Contender[]> {
  const names = Object.keys(contenderNames) as ContenderName[];
  const all = await Promise.all(names.map((name) => openContender(name, place)));
  return all.filter((one) => one !== null);
}

/** @param onExported told how many events OpenTelemetry's exporter was handed, before anything else happens */
export async function openContender(
  name: ContenderName,
  place: Place,
  onExported?: (count: number) => void,
): Promise<Contender | null> {
  switch (name) {
    case "control":
      return control();
    case "push":
      return push();
    case "insert":
      return insert(place);
    case "buffer":
      return buffer(place);
    case "freehold":
      return freehold(place);
    case "pino":
      return await pino(place);
    case "opentelemetry":
      return await openTelemetry(onExported);
  }
}

function control(): Contender {
  let count = 0;
  return {
    name: "control",
    writer: null,
    log() {
      count += 1;
      return true;
    },
    settle: async () => {},
    close: async () => ({ accepted: count, refused: 0, stored: count }),
  };
}

/** The least that keeping an event can cost. */
function push(): Contender {
  const kept: object[] = [];
  return {
    name: "push",
    writer: null,
    log() {
      kept.push(event);
      return true;
    },
    settle: async () => {},
    close: async () => ({ accepted: kept.length, refused: 0, stored: kept.length }),
  };
}

/** One statement an event, each awaited: what a request does that writes its own audit row. */
export function insert({ sql }: Pick<Place, "sql">): Contender {
  const writer = crypto.randomUUID();
  let sequence = 0;
  return {
    name: "insert",
    writer,
    async log() {
      sequence += 1;
      await sql`
        insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
        values (${writer}, ${sequence}, ${Bun.randomUUIDv7()}, ${new Date()}, ${event.actor}, ${event.action},
          ${event.resource}, ${event.decision}, ${sql.json(event.detail)})`;
      return true;
    },
    settle: async () => {},
    close: async () => ({ accepted: sequence, refused: 0, stored: await countRows(sql, writer) }),
  };
}

const flushEveryMs = 50;

/** An array that a timer empties into one statement, on the thread that answers requests: a crash loses it. */
export function buffer({ sql }: Pick<Place, "sql">): Contender {
  const writer = crypto.randomUUID();
  let accepted = 0;
  let waiting: object[] = [];
  let flushing = Promise.resolve();
  const flush = () => {
    const rows = waiting;
    if (rows.length === 0) return;
    waiting = [];
    flushing = flushing.then(async () => {
      await sql`
        insert into audit_log (writer, sequence, id, at, actor, action, resource, decision, detail)
        select ${writer}, sequence, id, at, actor, action, resource, decision, detail
        from jsonb_to_recordset(${sql.json(rows as never)}) as one (sequence bigint, id uuid, at timestamptz,
          actor text, action text, resource text, decision text, detail jsonb)`;
    });
  };
  const timer = setInterval(flush, flushEveryMs);
  const settle = async () => {
    flush();
    await flushing;
  };
  return {
    name: "buffer",
    writer,
    log() {
      accepted += 1;
      waiting.push({ ...event, sequence: accepted, id: Bun.randomUUIDv7(), at: new Date() });
      return true;
    },
    settle,
    async close() {
      clearInterval(timer);
      await settle();
      return { accepted, refused: 0, stored: await countRows(sql, writer) };
    },
  };
}

/** Ours, with its log at hand. */
export function freehold({ url, folder, sql }: Place): Contender & { audit: AuditLog } {
  const audit = createAuditLog({ spool: join(folder, "spool"), sink: postgresSink({ url }) });
  const { writer } = audit.stats();
  return {
    name: "freehold",
    writer,
    audit,
    log: () => audit.log(event).accepted,
    settle: () => audit.stored(),
    async close() {
      const { spooled, unconfirmed } = await audit.close();
      const { accepted, refused } = audit.stats();
      const all = Object.values(refused).reduce((sum, one) => sum + one, 0);
      const stored = await countRows(sql, writer);
      return { accepted, refused: all, stored, spooled: spooled + unconfirmed };
    },
  };
}

/** Where pino writes, a line an event. */
export const pinoFile = (folder: string) => join(folder, "pino.log");

async function pino({ folder }: Place): Promise<Contender | null> {
  const module = await import("pino").catch(() => null);
  if (!module) return null;
  const file = pinoFile(folder);
  const destination = module.default.destination({ dest: file, sync: false, minLength: 4096 });
  const logger = module.default({ base: null }, destination);
  const flush = () =>
    new Promise<void>((resolve, reject) =>
      destination.flush((error?: Error) => (error ? reject(error) : resolve())),
    );
  let accepted = 0;
  return {
    name: "pino",
    writer: null,
    log() {
      accepted += 1;
      logger.info(event);
      return true;
    },
    settle: flush,
    async close() {
      await flush();
      const text = await Bun.file(file).text();
      destination.end();
      rmSync(file);
      return { accepted, refused: 0, stored: text.split("\n").length - 1 };
    },
  };
}

/** As it comes: a queue of 2,048 records, batches of 512. The exporter takes everything at once and counts. */
async function openTelemetry(onExported: (count: number) => void = () => {}): Promise<Contender | null> {
  const module = await import("@opentelemetry/sdk-logs").catch(() => null);
  if (!module) return null;
  let accepted = 0;
  let exported = 0;
  const exporter = {
    export(records: readonly unknown[], done: (result: { code: number }) => void) {
      exported += records.length;
      onExported(exported);
      done({ code: 0 });
    },
    shutdown: async () => {},
    forceFlush: async () => {},
  };
  const provider = new module.LoggerProvider({
    processors: [new module.BatchLogRecordProcessor({ exporter })],
  });
  const logger = provider.getLogger("audit");
  const { detail, ...attributes } = event;
  return {
    name: "opentelemetry",
    writer: null,
    log() {
      accepted += 1;
      logger.emit({ eventName: "audit", attributes: { ...attributes, ...detail } });
      return true;
    },
    settle: () => provider.forceFlush(),
    async close() {
      await provider.forceFlush();
      await provider.shutdown();
      return { accepted, refused: 0, stored: exported };
    },
  };
}

async function countRows(sql: Sql, writer: string): Promise<number> {
  const [row] = await sql<{ stored: number }[]>`
    select count(*)::int as stored from audit_log where writer = ${writer}`;
  return row!.stored;
}
