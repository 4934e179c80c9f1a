// Writes /etc/trueuserdomains and its three neighbours, in whmapi1d, on servers that have the package whmapi1-cpanel-paths:
// within two seconds of a change of the store, whichever process made it, and when the server starts.
import type { Engine } from '../core/engine.ts';
import { ROLE } from '../capabilities/mail/rules/email-form.ts';
import { domainLists, type DomainLists } from '../capabilities/mail/rules/domain-lists.ts';

const INTERVAL_MS = 2000;
/** A file of the package. */
const MARKER = '/usr/lib/whmapi1-cpanel-paths/scripts/whoowns';

/** cPanel’s are not for everybody either: they show the accounts of all resellers. */
const attributes = { mode: 0o640 } as const;

export interface CpanelFilesDependencies {
  readonly engine: Engine;
  /** A text that differs whenever the store may have changed. */
  readonly storeState: () => Promise<string>;
  /** Called once for troubles of the same kind. */
  readonly onTrouble?: (error: unknown) => void;
}

export class CpanelFiles {
  readonly #deps: CpanelFilesDependencies;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<undefined> | undefined;
  #trouble = '';
  #seen = '';
  #written: Partial<DomainLists> = {};

  constructor(deps: CpanelFilesDependencies) {
    this.#deps = deps;
  }

  /** Looks until `close`. */
  start(): void {
    this.#timer ??= setInterval(() => {
      this.#looking ??= this.look()
        .then(
          () => (this.#trouble = ''),
          (error: unknown) => this.#report(error),
        )
        .then(() => (this.#looking = undefined));
    }, INTERVAL_MS);
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async look(): Promise<void> {
    const { engine, storeState } = this.#deps;
    const { machine } = engine;
    const isInstalled = (await (await machine.files(['/usr/lib'])).facts(MARKER)) !== undefined;
    const state = `${isInstalled} ${await storeState()}`;
    if (state === this.#seen) return;
    if (isInstalled) await this.#write();
    else if (!this.#seen.startsWith('false')) await this.#remove();
    this.#seen = state;
  }

  async #write(): Promise<void> {
    const { engine } = this.#deps;
    const { machine, store } = engine;
    const lists = await store.transaction('reads', async (db) => ({
      value: await domainLists(db, machine.system.hostname(), (await engine.rolesOf(db)).has(ROLE)),
      keep: false,
    }));
    const files = await machine.files(['/etc']);
    for (const [name, text] of entriesOf(lists)) {
      const path = `/etc/${name}`;
      if (this.#written[name] === text && (await files.facts(path)) !== undefined) continue;
      // A file that somebody else has made is theirs. One that was edited is written again, as cPanel does.
      if ((await files.origin(path)) === 'unknown') continue;
      if ((await files.readText(path)) !== text) await files.write(path, text, attributes);
      this.#written = { ...this.#written, [name]: text };
    }
  }

  /** The package was removed, or was never there. */
  async #remove(): Promise<void> {
    const files = await this.#deps.engine.machine.files(['/etc']);
    for (const name of ['trueuserdomains', 'trueuserowners', 'userdomains', 'localdomains']) {
      if ((await files.origin(`/etc/${name}`)) === 'ours') await files.remove(`/etc/${name}`);
    }
    this.#written = {};
  }

  #report(error: unknown): void {
    const text = String(error);
    if (text !== this.#trouble) this.#deps.onTrouble?.(error);
    this.#trouble = text;
  }
}

const entriesOf = (lists: DomainLists) => Object.entries(lists) as [keyof DomainLists, string][];
