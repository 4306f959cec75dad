/** A flusher Worker whose sink takes everything and keeps nothing: what storing costs this machine when the database is on another. */
import { flushInto } from "../../runtime/audit/mod.ts";

flushInto(() => {
  let sequence = 0;
  return {
    claim: async () => ({ epoch: 1, sequence }),
    look: async () => ({ sequence, ids: new Map() }),
    store: async ({ upTo }) => {
      sequence = upTo;
    },
    probe: async () => {},
    close: async () => {},
  };
});
