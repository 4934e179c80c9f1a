// Reads the servers on a command line: HOST[:PORT], lists, files with one server per line, and groups of a profile.
import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { quote } from '../core/quote.ts';
import { SetupError } from './setup-error.ts';

/** WHM's TLS port. */
const STANDARD_PORT = 2087;

export interface RemoteHost {
  /** A hostname or an address. An IPv6 address has no brackets. */
  readonly name: string;
  readonly port: number;
  /** The name in responses. It includes the port unless that is WHM's own. */
  readonly label: string;
}

export type Groups = Readonly<Record<string, readonly string[]>>;

/** Returns every server once, in the order of first occurrence. @throws SetupError */
export function readHosts(words: readonly string[], groups: Groups): RemoteHost[] {
  const hosts = new Map<string, RemoteHost>();
  for (const word of words.flatMap((one) => expand(one, groups))) {
    const host = readHost(word);
    if (!hosts.has(host.label)) hosts.set(host.label, host);
  }
  return [...hosts.values()];
}

/** @throws SetupError */
export function readHost(text: string): RemoteHost {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const bare = isIPv6(text) ? text : undefined;
  const name = nameOf(bare ?? bracketed ?? plain ?? '', bare ?? bracketed);
  const number = port === undefined ? STANDARD_PORT : Number(port);
  if (name === undefined || number < 1 || number > 65_535) {
    const hint = text.includes('://') ? ' without https:// and without a path' : '';
    throw new SetupError(`${quote(text)} is not a server: use HOST or HOST:PORT${hint}.`);
  }
  const shown = isIPv6(name) ? `[${name}]` : name;
  return { name, port: number, label: number === STANDARD_PORT ? shown : `${shown}:${number}` };
}

function nameOf(text: string, inBrackets: string | undefined): string | undefined {
  if (inBrackets !== undefined) return isIPv6(inBrackets) ? inBrackets.toLowerCase() : undefined;
  if (isIPv4(text)) return text;
  const name = domainToASCII(text).replace(/\.$/, '');
  const isName = /^(?!-)[a-z0-9_-]{1,63}(?:\.(?!-)[a-z0-9_-]{1,63})*$/.test(name) && name.length < 254;
  return isName ? name : undefined;
}

function expand(word: string, groups: Groups): string[] {
  return word
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .flatMap((part) => (part.startsWith('@') ? membersOf(part.slice(1), groups) : [part]));
}

/**
 * Returns the members of a group or a file. A group takes precedence over a file of the same name. A name with a slash
 * is always a file.
 */
function membersOf(name: string, groups: Groups): string[] {
  if (!name.includes('/') && Object.hasOwn(groups, name)) {
    return [...(groups[name] ?? [])];
  }
  let text: string;
  try {
    text = readFileSync(name, 'utf8');
  } catch (error) {
    const known = Object.keys(groups).map((group) => `@${group}`);
    const hint =
      known.length === 0 ? 'The profile has no groups' : `Groups of the profile: ${known.join(', ')}`;
    throw new SetupError(
      `@${name} is neither a group nor a file that can be read (${(error as Error).message}). ${hint}.`,
    );
  }
  return text
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}
