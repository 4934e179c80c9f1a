// Says whether domains are redirected to HTTPS, in lists of domains. What reads certificates is loaded only if a call asks.
import type { Db } from '../../../core/context.ts';
import type { Field } from '../../../core/define.ts';
import type { OwnDomains } from '../../domains/rules/own-domains.ts';

export interface RedirectState {
  readonly all_aliases_valid: 0 | 1;
  readonly can_https_redirect: 0 | 1;
  readonly is_https_redirecting: 0 | 1;
}

/** In lists of domains, if the call asks for them. */
export const stateFields = {
  all_aliases_valid: {
    type: 'flag',
    optional: true,
    doc: 'Whether the certificate secures the domain and its names with www. and mail.',
  },
  can_https_redirect: {
    type: 'flag',
    optional: true,
    doc: 'Whether a valid certificate, which is not self-signed, secures the domain.',
  },
  is_https_redirecting: {
    type: 'flag',
    optional: true,
    doc: 'Whether visitors are redirected to HTTPS.',
  },
} as const satisfies Record<string, Field>;

/** The states of a domain if the call asks for them. */
export type StateOf = (domain: string) => Partial<RedirectState>;

/** For the parameter `return_https_redirect_status`. */
export async function askedStates(
  context: { readonly db: Db; readonly now: () => number },
  own: OwnDomains,
  isAsked: boolean,
): Promise<StateOf> {
  if (!isAsked) return () => ({});
  const { statesOf } = await import('./https-redirect-states.ts');
  return statesOf(context.db, own, context.now());
}
