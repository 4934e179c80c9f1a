// Looks names up with c-ares. Unlike getaddrinfo, it does not read /etc/hosts and does not block a thread of Node.
import { Resolver } from 'node:dns/promises';
import { MachineError } from '../core/machine-error.ts';
import type { CaaRecord, MachineResolver, MailServer } from '../core/machine-resolver.ts';
import { PublicAddresses } from './outbound/public-addresses.ts';

/** The limit of one attempt. For each server, all attempts together take less than twice as long. */
const TRY_MS = 2000;
const TRIES = 2;
/** The limit of a lookup, for any number of nameservers. */
const LIMIT_MS = 6000;

export class DnsResolver implements MachineResolver {
  readonly #servers: readonly string[];
  readonly #networks: readonly string[];

  /**
   * @param servers addresses, with a port unless it is 53: `127.0.0.1:5353`. Default: read from /etc/resolv.conf.
   * @param networks those that `textsFrom` asks although they are not public.
   */
  constructor(servers: readonly string[] = [], networks: readonly string[] = []) {
    this.#servers = servers;
    this.#networks = networks;
  }

  servers(): readonly string[] {
    return this.#servers.length > 0 ? this.#servers : new Resolver().getServers();
  }

  ipv4(name: string): Promise<string[]> {
    return this.#ask(name, (resolver) => resolver.resolve4(name));
  }

  ipv6(name: string): Promise<string[]> {
    return this.#ask(name, (resolver) => resolver.resolve6(name));
  }

  async mailServers(name: string): Promise<MailServer[]> {
    const found = await this.#ask(name, (resolver) => resolver.resolveMx(name));
    const servers = found.map(({ exchange, priority }) => ({ exchange, preference: priority }));
    return servers.sort((one, other) => one.preference - other.preference);
  }

  nameservers(domain: string): Promise<string[]> {
    return this.#ask(domain, (resolver) => resolver.resolveNs(domain));
  }

  async texts(name: string): Promise<string[]> {
    const found = await this.#ask(name, (resolver) => resolver.resolveTxt(name));
    return found.map((strings) => strings.join(''));
  }

  async textsFrom(server: readonly string[], name: string): Promise<string[]> {
    const reachable = new PublicAddresses(this.#networks);
    const asked = server.filter((address) => reachable.includes(address));
    if (asked.length === 0) {
      throw new MachineError('not_ours', `No address of the nameserver is public: ${server.join(', ')}.`);
    }
    return new DnsResolver(asked).texts(name);
  }

  aliases(name: string): Promise<string[]> {
    return this.#ask(name, (resolver) => resolver.resolveCname(name));
  }

  namesOf(address: string): Promise<string[]> {
    return this.#ask(address, (resolver) => resolver.reverse(address));
  }

  async caa(name: string): Promise<CaaRecord[]> {
    const found = await this.#ask(name, (resolver) => resolver.resolveCaa(name));
    // Each record has its tag as the name of a property.
    return found.flatMap(({ critical, ...rest }) =>
      Object.entries(rest as Readonly<Record<string, unknown>>)
        .filter((entry): entry is [string, string] => typeof entry[1] === 'string')
        .map(([tag, value]) => ({ isCritical: critical >= 128, tag: tag.toLowerCase(), value })),
    );
  }

  async #ask<T>(name: string, ask: (resolver: Resolver) => Promise<T[]>): Promise<T[]> {
    // Each new resolver reads /etc/resolv.conf.
    const resolver = new Resolver({ timeout: TRY_MS, tries: TRIES });
    if (this.#servers.length > 0) resolver.setServers(this.#servers);
    const timer = setTimeout(() => {
      resolver.cancel();
    }, LIMIT_MS);
    try {
      return await ask(resolver);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (code === 'ENODATA' || code === 'ENOTFOUND') return [];
      const servers = resolver.getServers().join(', ');
      const what = causes[code] ?? `failed (${code})`;
      throw new MachineError(
        'failed',
        `“${name}” could not be resolved: the nameserver (${servers}) ${what}. ` +
          'Check the nameservers in /etc/resolv.conf and retry the call.',
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }
}

const causes: Readonly<Record<string, string>> = {
  ECANCELLED: 'did not answer in time',
  ECONNREFUSED: 'does not answer',
  EREFUSED: 'refused the query',
  ESERVFAIL: 'failed (SERVFAIL)',
  ETIMEOUT: 'did not answer in time',
};
