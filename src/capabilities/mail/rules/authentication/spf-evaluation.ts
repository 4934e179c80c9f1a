// Evaluates the SPF record of a domain: may an address send its mail? (RFC 7208, section 4)
import { MachineError } from '../../../../core/machine-error.ts';
import type { MachineResolver } from '../../../../core/machine-resolver.ts';
import { networkOf, parseIp, type Ip } from '../../../addresses/rules/ip.ts';
import {
  expand,
  isSpf,
  readSpf,
  SpfSyntaxError,
  type Directive,
  type Qualifier,
  type SpfRecord,
} from './spf-syntax.ts';

export type SpfResult = 'PASS' | 'NEUTRAL' | 'FAIL' | 'SOFTFAIL' | 'NONE' | 'TEMPERROR' | 'PERMERROR';

export interface Evaluated {
  readonly result: SpfResult;
  /** A sentence. Empty if the result needs none. */
  readonly reason: string;
}

/** The lookups that SPF needs. */
export type SpfResolver = Pick<MachineResolver, 'texts' | 'ipv4' | 'ipv6' | 'mailServers' | 'namesOf'>;

export interface SpfQuestion {
  readonly domain: string;
  /** The address that sends. */
  readonly ip: string;
  /** The name with which the sender greets. */
  readonly helo: string;
  readonly now: () => number;
}

/** Section 4.6.4. */
const MAX_LOOKUPS = 10;
const MAX_EMPTY = 2;
const MAX_NAMES = 10;
const MAX_MS = 20_000;

const byQualifier: Readonly<Record<Qualifier, SpfResult>> = {
  '+': 'PASS',
  '-': 'FAIL',
  '~': 'SOFTFAIL',
  '?': 'NEUTRAL',
};

/** The evaluation ends with this result. */
class Outcome extends Error {
  constructor(
    readonly result: SpfResult,
    readonly reason: string,
  ) {
    super(reason);
  }
}

/**
 * Evaluates the record of a domain for mail of its postmaster.
 * @param given evaluated instead of the published record of the domain itself.
 */
export async function evaluateSpf(
  resolver: SpfResolver,
  question: SpfQuestion,
  given?: string,
): Promise<Evaluated> {
  const ip = parseIp(question.ip);
  if (ip === undefined) return { result: 'TEMPERROR', reason: `“${question.ip}” is not an IP address.` };
  try {
    return await new Evaluation(resolver, question, ip).check(question.domain, given);
  } catch (error) {
    if (error instanceof Outcome) return { result: error.result, reason: error.reason };
    throw error;
  }
}

class Evaluation {
  readonly #resolver: SpfResolver;
  readonly #question: SpfQuestion;
  readonly #ip: Ip;
  readonly #end: number;
  #lookups = 0;
  #empty = 0;

  constructor(resolver: SpfResolver, question: SpfQuestion, ip: Ip) {
    this.#resolver = resolver;
    this.#question = question;
    this.#ip = ip;
    this.#end = question.now() + MAX_MS;
  }

  /** @throws Outcome `TEMPERROR`, `PERMERROR`. */
  async check(domain: string, given?: string): Promise<Evaluated> {
    const record = await this.#read(domain, given);
    if (record === undefined) return { result: 'NONE', reason: `“${domain}” has no SPF record.` };
    for (const directive of record.directives) {
      if (!(await this.#matches(directive, domain))) continue;
      const reason =
        directive.qualifier === '+' ? '' : `“${directive.text}” applies to ${this.#question.ip}.`;
      return { result: byQualifier[directive.qualifier], reason };
    }
    if (record.redirect === undefined) {
      return { result: 'NEUTRAL', reason: `No term applies to ${this.#question.ip}.` };
    }
    this.#count();
    const target = this.#expand(record.redirect, domain);
    const redirected = isName(target) ? await this.check(target) : undefined;
    if (redirected !== undefined && redirected.result !== 'NONE') return redirected;
    throw new Outcome('PERMERROR', `“redirect=${record.redirect}” leads to no SPF record.`);
  }

  async #read(domain: string, given: string | undefined): Promise<SpfRecord | undefined> {
    const texts = given === undefined ? await this.#ask(() => this.#resolver.texts(domain)) : [given];
    const records = texts.filter(isSpf);
    const [record] = records;
    if (record === undefined) return undefined;
    if (records.length > 1) throw new Outcome('PERMERROR', `“${domain}” has more than one SPF record.`);
    try {
      return readSpf(record);
    } catch (error) {
      if (!(error instanceof SpfSyntaxError)) throw error;
      throw new Outcome('PERMERROR', error.message);
    }
  }

  async #matches(directive: Directive, domain: string): Promise<boolean> {
    switch (directive.kind) {
      case 'all':
        return true;
      case 'ip':
        return isWithin(this.#ip, directive.network, directive.prefix);
      case 'include':
        return this.#includes(this.#expand(directive.target, domain));
      case 'exists': {
        this.#count();
        const target = this.#expand(directive.target, domain);
        return isName(target) && (await this.#found(() => this.#resolver.ipv4(target))).length > 0;
      }
      case 'a': {
        this.#count();
        const target = this.#targetOf(directive.target, domain);
        const addresses = isName(target) ? await this.#found(() => this.#addresses(target)) : [];
        return this.#isAmong(addresses, directive);
      }
      case 'mx': {
        this.#count();
        return this.#isMailServer(this.#targetOf(directive.target, domain), directive);
      }
      case 'ptr': {
        this.#count();
        return this.#isNamed(this.#targetOf(directive.target, domain));
      }
    }
  }

  /** Section 5.2. */
  async #includes(target: string): Promise<boolean> {
    this.#count();
    const { result } = isName(target) ? await this.check(target) : { result: 'NONE' };
    if (result === 'NONE') {
      throw new Outcome('PERMERROR', `“include:${target}” leads to no SPF record.`);
    }
    return result === 'PASS';
  }

  async #isMailServer(
    target: string,
    prefixes: { readonly prefix4: number; readonly prefix6: number },
  ): Promise<boolean> {
    const servers = isName(target) ? await this.#found(() => this.#resolver.mailServers(target)) : [];
    const names = servers.map(({ exchange }) => exchange).filter(isName);
    if (names.length > MAX_NAMES) {
      throw new Outcome('PERMERROR', `“${target}” has more than ${MAX_NAMES} MX records.`);
    }
    const found = await Promise.all(names.map((name) => this.#ask(() => this.#addresses(name))));
    return this.#isAmong(found.flat(), prefixes);
  }

  /** Section 5.5: a name of the address that leads back to it. */
  async #isNamed(target: string): Promise<boolean> {
    let names: string[];
    try {
      names = await this.#found(() => this.#resolver.namesOf(this.#question.ip));
    } catch (error) {
      // A failed lookup means that the address has no names; the limits still end the evaluation.
      if (error instanceof Outcome && error.result === 'TEMPERROR') return false;
      throw error;
    }
    const wanted = target.toLowerCase();
    for (const name of names.slice(0, MAX_NAMES)) {
      const own = name.toLowerCase().replace(/\.$/, '');
      if (own !== wanted && !own.endsWith(`.${wanted}`)) continue;
      const addresses = isName(own) ? await this.#ask(() => this.#addresses(own)) : [];
      if (addresses.some((one) => parseIp(one)?.value === this.#ip.value)) return true;
    }
    return false;
  }

  #addresses(name: string): Promise<string[]> {
    return this.#ip.family === 4 ? this.#resolver.ipv4(name) : this.#resolver.ipv6(name);
  }

  #isAmong(
    addresses: readonly string[],
    { prefix4, prefix6 }: { readonly prefix4: number; readonly prefix6: number },
  ): boolean {
    const prefix = this.#ip.family === 4 ? prefix4 : prefix6;
    return addresses.some((one) => {
      const address = parseIp(one);
      return address !== undefined && isWithin(this.#ip, address, prefix);
    });
  }

  #targetOf(target: string | undefined, domain: string): string {
    return target === undefined ? domain : this.#expand(target, domain);
  }

  #expand(target: string, domain: string): string {
    const { domain: sending, ip: ipText, helo } = this.#question;
    return expand(target, { sender: `postmaster@${sending}`, domain, ip: this.#ip, ipText, helo });
  }

  #count(): void {
    this.#lookups += 1;
    if (this.#lookups > MAX_LOOKUPS) {
      throw new Outcome('PERMERROR', `The record needs more than ${MAX_LOOKUPS} DNS lookups.`);
    }
  }

  /** A lookup of a term. Only few may find nothing. */
  async #found<T>(lookup: () => Promise<T[]>): Promise<T[]> {
    const found = await this.#ask(lookup);
    if (found.length > 0) return found;
    this.#empty += 1;
    if (this.#empty > MAX_EMPTY) {
      throw new Outcome('PERMERROR', `More than ${MAX_EMPTY} DNS lookups of the record find nothing.`);
    }
    return found;
  }

  async #ask<T>(lookup: () => Promise<T[]>): Promise<T[]> {
    if (this.#question.now() > this.#end) {
      throw new Outcome('TEMPERROR', `The DNS lookups took more than ${MAX_MS / 1000} seconds.`);
    }
    try {
      return await lookup();
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      throw new Outcome('TEMPERROR', error.message);
    }
  }
}

function isWithin(ip: Ip, network: Ip, prefix: number): boolean {
  if (ip.family !== network.family) return false;
  const { first, last } = networkOf(network, prefix);
  return first <= ip.value && ip.value <= last;
}

/** Names that can be looked up. Others have no records. */
function isName(name: string): boolean {
  return (
    name.length <= 253 && /^(?:[\w](?:[\w-]{0,61}\w)?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i.test(name)
  );
}
