// The licence of this program, as in the file LICENSE, and who accepted it.
import type { Caller, Db, Origin } from '../../../../core/context.ts';

export const LICENCE = `MIT License

Copyright (c) 2026 the whmapi1 authors

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`;

export interface Acceptance {
  readonly accepted_by: string;
  /** In milliseconds since 1970-01-01. */
  readonly accepted_at: number;
  /** The address of the client. Empty for the local command line. */
  readonly address: string;
}

/** The first acceptance stays. @returns it. */
export async function accept(
  db: Db,
  { caller, origin, now }: { caller: Caller; origin: Origin | undefined; now: number },
): Promise<Acceptance> {
  await db.run(
    `INSERT INTO licence_acceptance (server, accepted_by, accepted_at, address) VALUES (?, ?, ?, ?)
     ON CONFLICT (server) DO NOTHING`,
    ...[db.server, caller.user, now, origin?.address ?? ''],
  );
  const row = await findAcceptance(db);
  return row ?? { accepted_by: caller.user, accepted_at: now, address: '' };
}

export function findAcceptance(db: Db): Promise<Acceptance | undefined> {
  return db.get<Acceptance>(
    'SELECT accepted_by, accepted_at, address FROM licence_acceptance WHERE server = ?',
    db.server,
  );
}

export function acceptanceSentence({ accepted_by, accepted_at, address }: Acceptance): string {
  const from = address === '' ? '' : ` from ${address}`;
  return `${accepted_by} accepted the licence on ${new Date(accepted_at).toISOString().slice(0, 10)}${from}.`;
}
