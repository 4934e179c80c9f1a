// Where mail for unknown addresses of a domain goes.
import type { Db } from '../../../core/context.ts';
import { readTweakSetting } from './tweaks.ts';
import { domainIn, type MailState } from './state.ts';

const FAIL = ':fail: No Such User Here';
const BLACKHOLE = ':blackhole:';

/** The state with the default address that the tweak setting `defaultmailaction` wants for new domains. */
export async function withDefaults(db: Db, state: MailState, added: readonly string[]): Promise<MailState> {
  const action = await readTweakSetting(db, 'defaultmailaction');
  if (action === 'localuser' || added.length === 0) return state;
  const defaultAddress = action === 'fail' ? FAIL : BLACKHOLE;
  const domains = added.map((domain) => ({ ...domainIn(state, domain), defaultAddress }));
  return { ...state, domains: [...state.domains, ...domains] };
}
