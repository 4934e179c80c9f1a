// The tweak settings, for the search of the API Shell.
import { mayCall } from '../../core/access.ts';
import type { Caller } from '../../core/context.ts';
import type { SettingList } from './wire.ts';

/** Empty if the caller cannot set them. */
export async function listSettings(caller: Caller): Promise<SettingList> {
  if (!mayCall(caller, 'root')) return [];
  const { catalogue } = await import('../../capabilities/settings/rules/catalogue.ts');
  return Object.entries(catalogue).map(([key, { module, meaning, acts = false }]) => ({
    ...{ key, module, meaning, acts },
  }));
}
