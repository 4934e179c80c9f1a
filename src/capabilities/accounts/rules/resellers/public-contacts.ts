// The contact information that root and resellers show to their customers.
import type { Db } from '../../../../core/context.ts';
import type { Param } from '../../../../core/define.ts';

export interface PublicContact {
  readonly name: string;
  readonly url: string;
}

/** A web address, or empty. */
export const contactUrl = {
  type: 'string',
  maxLength: 2048,
  pattern: {
    matches: /^(?:https?:\/\/[^\s/?#@"<>\\]+(?:[/?#][^\s"<>\\]*)?)?$/i,
    expects: 'a web address such as https://example.com/contact, or empty',
  },
  doc: 'A web address.',
} as const satisfies Param;

/** All texts are empty if the user has set nothing. */
export async function get(db: Db, user: string): Promise<PublicContact> {
  const row = await db.get<PublicContact>('SELECT name, url FROM public_contact WHERE username = ?', user);
  return row ?? { name: '', url: '' };
}

/** Sets the given fields. The others keep their values. */
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
