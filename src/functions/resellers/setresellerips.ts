import { defineFunction } from '../../core/define.ts';
import { resellerName } from '../../core/params.ts';
import * as addresses from '../../model/resellers/addresses.ts';
import * as resellers from '../../model/resellers/resellers.ts';

export default defineFunction({
  name: 'setresellerips',
  since: 11,
  summary: 'Set which IP addresses a reseller may give to accounts.',
  description:
    'With delegate=1 it may give the named addresses and no others; where none are named, none. With delegate=0 it ' +
    'may give every address of the machine. What accounts have already, they keep; so does the reseller its main ' +
    'address, which setresellermainip sets.',
  access: 'root',
  effect: 'changes',
  params: {
    user: { ...resellerName, required: true, doc: 'The reseller.' },
    delegate: { type: 'flag', default: 0, doc: '1 to restrict the reseller to the named addresses.' },
    ips: { type: 'string', default: '', doc: 'IPv4 addresses of this machine, with commas between them.' },
  },
  returns: {
    all: { type: 'flag', doc: 'Whether the reseller may give every address of the machine now.' },
    ip: { list: { type: 'string' }, doc: 'The addresses that it may give, in the machine’s order.' },
  },
  list: 'ip',
  examples: [
    {
      args: { user: 'bob', delegate: '0' },
      doc: 'Let the reseller “bob” give every address.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
    {
      args: { user: 'bob', delegate: '1', ips: '192.0.2.2,192.0.2.3' },
      doc: 'Let the reseller “bob” give these two addresses and no others.',
      setUp: [
        { command: 'createacct', args: { username: 'bob', domain: 'bob.example' } },
        { command: 'setupreseller', args: { user: 'bob' } },
      ],
    },
  ],

  async handler({ user, delegate, ips }, { db, system, warn }) {
    await resellers.ensureReseller(db, user);
    const ofMachine = system.addresses();
    const named = addresses.readWords(ips);
    if (delegate) await addresses.restrict(db, user, named, ofMachine);
    else await addresses.lift(db, user);
    if (!delegate && named.length > 0) warn('“ips” has no effect without delegate=1.');
    const usable = await addresses.listUsable(db, user, ofMachine);
    const main = await addresses.findMain(db, user);
    if (main !== null && !usable.ips.includes(main)) {
      warn(
        `“${user}” keeps its main address ${main}, which is none of these; setresellermainip sets another.`,
      );
    }
    return { all: usable.areAll ? 1 : 0, ip: usable.ips };
  },
});
