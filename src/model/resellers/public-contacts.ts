// What root and resellers tell their customers of themselves.
import type { Db } from '../../core/context.ts';
import type { Param } from '../../core/define.ts';

export interface PublicContact {
  readonly name: string;
  readonly url: string;
}

/** A web address, or nothing. */
export const contactUrl = {
  type: 'string',
  maxLength: 2048,
  pattern: {
    matches: /^(?:https?:\/\/[^\s/?#@"<>\\]+(?:[/?#][^\s"<>\\]*)?)?$/i,
    expects: 'a web address such as https://example.com/contact, or empty',
  },
  doc: 'A web address.',
} as const satisfies Param;

/** Who has set nothing has empty texts. */
export async function get(db: Db, user: string): Promise<PublicContact> {
  const row = await db.get<PublicContact>('SELECT name, url FROM public_contact WHERE username = ?', user);
  return row ?? { name: '', url: '' };
}

/** Sets what is given and leaves the rest as it is. */
export async function update(
  db: Db,
  user: string,
  changes: { readonly [Key in keyof PublicContact]: PublicContact[Key] | undefined },
): Promise<void> {
  const before = await get(db, user);
  await db.run(
    `INSERT INTO public_contact (username, name, url) VALUES (?, ?, ?)
     ON CONFLICT (username) DO UPDATE SET name = excluded.name, url = excluded.url`,
    user,
    changes.name ?? before.name,
    changes.url ?? before.url,
  );
}
