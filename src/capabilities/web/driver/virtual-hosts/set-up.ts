// The configuration of the web server that holds for all accounts.
import type { Machine } from '../../../../core/machine.ts';
import { WEB_GROUP } from '../../../../ground/driver/virtual-hosts/web-group.ts';
import type { WebServerOptions } from './contract.ts';
import { virtualHosts } from './virtual-hosts.ts';

/** `isRestarted`: as for `setUp`. */
export function planSetUp(
  machine: Machine,
  settings: Pick<WebServerOptions, 'sendsEnvFiles'>,
  isRestarted = false,
) {
  const options = { hostname: machine.system.hostname(), group: WEB_GROUP, ...settings };
  return virtualHosts.setUp(machine, options, isRestarted);
}
