// Regular expressions of callers, in the syntax of RE2. Their run time is proportional to the text, whatever the
// expression. JavaScript's own expressions can take practically forever.
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';

/** The limit of RE2 instructions. People write some dozens; 1,000 still take less than a millisecond for a domain. */
const MAX_INSTRUCTIONS = 1000;

/**
 * Returns a test for whether a text contains a match, ignoring case.
 * @throws ApiError `bad_param`. The message names the parameter with the expression.
 */
export async function matcher(param: string, expression: string): Promise<(text: string) => boolean> {
  const { RE2JS, RE2JSException, RE2JSSyntaxException } = await import('re2js');
  try {
    const compiled = RE2JS.compile(expression, RE2JS.CASE_INSENSITIVE);
    if (compiled.programSize() <= MAX_INSTRUCTIONS) return (text) => compiled.test(text);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const what = error instanceof RE2JSSyntaxException ? error.getDescription() : error.message;
    throw badParam(
      `The parameter “${param}” should be a regular expression in the syntax of RE2, not ${quote(expression)}: ${what}.`,
    );
  }
  throw badParam(
    `The parameter “${param}” should be a smaller regular expression than ${quote(expression)}. Use fewer repetitions.`,
  );
}
