/** A flusher Worker that comes to harm in the middle of a batch, as ail.ts says. */
import { flushInto, type PostgresSinkOptions, type SinkBatch } from "../../runtime/audit/mod.ts";
import { PostgresSink } from "../../runtime/audit/postgres-sink.ts";
import { ailing } from "./ail.ts";

const ail = ailing("flusher");

class AilingSink extends PostgresSink {
  override store(batch: SinkBatch): Promise<void> {
    const stored = super.store(batch);
    // Not within the promise: what a sink rejects with is tried again, and this is no such thing.
    setImmediate(ail);
    return stored;
  }
}

flushInto<PostgresSinkOptions>((options) => new AilingSink(options));
