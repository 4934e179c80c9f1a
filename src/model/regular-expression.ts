// Regular expressions that a caller writes, in the syntax of RE2: they take no longer than the text is long, whatever
// the expression, where JavaScript's own may run for years.
import { badParam } from '../core/errors.ts';
import { quote } from '../core/quote.ts';

/** RE2's instructions. People write some dozens; 1,000 still take less than a millisecond for a domain. */
const MOST_INSTRUCTIONS = 1000;

/**
 * A test of whether a text holds a match, whatever the case of letters.
 * @throws ApiError `bad_param`, naming the parameter from which the expression comes.
 */
export async function matcher(param: string, expression: string): Promise<(text: string) => boolean> {
  const { RE2JS, RE2JSException, RE2JSSyntaxException } = await import('re2js');
  try {
    const compiled = RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE);
    if (compiled.programSize() <= MOST_INSTRUCTIONS) return (text) => compiled.test(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const what = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    throw badParam(
      `The parameter “${param}” should be a regular expression as RE2 takes it, not ${quote(expression)}: ${what}.`,
    );
  }
  throw badParam(
    `The parameter “${param}” should be a smaller regular expression than ${quote(expression)}: repeat less in it.`,
  );
}
