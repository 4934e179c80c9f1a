// Creates a user with all privileges on a MariaDB server that is not ours, over SSH. The plan’s secret is the password of
// the user. The passwords for SSH are encrypted in the input, so that an interrupted plan can be undone.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { Sealer } from '../../../../../core/context.ts';
import { defineStep } from '../../../../../core/plan.ts';
import type { SshAccess, SshSecrets } from '../../../rules/ssh-login.ts';
import { runSql } from '../over-ssh.ts';

interface Input {
  readonly access: SshAccess;
  /** SshSecrets as JSON, encrypted, in Base64. */
  readonly sealed: string;
  /** What they were encrypted for. */
  readonly purpose: string;
  /** Letters, digits, `_` and `-` only. */
  readonly user: string;
  /** An IP address. */
  readonly client: string;
}

export default defineStep<Input>({
  kind: 'mysql-profiles/create-administrator',
  describe: ({ access: { host }, user, client }) =>
    `Create the MariaDB user “${user}” on “${host}”, who has all privileges and may connect from ${client}.`,
  async apply(machine, { input, secret, sealer }) {
    const account = accountOf(input);
    if (!/^[\w-]+$/.test(secret)) throw new TypeError('The password would have to be quoted.');
    // The server’s log of statements does not get the password.
    const sql =
      'SET SESSION sql_log_off = 1;\n' +
      `CREATE USER IF NOT EXISTS ${account} IDENTIFIED BY '${secret}';\n` +
      `GRANT ALL PRIVILEGES ON *.* TO ${account} WITH GRANT OPTION;`;
    await runSql(machine, input.access, { secrets: await secretsOf(sealer, input), sql, hidden: secret });
  },
  async undo(machine, { input, sealer }) {
    const secrets = await secretsOf(sealer, input);
    await runSql(machine, input.access, { secrets, sql: `DROP USER IF EXISTS ${accountOf(input)};` });
  },
});

async function secretsOf(sealer: Sealer, { sealed, purpose }: Input): Promise<SshSecrets> {
  return JSON.parse(await sealer.open(Buffer.from(sealed, 'base64'), purpose)) as SshSecrets;
}

function accountOf({ user, client }: Input): string {
  if (!/^[\w-]+$/.test(user) || !/^[0-9a-f.:]+$/i.test(client)) {
    throw new MachineError('invalid', 'The name of the MariaDB user would have to be quoted.');
  }
  return `'${user}'@'${client}'`;
}
