// An installation for tests of --export-databases and --import-databases: with the accounts bob and eve, on the database
// servers of the test.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findAdministration } from '../../src/administration/databases.ts';
import { Installation } from './installation.ts';
import type { PrivateMariadb } from './private-mariadb.ts';
import type { PrivatePostgresql } from './private-postgresql.ts';
import { serveMariadb } from './served-mariadb.ts';
import { servePostgresql } from './served-postgresql.ts';

/** The password of every account and database user. */
export const password = 'correct horse battery staple 7';

export class ArchiveInstallation extends Installation {
  static async on(servers: {
    readonly mariadb?: PrivateMariadb;
    readonly postgres?: PrivatePostgresql;
  }): Promise<ArchiveInstallation> {
    const here = new ArchiveInstallation();
    here.overrides.find = async (name) =>
      (await findAdministration(name)) ?? here.application.engine.find(name);
    here.overrides.randomBytes = async (count) => crypto.getRandomValues(new Uint8Array(count));
    if (servers.mariadb !== undefined) serveMariadb(here.state, servers.mariadb);
    if (servers.postgres !== undefined) servePostgresql(here.state, servers.postgres);
    for (const username of ['bob', 'eve']) {
      const { metadata } = await here.#call('createacct', {
        username,
        domain: `${username}.example`,
        password,
      });
      expect(metadata).toMatchObject({ result: 1 });
    }
    return here;
  }

  /** Where the sandbox has a path. */
  readonly real = (path: string): string => join(this.state, 'root', path);

  /** Calls a function of UAPI as bob, which must succeed. */
  readonly asBob = async (name: string, args: Readonly<Record<string, string>> = {}): Promise<void> => {
    const answer = await this.uapi('bob', name, args);
    expect([name, answer]).toEqual([name, expect.objectContaining({ status: 1, errors: null })]);
  };

  /** Calls a function, which must succeed. @returns its warnings and messages. */
  readonly done = async (
    command: string,
    args: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> => {
    const { metadata } = await this.#call(command, args);
    expect([command, metadata.reason]).toEqual([command, 'OK']);
    return [...(metadata.output?.warnings ?? []), ...(metadata.output?.messages ?? [])];
  };

  /** Why an import for an account was refused. */
  readonly refusal = async (user: string, directory: string): Promise<string> =>
    (await this.#call('--import-databases', { user, directory })).metadata.reason;

  async #call(command: string, args: Readonly<Record<string, string>>) {
    const answer = await this.call(command, args);
    if (answer.metadata.error_code === 'internal')
      throw new Error(readFileSync(join(this.state, 'error.log'), 'utf8'));
    return answer;
  }
}
