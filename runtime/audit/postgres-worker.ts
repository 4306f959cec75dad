/** The flusher Worker that stores into PostgreSQL. */
import { flushInto } from "./flusher.ts";
import type { PostgresSinkOptions } from "./postgres-options.ts";
import { PostgresSink } from "./postgres-sink.ts";

flushInto<PostgresSinkOptions>((options) => new PostgresSink(options));
