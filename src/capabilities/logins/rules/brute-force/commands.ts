// The command that root can configure for a blocked address: its words, and its placeholders.
import { split } from 'shlex';
import { badParam } from '../../../../core/errors.ts';
import { anyOf, quote } from '../../../../core/quote.ts';

/** The values of placeholders: `%remote_ip%` is `remote_ip`. */
export interface Circumstances {
  /** The Unix time at which the block ends. */
  readonly exptime: number;
  readonly max_allowed_failures: number;
  readonly current_failures: number;
  readonly excessive_failures: 0 | 1;
  readonly reason: string;
  readonly remote_ip: string;
  readonly authservice: string;
  readonly user: string;
  /** The Unix time of the failed login. */
  readonly logintime: number;
  readonly ip_version: 4 | 6;
}

const names: Readonly<Record<keyof Circumstances, true>> = {
  exptime: true,
  max_allowed_failures: true,
  current_failures: true,
  excessive_failures: true,
  reason: true,
  remote_ip: true,
  authservice: true,
  user: true,
  logintime: true,
  ip_version: true,
};

/** Part of a help sentence: the placeholders that a command can contain. */
export const placeholders = Object.keys(names)
  .map((name) => `%${name}%`)
  .join(', ');

const PLACEHOLDER = /%([a-z_]+)%/g;
// WHM differs: it documents the command as one of bash.
/** Shell syntax, which no program expects as an argument. */
const SHELL = /^[|&;<>]|^\d>|[;&|]$|`|\$[({A-Za-z_]/;

/**
 * Returns the words of a command. Empty for an empty command.
 * @throws ApiError `bad_param` for an open quote, shell syntax, or an unknown placeholder.
 */
export function readCommand(key: string, text: string): string[] {
  const words = splitWords(key, text);
  const ofShell = words.find((word) => SHELL.test(word));
  if (ofShell !== undefined) {
    throw badParam(
      `“${key}” should be a program with its arguments. It runs without a shell, so ${quote(ofShell)} has no special meaning. ` +
        'Use a script instead.',
    );
  }
  const unknown = words.flatMap((word) =>
    [...word.matchAll(PLACEHOLDER)].filter(([, name = '']) => !Object.hasOwn(names, name)),
  );
  const [first] = unknown;
  if (first !== undefined) {
    throw badParam(
      `“${key}” has no placeholder ${quote(first[0])}: there are ${anyOf(Object.keys(names).map((name) => `%${name}%`))}.`,
    );
  }
  return words;
}

function splitWords(key: string, text: string): string[] {
  try {
    return split(text);
  } catch {
    throw badParam(`“${key}” should close every quote, and not end with a backslash.`);
  }
}

/** Replaces the placeholders. A value always stays within its word, whatever it contains. */
export function fillIn(words: readonly string[], circumstances: Circumstances): string[] {
  const values: Readonly<Record<string, string>> = Object.fromEntries(
    Object.entries({ ...circumstances, user: harmless(circumstances.user) }).map(([name, value]) => [
      name,
      String(value),
    ]),
  );
  return words.map((word) => word.replaceAll(PLACEHOLDER, (all, name: string) => values[name] ?? all));
}

/**
 * Sanitises a username, which the attacker chose: it must not look like an option, or like anything other than a name.
 */
function harmless(user: string): string {
  return user
    .slice(0, 64)
    .replace(/[^A-Za-z0-9@._+-]/g, '_')
    .replace(/^-/, '_');
}
