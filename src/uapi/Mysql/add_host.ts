import {
  addOwnHost,
  lookForOwn,
  ownMachine,
} from '../../capabilities/databases/plans/databases/own-mysql.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtServer } from '../../capabilities/databases/driver/mysql/look-mysql.ts';
import { hostParam } from '../../capabilities/databases/rules/hosts.ts';
import { SETTING as REMOTE_CLIENTS } from '../../capabilities/databases/rules/remote-clients.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::add_host',
  since: 52,
  summary: 'Let the account’s MySQL users connect from another host.',
  description:
    'Every user of the account gets the host, with its password and privileges; so do users who are created later. ' +
    'A warning says if MariaDB accepts no connections from other hosts.',
  feature: FEATURE,
  role: ROLE,
  effect: 'operates',
  params: { host: hostParam },
  returns: null,
  examples: [{ args: { host: '192.0.2.%' }, doc: 'All hosts whose addresses begin with 192.0.2.' }],

  look: async (_args, context) => ({
    found: await lookForOwn(context),
    server: await lookAtServer(await ownMachine(context)),
  }),

  async handler({ host }, context, { found, server }) {
    context.plan(await addOwnHost(context, host, found));
    if (server === undefined || (server.port !== null && server.localAddress === undefined)) return;
    const setting =
      server.localAddress === undefined ? 'skip-networking' : `bind-address ${server.localAddress}`;
    context.warn(
      `Other hosts cannot connect yet, because MariaDB accepts connections only from its own server (${setting}). ` +
        `The administrator of the server can change this: set_tweaksetting key=${REMOTE_CLIENTS} value=1.`,
    );
  },
});
