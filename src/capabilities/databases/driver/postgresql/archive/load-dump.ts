// Loads a dump into an empty database, as a user who has nothing else. So a dump cannot do more than its account can do in
// its own database: the server refuses to read files, to run programs, and to create or change users.
//
// pg_restore reads the file, because nothing else knows its format. The file may be hostile to pg_restore too. Therefore
// pg_restore runs as the Linux user of the account, and gets the file and the password as descriptors. That user could
// read the password there, and would gain nothing: the user who loads has the new database of the same account only.
import { dirname, extname } from 'node:path';
import {
  PRIVATE_FILE,
  SECOND_PRIVATE_FILE,
  type OpenFile,
  type ToolOptions,
} from '../../../../../core/machine-daemons.ts';
import type { DatabaseServer } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import type { Machine } from '../../../../../core/machine.ts';
import { conninfo } from '../client-tools.ts';

const RESTORE = { name: 'pg_restore', worksInSandbox: true } as const;
const FORMAT = ['--format=tar'];
/**
 * Without --single-transaction: the database is removed if anything fails, and one transaction could hold too many locks.
 */
const CONTENT = ['--no-owner', '--no-privileges', '--no-tablespaces', '--exit-on-error'];
const END_BYTES = 1024;
const LIMIT_MS = 12 * 3_600_000;

/**
 * What a new database has already, as pg_restore lists it. Dumps of servers before PostgreSQL 11 contain it, and only an
 * administrator could create or comment it.
 */
const PRESENT =
  /^\d+; \d+ \d+ (?:SCHEMA - public|(?:COMMENT - )?(?:EXTENSION|PROCEDURAL LANGUAGE) (?:- )?plpgsql) /;

export interface Loading {
  readonly file: OpenFile;
  /** For error messages. */
  readonly path: string;
  readonly database: string;
  readonly login: { readonly user: string; readonly password: string };
  /** The Linux user of the account. */
  readonly as: { readonly uid: number; readonly gid: number };
}

/** @throws MachineError `failed` if dumps cannot be loaded. */
export async function assertCanLoad(machine: Machine): Promise<void> {
  if (await (await machine.tools([RESTORE])).has(RESTORE.name)) return;
  throw new MachineError(
    'failed',
    'The program pg_restore is not installed, which loads PostgreSQL databases. Install it: apt-get install ' +
      'postgresql-client.',
  );
}

/** @throws MachineError `failed`, `full`. */
export async function loadDump(
  machine: Pick<Machine, 'tools'>,
  server: DatabaseServer,
  { file, path, database, login, as }: Loading,
): Promise<void> {
  await assertComplete(file, path);
  const tools = await machine.tools([RESTORE]);
  const run = async (words: readonly string[], options: ToolOptions = {}) => {
    const all = { inputFile: file, as, accept: [0, 1], limitMs: LIMIT_MS, ...options };
    const { status, stdout, stderr } = await tools.run(RESTORE.name, [...FORMAT, ...words], all);
    if (status !== 0) throw refusal(path, stderr);
    return stdout;
  };
  const list = wanted(await run(['--list']));
  const place = { ...(await placeOf(server)), user: login.user, dbname: database, passfile: PRIVATE_FILE };
  const words = ['--no-password', `--use-list=${SECOND_PRIVATE_FILE}`, `--dbname=${conninfo(place)}`];
  await run([...CONTENT, ...words], { privateFile: [`*:*:*:*:${login.password}\n`, list] });
}

/** pg_restore would load a dump that is cut off without an error. Every tar archive ends with two empty blocks. */
async function assertComplete(file: OpenFile, path: string): Promise<void> {
  const end = Buffer.alloc(END_BYTES, 1);
  const length = await file.read(end, END_BYTES, Math.max(0, file.size - END_BYTES));
  if (length === END_BYTES && end.every((byte) => byte === 0)) return;
  throw new MachineError('failed', `“${path}” is not complete: it does not end as a tar archive does.`);
}

/** The numbers only: no name of the dump is passed on. */
function wanted(list: string): string {
  return list
    .split('\n')
    .filter((line) => /^\d+;/.test(line) && !PRESENT.test(`${line} `))
    .map((line) => `${line.slice(0, line.indexOf(';'))}\n`)
    .join('');
}

/**
 * Over the network of this machine, because Debian’s PostgreSQL admits a user with a password only there. Without
 * network, through the socket: a sandbox’s own server admits everybody who can open it.
 */
async function placeOf(server: DatabaseServer): Promise<{ readonly host: string; readonly port: string }> {
  const { socket = '' } = server;
  const port = extname(socket).slice(1);
  const addresses = await server.use(async (connection) => {
    const [row] = await connection.query<{ addresses: string }>(
      "SELECT current_setting('listen_addresses') AS addresses",
    );
    return (row?.addresses ?? '').split(',').map((one) => one.trim());
  });
  const [first = ''] = addresses;
  if (['*', '0.0.0.0', 'localhost', '127.0.0.1'].some((one) => addresses.includes(one)))
    return { host: '127.0.0.1', port };
  if (['::', '::1'].some((one) => addresses.includes(one))) return { host: '::1', port };
  return { host: first === '' ? dirname(socket) : first, port };
}

function refusal(path: string, stderr: string): MachineError {
  const [line = ''] = stderr.trim().split('\n');
  const said =
    /\b(?:error|fatal): (?:could not execute query: )?(?:ERROR: +)?(.*)$/m.exec(stderr)?.[1] ?? line;
  if (/connection to server (?:at|on) .* failed/.test(said)) {
    return new MachineError(
      'failed',
      `“${path}” cannot be loaded, because PostgreSQL does not admit a new user with a password: ${sentenceOf(said)} ` +
        'Set listen_addresses to localhost in postgresql.conf, keep the line “host all all 127.0.0.1/32 scram-sha-256” ' +
        'in pg_hba.conf, and restart PostgreSQL.',
    );
  }
  return new MachineError(
    stderr.includes('No space left on device') ? 'full' : 'failed',
    `“${path}” was refused: ${sentenceOf(said === '' ? 'pg_restore failed' : said)}`,
  );
}

const sentenceOf = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);
