// A server that hosts zones does not ask its own nameserver.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { ownResolvers, resolversIn } from '../rules/own-resolver.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { list, ok, problem, withStore, type Check, type Subject } from '../../../ground/doctor/check.ts';

const PATH = '/etc/resolv.conf';

/** It is a link if another program, such as systemd-resolved, writes it. */
async function readConfiguration({ isSandbox, machine }: Subject): Promise<string> {
  if (isSandbox) return (await (await machine.files(['/etc'])).readText(PATH)) ?? '';
  return existsSync(PATH) ? readFile(PATH, 'utf8') : '';
}

const check: Check = {
  title: 'Resolvers',
  order: 98,
  advisor: 'DNS',

  async run(subject) {
    const { machine } = subject;
    const addresses = (await (await machine.addresses()).list()).map(({ address }) => address);
    const own = ownResolvers(resolversIn(await readConfiguration(subject)), addresses);
    return withStore(subject, async ({ db }) => {
      if (!(await rolesOf({ db, system: machine.system })).has('DNS'))
        return [ok('Not checked, because this server has no role DNS.')];
      if (own.length === 0) return [ok('The zones of customers do not answer the lookups of this server.')];
      return [
        problem(
          `This server uses its own nameserver for its lookups (${list(own)} in ${PATH}). A customer who adds a zone for ` +
            'somebody else’s domain could redirect this server’s mail, updates and certificate requests. Set other ' +
            'resolvers: whmapi1 setresolvers nameserver1=ADDRESS nameserver2=ADDRESS',
        ),
      ];
    });
  },
};
export default check;
