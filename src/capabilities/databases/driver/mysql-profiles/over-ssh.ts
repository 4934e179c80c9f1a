// SQL on another server as its root: over SSH, with MariaDB’s own client there. Only servers whose key root of this server
// knows are trusted. Everything secret goes through standard input: the passwords first, then a line that marks their end,
// then the SQL. What nobody has read of the passwords is skipped.
import { isIP } from 'node:net';
import { ApiError, badParam, denied, notFound } from '../../../../core/errors.ts';
import type { DeclaredTool } from '../../../../core/machine-daemons.ts';
import { MachineError } from '../../../../core/machine-error.ts';
import type { Machine } from '../../../../core/machine.ts';
import { quote } from '../../../../core/quote.ts';
import type { SshAccess, SshSecrets } from '../../rules/ssh-login.ts';
import { filesOf, folderOf, pathOf } from '../../../ssh/driver/ssh-keys/folder.ts';
import { findKey, publicHalfOf } from '../../../ssh/driver/ssh-keys/look-ssh-keys.ts';
import type { Work } from '../../../ssh/driver/ssh-keys/scratch.ts';

export interface RemoteServer {
  /** The address of this server, as the other one sees it. */
  readonly client: string;
  /** The port of MariaDB. */
  readonly port: number;
  /** The address at which MariaDB listens; `*` for all. */
  readonly listensAt: string;
}

const TOOLS: readonly DeclaredTool[] = [{ name: 'ssh', worksInSandbox: true }];
const CONNECT_SECONDS = 10;
const LIMIT_MS = 30_000;
const EVERY_STATUS = Array.from({ length: 256 }, (_, status) => status);
/** After the passwords, in the input; and before the rows, in the output. */
const MARK = 'whmapi1-sql';
/** Before the addresses of the connection. */
const CONNECTION = 'whmapi1-connection';

/** On the other server, as root. A shell of its own, whatever the shell of the user is. No single quote may be in it. */
const AS_ROOT =
  `while IFS= read -r line; do if [ "$line" = ${MARK} ]; then echo ${MARK}; ` +
  'if command -v mariadb >/dev/null; then exec mariadb --batch --skip-column-names; fi; ' +
  'exec mysql --batch --skip-column-names; fi; done; exit 1';

/**
 * True if a private key of root is there and its passphrase is right.
 * @returns the passphrase that ssh will ask for; empty if the key has none.
 * @throws ApiError `not_found`, `bad_param`.
 */
export async function passphraseFor(work: Work, name: string, passphrase: string): Promise<string> {
  const key = await findKey(work, await folderOf(work.machine, 'root'), name);
  if (key?.isPrivate !== true) {
    throw notFound(
      `“root” has no private SSH key ${quote(name)}. listsshkeys lists the keys, and generatesshkeypair creates one.`,
    );
  }
  // Without this, a passphrase that ssh does not ask for would go to the other server.
  const isOpen = await publicHalfOf(work, key.text, '').then(
    () => true,
    (error: unknown) => {
      if (error instanceof ApiError && error.code === 'bad_param') return false;
      throw error;
    },
  );
  if (!isOpen) await publicHalfOf(work, key.text, passphrase);
  else if (passphrase !== '')
    throw badParam(`The key ${quote(name)} has no passphrase. Omit “sshkey_passphrase”.`);
  return isOpen ? '' : passphrase;
}

/** Logs in, becomes root, and asks MariaDB where it listens. Changes nothing. @throws ApiError. */
export async function probe(
  machine: Machine,
  access: SshAccess,
  secrets: SshSecrets,
): Promise<RemoteServer & { readonly product: string }> {
  const { client, rows } = await runSql(machine, access, {
    secrets,
    sql: "SELECT CONCAT(VERSION(), ' ', @@version_comment), @@port, IFNULL(@@bind_address, '*'), @@skip_networking;",
  });
  const [product = '', port = '', listensAt = '', isWithoutNetwork = ''] = rows[0] ?? [];
  if (isWithoutNetwork !== '0') {
    throw new ApiError(
      'remote_unreachable',
      `MariaDB on “${access.host}” does not use the network. Remove “skip-networking” from its configuration there.`,
    );
  }
  return { client, port: Number(port), listensAt: listensAt === '' ? '*' : listensAt, product };
}

interface SqlWork {
  readonly secrets: SshSecrets;
  readonly sql: string;
  /** Further texts that no message may contain. */
  readonly hidden?: string;
}

/** Runs statements as the administrator of MariaDB there. @throws ApiError. */
export async function runSql(
  machine: Machine,
  access: SshAccess,
  { secrets, sql, hidden = '' }: SqlWork,
): Promise<{ client: string; rows: string[][] }> {
  const tools = await machine.tools(TOOLS);
  if (!(await tools.has('ssh'))) {
    throw new ApiError('host_failed', '“ssh” is not installed. Install the package openssh-client.');
  }
  const folder = await folderOf(machine, 'root');
  const known = pathOf(folder, 'known_hosts');
  const { host, port, user, key } = access;
  const options = {
    // A trusted server is in a file already; nobody is asked.
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    ConnectTimeout: String(CONNECT_SECONDS),
    ConnectionAttempts: '1',
    NumberOfPasswordPrompts: '1',
    PreferredAuthentications: key === null ? 'password' : 'publickey',
    IdentitiesOnly: 'yes',
    IdentityAgent: 'none',
    ClearAllForwardings: 'yes',
    ...(key !== null && secrets.login === '' && { BatchMode: 'yes' }),
  };
  const words = [
    ...['-F', 'none', '-T', '-a', '-x'],
    ...Object.entries(options).map(([name, value]) => `-o${name}=${value}`),
    { path: known, prefix: '-oUserKnownHostsFile=' },
    { path: '/etc/ssh/ssh_known_hosts', prefix: '-oGlobalKnownHostsFile=' },
    ...(key === null ? [] : ['-i', { path: pathOf(folder, key) }]),
    ...['-p', String(port), '-l', user, '--', host, commandFor(access, secrets)],
  ];
  const passwords = [secrets.login, secrets.root].filter((one) => one !== '');
  const input = [...passwords, MARK, sql, ''].join('\n');
  const ran = await tools
    .run('ssh', words, { input, answersQuestions: true, accept: EVERY_STATUS, limitMs: LIMIT_MS })
    .catch((error: unknown) => {
      if (!(error instanceof MachineError) || error.code !== 'failed') throw error;
      throw new ApiError(
        'remote_unreachable',
        `“${host}” did not complete the work over SSH within ${LIMIT_MS / 1000} seconds.`,
        { cause: error },
      );
    });
  const [before, after] = split(ran.stdout);
  const connection = new RegExp(`^${CONNECTION} (\\S+)`, 'm').exec(before)?.[1];
  const said = saidIn(ran.stderr, [...passwords, hidden]);
  if (connection === undefined) {
    const path = (await filesOf(machine, folder)).locate(known);
    throw refusedLogin(access, { stderr: ran.stderr, said, path });
  }
  if (after === undefined) {
    throw denied(`“${user}” could not become root on “${host}” with ${access.becomesRoot ?? 'sh'}: ${said}`);
  }
  if (ran.status !== 0) throw new ApiError('host_failed', `MariaDB on “${host}” refused: ${said}`);
  const lines = after.split('\n').filter((line) => line !== '');
  return { client: addressIn(connection), rows: lines.map((line) => line.split('\t')) };
}

/** What the shell of the user runs. */
function commandFor({ becomesRoot }: SshAccess, { root }: SshSecrets): string {
  const becoming = {
    none: `exec sh -c '${AS_ROOT}'`,
    // `-k`: it asks although it has asked a short time ago.
    sudo:
      root === ''
        ? `exec sudo -n -H -- sh -c '${AS_ROOT}'`
        : `exec sudo -S -k -H -p "" -- sh -c '${AS_ROOT}'`,
    su: `exec su -s /bin/sh -c '${AS_ROOT}' root`,
  };
  return `echo ${CONNECTION} $SSH_CONNECTION; ${becoming[becomesRoot ?? 'none']}`;
}

/** The output before and after the mark. */
function split(stdout: string): [before: string, after: string | undefined] {
  const [before = '', ...after] = stdout.split(`${MARK}\n`);
  return [before, after.length === 0 ? undefined : after.join(`${MARK}\n`)];
}

/** The last line, without passwords. */
function saidIn(stderr: string, hidden: readonly string[]): string {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  let said = lines.at(-1)?.trim() ?? '';
  for (const one of hidden) if (one !== '') said = said.replaceAll(one, '…');
  return said === '' ? 'it did not say why.' : `${quote(said)}.`;
}

interface Refused {
  readonly stderr: string;
  readonly said: string;
  /** Where the keys of known servers are. */
  readonly path: string;
}

function refusedLogin({ host, port, user, key }: SshAccess, { stderr, said, path }: Refused): ApiError {
  const at = `“${host}”, port ${port}`;
  const name = port === 22 ? host : `[${host}]:${port}`;
  if (stderr.includes('REMOTE HOST IDENTIFICATION HAS CHANGED')) {
    return new ApiError(
      'remote_unreachable',
      `The SSH server at ${at} has another key than ${path} says. This may be an attack. If the server has a new key, ` +
        `remove the old one: ssh-keygen -f ${path} -R '${name}'`,
    );
  }
  if (stderr.includes('Host key verification failed')) {
    return new ApiError(
      'remote_unreachable',
      `This server does not know the key of the SSH server at ${at}. Add it: ssh-keyscan -p ${port} ${host} >> ${path}, ` +
        'compare it with the key on that server (ssh-keygen -lf), and retry the call.',
    );
  }
  if (stderr.includes('UNPROTECTED PRIVATE KEY FILE')) {
    return badParam(
      `Other users can read the SSH key “${key}”, so ssh does not use it. Set its mode to 600.`,
    );
  }
  if (stderr.includes('Permission denied')) {
    const what = key === null ? 'this password' : `the key “${key}”`;
    return new ApiError(
      'login_refused',
      `The SSH server at ${at} does not let “${user}” log in with ${what}.`,
    );
  }
  return new ApiError('remote_unreachable', `The login over SSH at ${at} failed: ${said}`);
}

/** @throws ApiError `remote_unreachable`: the other server did not say where this one is. */
function addressIn(connection: string): string {
  const address = connection.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  if (isIP(address) !== 0) return address;
  throw new ApiError(
    'remote_unreachable',
    `The other server did not say which address this one has: ${quote(connection)}.`,
  );
}
