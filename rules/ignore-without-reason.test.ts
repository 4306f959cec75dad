import { testRule } from "../fixtures/rule-tester.ts";
import { ignoreWithoutReason } from "./ignore-without-reason.ts";

const message = "this comment gives no reason, so it suppresses nothing";

testRule(ignoreWithoutReason, {
  valid: [
    ["billing/code.sql", "-- freehold-ignore cross-service-read -- GRV-112\nselect 1 from orders;\n"],
    ["billing", "/* nothing to do with it */ sql`select 1`"],
  ],
  invalid: [
    ["billing/code.sql", "-- freehold-ignore cross-service-read\nselect 1 from orders;\n", `1:1 ${message}`],
    ["billing", "/* freehold-ignore cross-service-read */ sql`select 1 from orders`", `1:1 ${message}`],
    ["billing", "// freehold-ignore cross-service-read --   \nsql`select 1 from orders`", `1:1 ${message}`],
  ],
});
