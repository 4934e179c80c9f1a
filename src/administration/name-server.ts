// Implements --secondaries, --add-secondary and --remove-secondary.
import { createApplication, type Application } from '../app/app.ts';
import type { Db } from '../core/context.ts';
import { ApiError } from '../core/errors.ts';
import { assertRole } from '../core/access.ts';
import { auditedChange } from './audited-change.ts';
import { placeOf } from '../capabilities/dns/driver/role.ts';
import * as secondaries from '../capabilities/dns/rules/secondaries.ts';

export { shown } from '../capabilities/dns/rules/secondaries.ts';
export type { Invitation, Secondary } from '../capabilities/dns/rules/secondaries.ts';

export class SecondariesDesk {
  readonly #application: Application;

  /** @throws ApiError `store_insecure`, `store_unavailable` */
  constructor(environment: Readonly<Record<string, string | undefined>>) {
    this.#application = createApplication(environment);
  }

  list(): Promise<secondaries.Secondary[]> {
    return this.#read((db) => secondaries.list(db));
  }

  /** Returns why changes of the secondaries would have no effect. Undefined if their keys can be decrypted. */
  async trouble(): Promise<string | undefined> {
    const { sealer } = this.#application.engine;
    try {
      await this.#read((db) => secondaries.readOptions(db, sealer));
      return undefined;
    } catch (error) {
      if (error instanceof ApiError && error.code === 'key_lost') return error.message;
      throw error;
    }
  }

  /**
   * Writes a line to the audit log. The task configures the nameserver to accept the secondary.
   * @throws ApiError `bad_param`, `disabled` without the role DNS.
   */
  async add(
    address: string,
  ): Promise<{ readonly task: number; readonly invitation: secondaries.Invitation }> {
    const { engine } = this.#application;
    const { sealer, randomBytes, machine } = engine;
    const own = (await placeOf(machine)) ?? {
      address: machine.system.addresses()[0],
      port: secondaries.DNS_PORT,
    };
    return this.#change('--add-secondary', address, async (db, { xid }) => {
      const place = secondaries.readPlace(address);
      const invitation = await secondaries.add({ db, sealer, randomBytes }, place, own);
      return { invitation, task: await secondaries.updateOwn(db, engine.now(), xid) };
    });
  }

  /** Writes a line to the audit log. @returns the task. @throws ApiError `bad_param`, `not_found`, `disabled`. */
  remove(address: string): Promise<number> {
    return this.#change('--remove-secondary', address, async (db, { xid }) => {
      await secondaries.remove(db, secondaries.readPlace(address));
      return secondaries.updateOwn(db, this.#application.engine.now(), xid);
    });
  }

  close(): void {
    this.#application.close();
  }

  #read<T>(work: (db: Db) => Promise<T>): Promise<T> {
    return this.#application.engine.store.transaction('reads', async (db) => ({
      value: await work(db),
      keep: false,
    }));
  }

  #change<T>(
    name: string,
    address: string,
    work: (db: Db, change: { readonly xid: string }) => Promise<T>,
  ): Promise<T> {
    const { engine } = this.#application;
    return auditedChange(engine, [name, 'address', address], async () => {
      await assertRole(engine, { name, role: 'DNS' });
      return work;
    });
  }
}
