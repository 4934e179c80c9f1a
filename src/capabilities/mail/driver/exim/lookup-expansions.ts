// Expansions of Exim that look into the files of accounts and domains (`places.ts`), and conditions of several parts.
import { ACCOUNTS, DOMAINS } from './places.ts';

/** The name of a file in a folder that is called like the value of an expansion. Empty if there is none. */
export const fileIn = (folder: string, name: string) => `\${lookup{${name}}dsearch,filter=file{${folder}}}`;

/** The value of a key in the file of this name. Empty if there is none. */
export const valueIn = (folder: string, name: string, key: string) =>
  `\${lookup{\${lc:${name}}}dsearch,filter=file{${folder}}{\${lookup{${key}}lsearch{${folder}/$value}}}}`;

/** The account that has a domain. */
export const ownerOf = (domain: string) => valueIn(DOMAINS, domain, 'owner');

/** Empty if there is no such account: it was removed or renamed after it had sent the message. */
export const settingOfOwner = (key: string) => valueIn(ACCOUNTS, '$acl_m_owner', key);

const among = (word: string, conditions: readonly string[]) =>
  `${word}{${conditions.map((one) => `{${one}}`).join('')}}`;
/** True if all conditions are. Exim stops at the first one that is not. */
export const and = (...conditions: readonly string[]) => among('and', conditions);
/** True if one of the conditions is. */
export const or = (...conditions: readonly string[]) => among('or', conditions);
