// The certificates of accounts' sites, for clients that reach this server by one of their names: https://cpanel.bob.example
// leads to https://cpanel.bob.example:2083. All other clients get the certificate of the server.
import { createSecureContext, type SecureContext } from 'node:tls';
import type { Application } from '../app/app.ts';
import { certificateForName } from '../capabilities/certificates/rules/for-name.ts';
import { BoundedCache } from './bounded-cache.ts';
import { tlsOptions } from './tls.ts';

/** Strangers choose the names. */
const NAME = /^(?=.{1,253}$)[a-z0-9_-]{1,63}(?:[.][a-z0-9_-]{1,63})+$/;
const MAX_NAMES = 1000;
/** How long a name is remembered: a new certificate is used after this time. */
const KEPT_MS = 60_000;

interface Known {
  readonly context: SecureContext | undefined;
  readonly until: number;
}

export class SiteCertificates {
  readonly #application: Application;
  readonly #known = new BoundedCache<Known>({ entries: MAX_NAMES, size: MAX_NAMES });

  constructor(application: Application) {
    this.#application = application;
  }

  /** Undefined: use the certificate of the server. */
  async find(given: string): Promise<SecureContext | undefined> {
    const name = given.toLowerCase();
    const { engine } = this.#application;
    if (!NAME.test(name) || name === engine.machine.system.hostname().toLowerCase()) return undefined;
    const now = engine.now();
    const known = this.#known.get(name);
    if (known !== undefined && now < known.until) return known.context;
    const context = await this.#load(name, now);
    this.#known.set(name, { context, until: now + KEPT_MS }, 1);
    return context;
  }

  async #load(name: string, now: number): Promise<SecureContext | undefined> {
    const { store, sealer } = this.#application.engine;
    const found = await store.transaction('reads', async (db) => ({
      value: await certificateForName({ db, sealer }, name, now),
      keep: false,
    }));
    return found && createSecureContext({ ...tlsOptions, cert: found.cert, key: found.key });
  }
}
