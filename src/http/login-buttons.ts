// The identity providers for which the login page has a button.
import type { FastifyRequest } from 'fastify';
import * as display from '../capabilities/logins/rules/identity-providers/display.ts';
import * as providers from '../capabilities/logins/rules/identity-providers/providers.ts';
import type { Door } from './door.ts';
import type { ProviderButton } from './page/login-page.ts';

/** Without TLS there are none, because browsers keep the cookie of such a login only if it is sent over TLS. */
export async function loginButtons(
  request: FastifyRequest,
  { application, service: own }: Door,
): Promise<ProviderButton[]> {
  if (!canUseProviders(request)) return [];
  return application.engine.store.transaction('reads', async (db) => {
    const buttons: ProviderButton[] = [];
    for (const { provider, service } of await providers.listEnabled(db, own)) {
      const shown = await display.read(db, provider, service);
      buttons.push({ ...shown, link: providers.startPath(provider) });
    }
    return { value: buttons, keep: false };
  });
}

/** Browsers treat a loopback address like TLS. */
export function canUseProviders({ protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>): boolean {
  return protocol === 'https' || /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host);
}
