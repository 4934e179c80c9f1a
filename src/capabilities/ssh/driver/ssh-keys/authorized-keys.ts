// authorized_keys (sshd(8), AUTHORIZED_KEYS FILE FORMAT), edited line by line: what is not changed stays as it is, byte for
// byte.
import { fingerprintOf, lineOf, parsePublicKey, type PublicKey } from './keys.ts';

export interface AuthorizedKey extends PublicKey {
  /** `from="192.0.2.0/24",no-pty`; empty if there are none. */
  readonly options: string;
}

/** Without a value, and with `no-` before it, or alone. */
const FLAG =
  /^(?:(?:no-)?(?:agent-forwarding|port-forwarding|pty|user-rc|x11-forwarding)|no-touch-required|verify-required|cert-authority|restrict)$/i;
const WITH_VALUE =
  /^(?:command|environment|expiry-time|from|permitlisten|permitopen|principals|tunnel)="(?:[^"\\]|\\.)*"$/i;
/** An option, up to the comma or the blank that ends it outside of quotes. */
const OPTION = /^(?:"(?:[^"\\]|\\.)*"|[^\s",])+/;

/** The key of a line, and the options before it; undefined for comments and what is no key. */
function parseLine(line: string): AuthorizedKey | undefined {
  const text = line.trim();
  if (text === '' || text.startsWith('#')) return undefined;
  const plain = parsePublicKey(text);
  if (plain !== undefined) return { ...plain, options: '' };
  const end = endOfOptions(text);
  const key = parsePublicKey(text.slice(end));
  return key && { ...key, options: text.slice(0, end) };
}

/** The first option that sshd does not know, by which it would refuse the key; undefined if all are right. */
export function findBadOption(options: string): string | undefined {
  let rest = options;
  for (;;) {
    const [option = ''] = OPTION.exec(rest) ?? [];
    if (!FLAG.test(option) && !WITH_VALUE.test(option)) return option === '' ? rest : option;
    rest = rest.slice(option.length);
    if (rest === '') return undefined;
    if (!rest.startsWith(',')) return rest;
    rest = rest.slice(1);
  }
}

/** Fingerprints of all keys that may log in. */
export function authorizedIn(text: string): Set<string> {
  const keys = text.split('\n').map((line) => parseLine(line));
  return new Set(keys.flatMap((key) => (key === undefined ? [] : [fingerprintOf(key)])));
}

/** With the key. Where it is already, its options change if others are given, and nothing else. */
export function withKey(text: string, key: PublicKey, options: string | undefined): string {
  const wanted = fingerprintOf(key);
  const lines = text.split('\n');
  const found = lines.map((line) => parseLine(line));
  const isThere = (at: number) => {
    const one = found[at];
    return one !== undefined && fingerprintOf(one) === wanted;
  };
  if (!lines.some((_line, at) => isThere(at))) {
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    return `${before}${withOptions(key, options ?? '')}\n`;
  }
  if (options === undefined) return text;
  return lines
    .map((line, at) => {
      const one = found[at];
      if (one === undefined || !isThere(at) || one.options === options) return line;
      return withOptions(one, options);
    })
    .join('\n');
}

/** Without any line that has the key with this fingerprint. */
export function withoutKey(text: string, fingerprint: string): string {
  const isOther = (line: string) => {
    const key = parseLine(line);
    return key === undefined || fingerprintOf(key) !== fingerprint;
  };
  return text.split('\n').filter(isOther).join('\n');
}

function withOptions(key: PublicKey, options: string): string {
  return options === '' ? lineOf(key) : `${options} ${lineOf(key)}`;
}

function endOfOptions(text: string): number {
  const [options = ''] = /^(?:"(?:[^"\\]|\\.)*"|[^\s"])+/.exec(text) ?? [];
  return options.length;
}
