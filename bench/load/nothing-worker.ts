/** A flusher Worker whose sink takes everything and keeps nothing: what storing costs on this machine where the database is on another. */
import { flushInto } from "../../runtime/audit/mod.ts";

const nothing = async () => {};

flushInto(() => ({
  claim: async () => ({ epoch: 1, sequence: 0 }),
  store: nothing,
  probe: nothing,
  close: nothing,
}));
