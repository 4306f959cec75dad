import { manifest, testRule } from "../fixtures/rule-tester.ts";
import { unusedIgnore } from "./unused-ignore.ts";

testRule(unusedIgnore, {
  valid: [
    ["billing/code.sql", "-- freehold-ignore cross-service-read -- GRV-112\nselect 1 from orders;\n"],
    ["billing/code.sql", "-- freehold-ignore cross-service-read\nselect 1 from invoices;\n"],
    {
      name: "a rule that is off says nothing about its comments",
      files: {
        "freehold.json": manifest({ rules: { "cross-service-read": "off" } }),
        "services/billing/code.sql":
          "-- freehold-ignore cross-service-read -- GRV-112\nselect 1 from orders;\n",
      },
    },
  ],
  invalid: [
    [
      "billing/code.sql",
      "-- freehold-ignore cross-service-read -- GRV-112\nselect 1 from invoices;\nselect 1 from orders;\n",
      "1:1 cross-service-read finds nothing in the statement below",
    ],
    [
      "billing",
      "// freehold-ignore cross-service-read, cross-service-write -- GRV-112\nsql`select 1 from orders`",
      "1:1 cross-service-write finds nothing in the statement below",
    ],
    [
      "billing",
      "// freehold-ignore cross-service-reed -- GRV-112\nsql`select 1 from orders`",
      "1:1 there is no rule called cross-service-reed",
    ],
  ],
});
