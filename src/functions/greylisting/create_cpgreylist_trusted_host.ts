import { defineFunction } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import {
  formatTime,
  hostFields,
  hostParam,
  notAHost,
} from '../../capabilities/mail/rules/greylisting/form.ts';
import { list, readHost } from '../../capabilities/mail/rules/greylisting/trusted-hosts.ts';

export default defineFunction({
  name: 'create_cpgreylist_trusted_host',
  since: 50,
  summary: 'Add hosts whose mail greylisting never defers.',
  description: 'If a host is trusted already, its comment is replaced.',
  access: 'root',
  effect: 'operates',
  params: {
    ip: hostParam,
    comment: { type: 'string', default: '', maxLength: 255, doc: 'A comment on the hosts.' },
  },
  returns: {
    comment: { type: 'string', doc: 'The comment.' },
    ips_added: { list: { fields: hostFields }, doc: 'The hosts that are trusted now.' },
    ips_failed: { map: { type: 'string' }, keys: 'IP', doc: 'Why others are not trusted.' },
  },
  examples: [
    { args: { ip: ['192.0.2.0/24', '2001:db8:1::/48'], comment: 'A partner' }, doc: 'Trust two networks.' },
  ],

  async handler({ ip, comment }, context) {
    const { db, now, plan } = context;
    const known = await list(db);
    const hosts = new Set<string>();
    const failed: Record<string, string> = {};
    for (const text of ip) {
      const host = readHost(text);
      if (host === undefined) failed[text] = notAHost(text);
      else hosts.add(host);
    }
    let next = known.reduce((most, { id }) => Math.max(most, id), 0);
    const added = [...hosts].map((host) => {
      const present = known.find((one) => one.host === host);
      const createdAt = present?.createdAt ?? now();
      return { id: present?.id ?? (next += 1), host, comment, createdAt };
    });
    plan(await changeGreylist(context, { trusted: added }));
    const records = added.map(({ id, host, createdAt }) => ({
      ...{ id, host_ip: host, comment, create_time: formatTime(createdAt) },
    }));
    return { comment, ips_added: records, ips_failed: failed };
  },
});
