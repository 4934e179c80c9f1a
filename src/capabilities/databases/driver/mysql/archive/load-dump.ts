// Loads a dump into an empty database, as a user who has privileges on nothing else. So a dump cannot do what its account
// could not do: read files, use other databases, or create users.
import type { OpenFile } from '../../../../../core/machine-daemons.ts';
import type { DatabaseServer } from '../../../../../core/machine-databases.ts';
import { MachineError } from '../../../../../core/machine-error.ts';
import { isReported } from '../statements.ts';
import { assertComplete } from './complete-dump.ts';
import { DumpSplitter } from './dump-splitter.ts';
import { readStatement, type NamedDefiner } from './dump-statement.ts';

const PIECE_BYTES = 1024 * 1024;

export interface Loading {
  readonly file: OpenFile;
  /** For error messages. */
  readonly path: string;
  readonly database: string;
  readonly login: { readonly user: string; readonly password: string };
  /** max_allowed_packet of the server. */
  readonly maxBytes: number;
}

/** @returns what the dump defines. @throws MachineError `failed` with the number of the statement. */
export async function loadDump(
  server: DatabaseServer,
  { file, path, database, login, maxBytes }: Loading,
): Promise<NamedDefiner[]> {
  if (server.useAs === undefined) throw new TypeError('Only MariaDB loads statements.');
  await assertComplete(file, path);
  const defined: NamedDefiner[] = [];
  await server.useAs(login, database, async (connection) => {
    // As MariaDB’s client does; a dump then says what it needs.
    await connection.run(Buffer.from('SET NAMES utf8mb4'));
    const splitter = new DumpSplitter(maxBytes);
    let position = 0;
    let number = 0;
    let title = '';
    let present: NamedDefiner | undefined;
    try {
      for (let isLast = false; !isLast;) {
        const length = await file.read(splitter.room(PIECE_BYTES), PIECE_BYTES, position);
        splitter.added(length);
        position += length;
        isLast = length < PIECE_BYTES;
        for (;;) {
          number += 1;
          title = '';
          present = undefined;
          const next = splitter.next(isLast);
          if (next === undefined) break;
          const statement = readStatement(next, database);
          ({ title, defined: present } = statement);
          if (statement.bytes === undefined) continue;
          await connection.run(statement.bytes);
          if (statement.defined !== undefined) defined.push(statement.defined);
          splitter.hasEscapes = statement.hasEscapes ?? splitter.hasEscapes;
        }
        number -= 1;
      }
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      const what = title === '' ? '' : ` (${title})`;
      throw new MachineError(
        error.code === 'full' ? 'full' : 'failed',
        `Statement ${number}${what} of “${path}” was refused. ${error.message}${aboutView(error, present)}`,
        { cause: error },
      );
    }
  });
  return defined;
}

/** A view of several databases. The user who loads a dump may use one. */
function aboutView(error: MachineError, defined: NamedDefiner | undefined): string {
  if (defined?.kind !== 'view' || !isReported(error, ...DENIED)) return '';
  return (
    ` The view “${defined.name}” uses another database, and a dump may use its own only. Remove the view from the dump, ` +
    'and create it after the import.'
  );
}

const DENIED = ['ER_TABLEACCESS_DENIED_ERROR', 'ER_DBACCESS_DENIED_ERROR', 'ER_COLUMNACCESS_DENIED_ERROR'];
