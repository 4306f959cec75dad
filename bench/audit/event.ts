/** The event that every contender is given: what a request to the platform leaves. */
import type { AuditEvent } from "../../runtime/audit/mod.ts";

export const event = {
  actor: "agent:0199a7f2",
  action: "POST",
  resource: "/lobby/rooms/general/messages",
  decision: "allow",
  detail: {
    rule: "agents write to the lobby",
    address: "192.0.2.7",
    agent: "Mozilla/5.0 (X11; Linux x86_64)",
  },
} satisfies AuditEvent;
