// The domains of one account, found by their names. Some accounts have thousands, so nothing passes over all of them for
// each one.
import type { Db } from '../../../core/context.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { listOf, type HostedDomain } from './hosted-domains.ts';
import { virtualHostsOf, type VirtualHost } from './virtual-hosts.ts';

export async function readOwnDomains(db: Db, account: Account): Promise<OwnDomains> {
  const hosted = await listOf(db, account.username);
  return new OwnDomains(account, hosted, await virtualHostsOf(db, account, hosted));
}

export class OwnDomains {
  /** Each is made when it is first needed. */
  #hosted: ReadonlyMap<string, HostedDomain> | undefined;
  #hosts: ReadonlyMap<string, VirtualHost> | undefined;
  #prefixes: ReadonlyMap<string, readonly string[]> | undefined;

  constructor(
    readonly account: Account,
    /** Without the main domain. */
    readonly hosted: readonly HostedDomain[],
    readonly hosts: readonly VirtualHost[],
  ) {}

  typeOf(domain: string): HostedDomain['type'] | 'main' {
    return this.#find(domain)?.type ?? 'main';
  }

  /** The virtual host that serves a domain of the account. */
  hostOf(domain: string): VirtualHost | undefined {
    this.#hosts ??= new Map(this.hosts.map((host) => [host.servername, host]));
    return this.#hosts.get(this.#find(domain)?.servedBy ?? domain);
  }

  /** The domain of the account that a subdomain is below: the longest that is not a subdomain itself. */
  rootOf(subdomain: string): string {
    for (const above of domainsAbove(subdomain)) {
      if (above === this.account.domain) return above;
      const found = this.#find(above);
      if (found !== undefined && found.type !== 'sub') return above;
    }
    return this.account.domain;
  }

  /** What stands before the domain in the aliases of its virtual host: www, mail. */
  aliasPrefixesOf(domain: string): readonly string[] {
    this.#prefixes ??= this.#aliasPrefixes();
    return this.#prefixes.get(domain) ?? [];
  }

  #find(domain: string): HostedDomain | undefined {
    this.#hosted ??= new Map(this.hosted.map((one) => [one.domain, one]));
    return this.#hosted.get(domain);
  }

  #aliasPrefixes(): ReadonlyMap<string, readonly string[]> {
    const prefixes = new Map<string, string[]>();
    for (const host of this.hosts) {
      for (const alias of host.aliases) {
        for (const above of domainsAbove(alias)) {
          if (this.hostOf(above) !== host) continue;
          const prefix = alias.slice(0, -above.length - 1);
          const known = prefixes.get(above);
          if (known === undefined) prefixes.set(above, [prefix]);
          else known.push(prefix);
        }
      }
    }
    return prefixes;
  }
}

/** `a.b.example`: `b.example`, `example`. */
function* domainsAbove(domain: string): Generator<string> {
  for (let dot = domain.indexOf('.'); dot >= 0; dot = domain.indexOf('.', dot + 1)) {
    yield domain.slice(dot + 1);
  }
}
