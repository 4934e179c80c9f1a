// Runs a statement whose bytes are in any encoding, over a connection with the character set `binary`.
import type { Connection as PlainConnection } from 'mysql2';
import type { Connection } from 'mysql2/promise';

/** The part of mysql2’s queries that its types leave out. */
interface Running {
  on(event: 'error', listener: (error: Error) => void): Running;
  on(event: 'end', listener: () => void): Running;
}

/** Does not collect rows, of which there may be any number. */
export async function runBytes(connection: Connection, statement: Uint8Array): Promise<void> {
  const sql = Buffer.from(statement).toString('latin1');
  // Without promises, which would collect the rows. The types leave it out.
  const { connection: plain } = connection as unknown as { readonly connection: PlainConnection };
  const failure = await new Promise<Error | undefined>((resolve) => {
    let error: Error | undefined;
    const done = (one: Error | undefined) => {
      connection.removeListener('error', done);
      resolve(one);
    };
    // A lost connection is reported here only.
    connection.on('error', done);
    const query = plain.query({ sql }) as unknown as Running;
    query.on('error', (one) => {
      error ??= one;
      done(error);
    });
    query.on('end', () => done(error));
  });
  if (failure !== undefined) throw inUtf8(failure);
}

/** The server’s messages are in UTF-8, and were read as single bytes. */
function inUtf8(error: Error): Error {
  const { sqlMessage } = error as { sqlMessage?: string };
  if (sqlMessage === undefined) return error;
  return Object.assign(error, { sqlMessage: Buffer.from(sqlMessage, 'latin1').toString() });
}
