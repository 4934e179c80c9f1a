// The networks that an SPF record allows to send, with those of the records that it includes.
import type { MachineResolver } from '../../../../core/machine-resolver.ts';
import { formatIp, networkOf, parseIp, type Ip } from '../../../addresses/rules/ip.ts';
import { isSpf, readSpf, type Directive } from './spf-syntax.ts';

type Resolver = Pick<MachineResolver, 'texts' | 'ipv4' | 'ipv6' | 'mailServers'>;

/** Providers have a dozen records. */
const MAX_LOOKUPS = 100;
/** The shortest prefix of a network. A record that allows more of the internet identifies nobody. */
const SHORTEST = { 4: 8, 6: 16 } as const;

/** The record cannot be used. The message is a sentence. */
export class UnusableSpf extends Error {}

/**
 * The networks, such as `192.0.2.0/24`, that the SPF record of a domain allows (RFC 7208). Terms that need the address of a
 * sender (`exists`, `ptr`, macros) allow none.
 * @throws UnusableSpf, SpfSyntaxError, MachineError `failed` if a nameserver does not respond.
 */
export async function networksAllowedBy(resolver: Resolver, domain: string): Promise<string[]> {
  const walk = new Walk(resolver);
  await walk.visit(domain);
  if (walk.networks.size === 0) throw new UnusableSpf(`The SPF record of “${domain}” allows no networks.`);
  return [...walk.networks].sort();
}

class Walk {
  readonly networks = new Set<string>();
  readonly #resolver: Resolver;
  readonly #visited = new Set<string>();
  #lookups = 0;

  constructor(resolver: Resolver) {
    this.#resolver = resolver;
  }

  async visit(domain: string): Promise<void> {
    if (this.#visited.has(domain)) return;
    this.#visited.add(domain);
    const texts = (await this.#ask(() => this.#resolver.texts(domain))).filter(isSpf);
    const [text] = texts;
    if (text === undefined || texts.length > 1) {
      throw new UnusableSpf(`“${domain}” should have one SPF record, and has ${texts.length}.`);
    }
    const { directives, redirect } = readSpf(text);
    for (const directive of directives) {
      if (directive.qualifier === '+') await this.#collect(directive, domain);
    }
    if (redirect !== undefined && isPlain(redirect)) await this.visit(redirect.toLowerCase());
  }

  async #collect(directive: Directive, domain: string): Promise<void> {
    switch (directive.kind) {
      case 'ip':
        this.#add(directive.network, directive.prefix, domain);
        return;
      case 'include':
        if (isPlain(directive.target)) await this.visit(directive.target.toLowerCase());
        return;
      case 'a':
      case 'mx': {
        const { target = domain } = directive;
        if (!isPlain(target)) return;
        const names =
          directive.kind === 'a'
            ? [target]
            : (await this.#ask(() => this.#resolver.mailServers(target))).map(({ exchange }) => exchange);
        for (const name of names) await this.#addName(name, directive, domain);
        return;
      }
      case 'all':
        throw new UnusableSpf(`The SPF record of “${domain}” allows the whole internet.`);
      case 'exists':
      case 'ptr':
    }
  }

  async #addName(
    name: string,
    { prefix4, prefix6 }: { readonly prefix4: number; readonly prefix6: number },
    domain: string,
  ): Promise<void> {
    const four = await this.#ask(() => this.#resolver.ipv4(name));
    const six = await this.#ask(() => this.#resolver.ipv6(name));
    for (const address of [...four, ...six]) {
      const ip = parseIp(address);
      if (ip !== undefined) this.#add(ip, ip.family === 4 ? prefix4 : prefix6, domain);
    }
  }

  #add(ip: Ip, prefix: number, domain: string): void {
    const { family, first, last } = networkOf(ip, prefix);
    const address = formatIp({ family, value: first });
    if (prefix < SHORTEST[family]) {
      throw new UnusableSpf(
        `The SPF record of “${domain}” allows “${address}/${prefix}”, which is too much.`,
      );
    }
    this.networks.add(first === last ? address : `${address}/${prefix}`);
  }

  #ask<T>(lookup: () => Promise<T>): Promise<T> {
    this.#lookups += 1;
    if (this.#lookups > MAX_LOOKUPS) {
      throw new UnusableSpf(`The SPF record needs more than ${MAX_LOOKUPS} DNS lookups.`);
    }
    return lookup();
  }
}

const isPlain = (target: string) => !target.includes('%');
