// Where notifications go: the contact methods of this server, each with the importances that it receives. They are Tweak
// Settings of the module Basic.
import type { Context, Db } from '../../../core/context.ts';
import { ApiError } from '../../../core/errors.ts';
import * as tweakSettings from '../../../ground/rules/tweak-settings.ts';
import { defaultLevels, levels, type Method } from './contact-form.ts';
import { importances, type Importance } from './importance.ts';
import * as accountContacts from './account-contacts.ts';
import * as secrets from './secrets.ts';

export type Place =
  | { readonly method: 'email'; readonly to: readonly [string, ...string[]] }
  | { readonly method: 'posturl'; readonly url: string }
  | { readonly method: 'pushbullet'; readonly token: string };

type Dependencies = { readonly db: Db } & Pick<Context, 'sealer'>;

export interface FoundPlaces {
  readonly places: readonly Place[];
  /** Why some of them cannot be read, as sentences. */
  readonly problems: readonly string[];
}

/** The places that receive notifications of this importance. */
export async function find(dependencies: Dependencies, importance: Importance): Promise<FoundPlaces> {
  const { db } = dependencies;
  const addresses = await mailAddresses(db, importance);
  const places: Place[] = addresses.map((to) => ({ method: 'email', to }));
  const problems: string[] = [];
  const secret = async (method: 'posturl' | 'pushbullet', read: () => Promise<readonly Place[]>) => {
    if (!(await receives(db, method, importance))) return;
    try {
      places.push(...(await read()));
    } catch (error) {
      // Mail is sent even if the key is lost.
      if (!(error instanceof ApiError)) throw error;
      problems.push(error.message);
    }
  };
  await secret('posturl', async () => (await urls(dependencies)).map((url) => ({ method: 'posturl', url })));
  await secret('pushbullet', async () =>
    (await tokens(dependencies)).map((token) => ({ method: 'pushbullet', token })),
  );
  return { places, problems };
}

/** The places of an account’s owner. `account`: the one whose access token of Pushbullet is used. */
export async function findOfOwner(
  dependencies: Dependencies,
  addresses: readonly string[],
  account: string | undefined,
): Promise<FoundPlaces> {
  const places: Place[] = addresses.map((address) => ({ method: 'email', to: [address] }));
  if (account === undefined) return { places, problems: [] };
  try {
    const token = await accountContacts.pushbulletToken(dependencies, account);
    return { places: token === '' ? places : [...places, { method: 'pushbullet', token }], problems: [] };
  } catch (error) {
    // Mail is sent even if the key is lost.
    if (!(error instanceof ApiError)) throw error;
    return { places, problems: [error.message] };
  }
}

/** The recipients of each message that is sent by mail for this importance. */
export async function mailAddresses(db: Db, importance: Importance): Promise<[string, ...string[]][]> {
  const messages: [string, ...string[]][] = [];
  for (const [method, setting] of [
    ['email', 'CONTACTEMAIL'],
    ['pager', 'CONTACTPAGER'],
  ] as const) {
    const [first, ...others] = listOf((await tweakSettings.read(db, 'Basic', setting)) ?? '');
    if (first !== undefined && (await receives(db, method, importance))) messages.push([first, ...others]);
  }
  return messages;
}

/** @throws ApiError `key_lost` */
export async function urls(dependencies: Dependencies): Promise<string[]> {
  return splitUrls(await secrets.read(dependencies, 'CONTACTPOSTURL'));
}

/** @throws ApiError `key_lost` */
export async function tokens(dependencies: Dependencies): Promise<string[]> {
  return listOf(await secrets.read(dependencies, 'CONTACTPUSHBULLET'));
}

/** A URL can contain commas. */
function splitUrls(text: string): string[] {
  return text.split(/[,\s]+(?=https:\/\/)/).filter((one) => one !== '');
}

async function receives(db: Db, method: Method, importance: Importance): Promise<boolean> {
  const stored = (await tweakSettings.read(db, 'Basic', `contact_level_${method}`)) ?? '';
  const level = levels.find((one) => one === stored) ?? defaultLevels[method];
  return importance !== 'Disabled' && importances.indexOf(importance) <= levels.indexOf(level);
}

function listOf(text: string): string[] {
  return text.split(/[,\s]+/).filter((one) => one !== '');
}
