// The syntax of SPF records (RFC 7208, sections 4.6.1, 5, 6 and 7).
import { formatWhole, parseIp, type Ip } from '../../../addresses/rules/ip.ts';

export type Qualifier = '+' | '-' | '~' | '?';

export type Mechanism =
  | { readonly kind: 'all' }
  | { readonly kind: 'include' | 'exists'; readonly target: string }
  | { readonly kind: 'ptr'; readonly target: string | undefined }
  | {
      readonly kind: 'a' | 'mx';
      readonly target: string | undefined;
      /** Prefix lengths. */
      readonly prefix4: number;
      readonly prefix6: number;
    }
  | { readonly kind: 'ip'; readonly network: Ip; readonly prefix: number };

export type Directive = Mechanism & { readonly qualifier: Qualifier; readonly text: string };

export interface SpfRecord {
  readonly directives: readonly Directive[];
  readonly redirect: string | undefined;
}

export class SpfSyntaxError extends Error {}

export const isSpf = (text: string) => /^v=spf1(?: |$)/i.test(text);

/** Reads a record. @throws SpfSyntaxError with a sentence. */
export function readSpf(text: string): SpfRecord {
  if (!isSpf(text)) throw new SpfSyntaxError('The record does not begin with “v=spf1”.');
  if (!/^[\x20-\x7e]*$/.test(text)) throw new SpfSyntaxError('The record has characters that are not ASCII.');
  const directives: Directive[] = [];
  const modifiers = new Map<string, string>();
  for (const term of text.split(' ').slice(1)) {
    if (term === '') continue;
    const [, name = '', value = ''] = /^([a-z][\w.-]*)=(.*)$/i.exec(term) ?? [];
    if (name === '') {
      directives.push(readDirective(term));
      continue;
    }
    const modifier = name.toLowerCase();
    if (modifier !== 'redirect' && modifier !== 'exp') continue;
    if (modifiers.has(modifier)) throw new SpfSyntaxError(`The modifier “${modifier}” is there twice.`);
    modifiers.set(modifier, readTarget(term, value));
  }
  return { directives, redirect: modifiers.get('redirect') };
}

function readDirective(term: string): Directive {
  const [, sign = '', name = '', rest = ''] = /^([+\-~?]?)([a-z][a-z0-9]*)(.*)$/i.exec(term) ?? [];
  const qualifier = (sign === '' ? '+' : sign) as Qualifier;
  return { ...readMechanism(term, name.toLowerCase(), rest), qualifier, text: term };
}

function readMechanism(term: string, name: string, rest: string): Mechanism {
  if (name === 'all' && rest === '') return { kind: 'all' };
  if (name === 'ptr' && rest === '') return { kind: 'ptr', target: undefined };
  if (name === 'include' || name === 'exists' || name === 'ptr') {
    if (rest.startsWith(':')) return { kind: name, target: readTarget(term, rest.slice(1)) };
  }
  if (name === 'ip4' || name === 'ip6') return readNetwork(term, name === 'ip4' ? 4 : 6, rest);
  if (name === 'a' || name === 'mx') {
    const [found, target, four, six] = DUAL.exec(rest) ?? [];
    const [prefix4, prefix6] = [Number(four ?? 32), Number(six ?? 128)];
    if (found !== undefined && prefix4 <= 32 && prefix6 <= 128) {
      return { kind: name, target: target && readTarget(term, target), prefix4, prefix6 };
    }
  }
  throw new SpfSyntaxError(`The term “${term}” is not valid.`);
}

const DUAL = /^(?::(.+?))?(?:\/(0|[1-9]\d{0,1}))?(?:\/\/(0|[1-9]\d{0,2}))?$/;

function readNetwork(term: string, family: 4 | 6, rest: string): Mechanism {
  const [, address = '', length] = /^:([^/]+)(?:\/(0|[1-9]\d{0,2}))?$/.exec(rest) ?? [];
  const network = parseIp(address);
  const bits = family === 4 ? 32 : 128;
  const prefix = Number(length ?? bits);
  if (network?.family !== family || prefix > bits)
    throw new SpfSyntaxError(`The term “${term}” is not valid.`);
  return { kind: 'ip', network, prefix };
}

/** What macros may say: `%{ir}`, `%%`, `%_`, `%-` (section 7.1). */
const MACRO = /%\{([slodiphcrtv])(\d{0,3})(r?)([.\-+,/_=]*)\}|%%|%_|%-/gi;

function readTarget(term: string, target: string): string {
  const plain = target.replaceAll(MACRO, '');
  if (target === '' || plain.includes('%') || /[^\x21-\x7e]/.test(plain)) {
    throw new SpfSyntaxError(`The term “${term}” is not valid.`);
  }
  return target;
}

export interface MacroValues {
  readonly sender: string;
  /** The domain whose record is evaluated. */
  readonly domain: string;
  readonly ip: Ip;
  readonly ipText: string;
  readonly helo: string;
}

/** Replaces the macros of a target by their values. The name of the address (`p`) is always “unknown”. */
export function expand(target: string, { sender, domain, ip, ipText, helo }: MacroValues): string {
  const at = sender.lastIndexOf('@');
  const values: Readonly<Record<string, string>> = {
    s: sender,
    l: sender.slice(0, at),
    o: sender.slice(at + 1),
    d: domain,
    i: ip.family === 4 ? ipText : formatWhole(ip).replaceAll(':', '').split('').join('.'),
    p: 'unknown',
    v: ip.family === 4 ? 'in-addr' : 'ip6',
    h: helo,
  };
  const name = target.replaceAll(
    MACRO,
    (macro, letter: string | undefined, count = '', reversed = '', delimiters = '') => {
      if (letter === undefined) return ({ '%%': '%', '%_': ' ', '%-': '%20' } as const)[macro] ?? '';
      const value = values[letter.toLowerCase()] ?? '';
      const parts = splitAt(value, String(delimiters) || '.');
      if (reversed !== '') parts.reverse();
      const kept = count === '' ? parts : parts.slice(-Math.max(Number(count), 1));
      const text = kept.join('.');
      return letter === letter.toLowerCase() ? text : encodeURIComponent(text);
    },
  );
  const plain = name.replace(/\.$/, '');
  // Too long a name loses labels at its beginning (section 7.3).
  return plain.length <= 253 ? plain : plain.slice(-253).replace(/^[^.]*\./, '');
}

function splitAt(value: string, delimiters: string): string[] {
  const parts = [''];
  for (const character of value) {
    if (delimiters.includes(character)) parts.push('');
    else parts.push(`${parts.pop() ?? ''}${character}`);
  }
  return parts;
}
