// Reads the command of a script hook: the path of a script, and its arguments.
import { split } from 'shlex';
import { badParam } from '../../../core/errors.ts';
import { INVISIBLE, quote } from '../../../core/quote.ts';

export const MAX_LENGTH = 1024;
/** Shell syntax, which a script would get as an ordinary argument. */
const SHELL = /^[|&;<>]|^\d>|[;&|]$|`|\$[({A-Za-z_]/;

/**
 * Returns the words of a command, of which the first one is an absolute path. `name` is the name of the parameter.
 * @throws ApiError `bad_param`.
 */
export function readCommand(name: string, text: string): [path: string, ...words: string[]] {
  if (text.length > MAX_LENGTH || text.search(INVISIBLE) >= 0) {
    throw badParam(`“${name}” should be one line of at most ${MAX_LENGTH} characters.`);
  }
  const [path, ...words] = splitWords(name, text);
  if (path?.startsWith('/') !== true) {
    const hint = /^[A-Za-z]\w*(::\w+)+$/.test(text)
      ? MODULES
      : 'Scripts run without a shell and without a working directory.';
    throw badParam(`“${name}” should begin with the absolute path of a script, not ${quote(text)}. ${hint}`);
  }
  const ofShell = words.find((word) => SHELL.test(word));
  if (ofShell !== undefined) {
    throw badParam(
      `“${name}” should be a script with its arguments. It runs without a shell, so ${quote(ofShell)} has no special ` +
        'meaning. Write it into the script.',
    );
  }
  return [path, ...words];
}

/** Why hooks cannot be Perl modules. */
export const MODULES =
  'Hooks that are Perl modules run inside of cPanel, which this program is not. Use a script: exectype=script.';

function splitWords(name: string, text: string): string[] {
  try {
    return split(text);
  } catch {
    throw badParam(`“${name}” has a quote that is never closed.`);
  }
}
