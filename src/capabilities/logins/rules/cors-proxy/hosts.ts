// The hosts that cors_proxy_get may fetch from: the Tweak Setting cors_proxy_hosts.
import type { Db } from '../../../../core/context.ts';
import * as tweakSettings from '../../../../ground/rules/tweak-settings.ts';

export const CORS_PROXY_HOSTS = 'cors_proxy_hosts';

const NAME = '(?:\\*\\.)?(?:[A-Za-z0-9-]{1,63}\\.)+[A-Za-z0-9-]{1,63}(?::[1-9][0-9]{0,4})?';

export const hostList = {
  matches: new RegExp(`^(?:${NAME}(?:, ?${NAME}){0,99})?$`),
  expects: 'a comma-separated list of hosts such as example.com, *.example.com and example.com:8443',
};

/** Lower case: `example.com`, `*.example.com`, `example.com:8443`. */
export async function allowedHosts(db: Db): Promise<string[]> {
  const stored = (await tweakSettings.read(db, 'Main', CORS_PROXY_HOSTS)) ?? '';
  return stored
    .toLowerCase()
    .split(/[,\s]+/)
    .filter((one) => one !== '');
}
