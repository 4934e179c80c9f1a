// The addresses of mailing lists. Each has some for commands besides its own: `news-join@bob.example`.
import type { Address } from '../email-form.ts';
import type { MailingList, MailState } from '../state.ts';

/** Mail for these goes to the account: Mailman’s notices, and what people write to its owner. */
export const OWNER_SUFFIXES = ['-admin', '-owner'] as const;
/** Mail for these goes to Mailman. */
export const COMMAND_SUFFIXES = [
  ...['-bounces', '-confirm', '-join', '-leave', '-request', '-subscribe', '-unsubscribe'],
] as const;
const suffixes = [...OWNER_SUFFIXES, ...COMMAND_SUFFIXES];

export const suffixOf = (localPart: string): string | undefined =>
  suffixes.find((suffix) => localPart.endsWith(suffix));

/** The name by which Mailman knows the list. */
export const postingAddress = ({ localPart, domain }: Address) => `${localPart}@${domain}`;

/** The owner that Mailman writes to. It stays the same if the account or the server gets another name. */
export const ownerAddress = ({ localPart, domain }: Address) => `${localPart}-admin@${domain}`;

/** All addresses of a list. */
export const addressesOf = ({ localPart }: Pick<Address, 'localPart'>): readonly string[] => [
  localPart,
  ...suffixes.map((suffix) => `${localPart}${suffix}`),
];

/** The list that gets the mail of an address. */
export const listWith = ({ lists }: MailState, { localPart, domain }: Address): MailingList | undefined =>
  lists.find((one) => one.domain === domain && addressesOf(one).includes(localPart));

/** The file of Exim for each domain that has lists, by `lists/bob.example`. */
export function listFiles(lists: readonly MailingList[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const { localPart, domain } of [...lists].sort((a, b) => (a.localPart < b.localPart ? -1 : 1)))
    files.set(`lists/${domain}`, `${files.get(`lists/${domain}`) ?? ''}${localPart}:\n`);
  return files;
}

/** The files of Exim that differ. Null removes one. */
export function changedFiles(
  before: readonly MailingList[],
  after: readonly MailingList[],
): (readonly [name: string, content: string | null])[] {
  const [had, has] = [listFiles(before), listFiles(after)];
  return [...new Set([...had.keys(), ...has.keys()])]
    .filter((name) => had.get(name) !== has.get(name))
    .map((name) => [name, has.get(name) ?? null] as const);
}
