/**
 * The analyser's vocabulary, in the order of the stages: text, facts of one file, the joined model
 * that rules read, findings. Types alone: reporters, rules and deploy stand on this file and on
 * nothing else of the analyser.
 */
export type {
  Manifest,
  Place,
  RuleLevel,
  RuleSetting,
  Service,
  Severity,
  Transfer,
  Use,
} from "../manifest/model.ts";
export type * from "./model/facts.ts";
export type * from "./model/findings.ts";
export type * from "./model/joined.ts";
export type * from "./model/sql.ts";
