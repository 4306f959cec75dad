/**
 * What is left of a file with a syntax error. The parser gives up a file as a whole, so the file is
 * parted where statements begin at a line's beginning; parts that don't parse by themselves are blanked.
 */
import { blank, COMPONENT, scriptsOf } from "./script-blocks.ts";
import type { Syntax } from "./syntax.ts";
import { parse, parses } from "./syntax.ts";

const BEGINS =
  /^(?:import|export|const|let|var|function|async|class|abstract|interface|type|enum|declare|namespace|await|if|for|while|switch|try|@\w|[A-Za-z_$][\w$.]*\s*[(=`])/gm;

/** Larger files are not worth a parse for each of their parts. */
const MOST_CHARACTERS = 500_000;
const MOST_PARTS = 600;

/** The syntax of the parts that are sound; null where nothing is. */
export function recover(given: string, whole: string): Syntax | null {
  const component = COMPONENT.test(given);
  const text = component ? scriptsOf(given, whole).text : whole;
  const file = component ? `${given}.ts` : given;
  if (text.length > MOST_CHARACTERS) return null;
  const starts = [...text.matchAll(BEGINS)].map(({ index }) => index);
  if (starts.length > MOST_PARTS) return null;
  let sound = blank(text.slice(0, starts[0] ?? text.length));
  starts.forEach((start, index) => {
    const part = text.slice(start, starts[index + 1] ?? text.length);
    sound += parses(file, part) ? part : blank(part);
  });
  const syntax = sound.trim() === "" ? null : parse(file, sound);
  return syntax && syntax.program.body.length > 0 ? syntax : null;
}
