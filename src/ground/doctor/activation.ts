// The command by which checks have the machine prepared again.
import type { ActiveProfile } from '../rules/roles/active-profile.ts';
import { word } from './check.ts';

/** Returns the command that activates the same profile with the same optional roles. */
export function activation({ profile, enabled }: ActiveProfile): string {
  const optional = profile.optional.filter((role) => enabled.includes(role)).map(({ module }) => [module, 1]);
  const chosen = `optional=${JSON.stringify(Object.fromEntries(optional))}`;
  const words = [`code=${profile.code}`, ...(optional.length > 0 ? [word(chosen)] : [])];
  return `whmapi1 --wait start_profile_activation ${words.join(' ')}`;
}
